#include "app/job/progress.hpp"

namespace tally::job {

std::string bar_text(std::size_t done, std::size_t of, std::size_t width) {
  const std::size_t full = of == 0 ? width : width * done / of;
  std::string text(full, '=');
  if (full < width) text += '>';
  text.resize(width, ' ');
  return text;
}

void Progress::reached(std::size_t done) {
  done_ = done;
  if (terminal_) {
    if (Clock::now() - drawn_ > std::chrono::milliseconds(100)) draw();
  } else if (const std::size_t tenth = of_ == 0 ? 0 : done * 10 / of_; tenth > tenths_) {
    tenths_ = tenth;
    std::fprintf(out_, "%3zu %%  %zu of %zu %s\n", tenth * 10, done, of_, unit_);
    std::fflush(out_);
  }
}

void Progress::note(const std::string& text) {
  std::fprintf(out_, terminal_ ? "\r\033[K  %s\n" : "  %s\n", text.c_str());
  if (terminal_) draw();
  std::fflush(out_);
}

void Progress::finish() {
  if (!terminal_) return;
  draw();
  std::fputc('\n', out_);
}

void Progress::draw() {
  drawn_ = Clock::now();
  const double seconds = std::chrono::duration<double>(drawn_ - began_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  const double left = rate > 0 ? static_cast<double>(of_ - done_) / rate : 0;
  std::fprintf(out_, "\r\033[K[%s] %3zu %%  %zu of %zu %s  %.0f/s  %.0f s left", bar_text(done_, of_, 30).c_str(),
               of_ == 0 ? 100 : done_ * 100 / of_, done_, of_, unit_, rate, left);
  std::fflush(out_);
}

}  // namespace tally::job
