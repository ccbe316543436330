// Text files of lines, plain or zstd (a name that ends in .zst). Writing appends: a second opening begins a new zstd
// frame, which readers take as one text.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace tally {

class LineWriter {
 public:
  explicit LineWriter(const std::filesystem::path& file);  // throws std::system_error
  ~LineWriter();                                           // what close() did not write is lost
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  void line(std::string_view text);  // a newline is added
  void close();                      // writes what is buffered and syncs

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Calls visit(line) for each, without its newline. Throws std::system_error, or std::runtime_error for damaged zstd.
void read_lines(const std::filesystem::path& file, const std::function<void(std::string_view)>& visit);

}  // namespace tally
