// Lines of a text file, plain or gzip, and the cells of a line of CSV without quotes.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tally {

struct TextFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class TextLines {
 public:
  explicit TextLines(const std::filesystem::path& file);  // throws TextFileError where it cannot be opened

  // The next line without its end; false after the last. Throws TextFileError on a damaged file, on a line of more than
  // line_max characters and on one that holds a zero byte.
  bool next(std::string& line);
  std::string where() const;  // "bars.csv.gz line 17"
  std::size_t number() const { return number_; }  // of the line read last, from 1

  static constexpr std::size_t line_max = 65'536;

 private:
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  std::string name_;
  std::size_t number_ = 0;
};

// As many as there are commas, and one. They look into `line`.
void split_cells(std::string_view line, std::vector<std::string_view>& cells);

}  // namespace tally
