// How far something is, for a person: a bar with rate and time left on a terminal, a plain line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace tally::job {

class Progress {
 public:
  Progress(std::FILE* out, bool terminal, std::size_t of, const char* unit)
      : out_(out), terminal_(terminal), of_(of), unit_(unit) {}

  void reached(std::size_t done);
  void note(const std::string& text);   // a line above the bar
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void draw();

  std::FILE* out_;
  bool terminal_;
  std::size_t of_;
  const char* unit_;
  std::size_t done_ = 0;
  std::size_t tenths_ = 0;
  Clock::time_point began_ = Clock::now();
  Clock::time_point drawn_{};
};

// "=====>    " of `width` characters.
std::string bar_text(std::size_t done, std::size_t of, std::size_t width);

}  // namespace tally::job
