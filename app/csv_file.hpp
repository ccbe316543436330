// A CSV file read a row at a time, plain or gzip: one header line, comma, quotes where a text holds a comma or a quote.
//
// Blank lines are skipped, a byte order mark and carriage returns are dropped. Whatever else is odd is an InputError that
// names file and line; nothing is repaired. Memory is that of one row.
#pragma once

#include <optional>

#include "app/text_lines.hpp"

namespace tally {

enum class InputProblem {
  unreadable,        // no such file, damaged gzip, no text
  no_header,         // empty
  missing_column,
  repeated_column,
  wrong_width,       // a row with more or fewer cells than the header
  broken_quotes,
  no_number,         // a cell that is no exact decimal, or does not fit
  no_time,
  no_value,          // a cell that is empty, or none of the words it may be
  out_of_range,      // a number where it must not be, such as a quantity of zero
  out_of_order,      // time runs backwards
  contradiction,     // with what earlier lines said
};

// what() reads "FILE:LINE: ...", or "FILE: ..." where no line is to blame.
struct InputError : TextFileError {
  InputError(InputProblem its_problem, const std::string& file, std::size_t its_line, const std::string& text);
  InputProblem problem;
  std::size_t line;  // from 1; 0: the file itself
};

class CsvFile {
 public:
  // Reads the header. Throws InputError, as does everything below.
  explicit CsvFile(const std::filesystem::path& file);

  const std::vector<std::string>& header() const { return header_; }
  std::optional<std::size_t> column(std::string_view name) const;
  std::size_t required_column(std::string_view name) const;

  bool next();  // to the next row; false after the last
  std::string_view cell(std::size_t column) const { return cells_[column]; }
  std::size_t line() const { return lines_.number(); }

  // For a reader that finds a row wrong.
  [[noreturn]] void fail(InputProblem problem, const std::string& text) const;

 private:
  bool read_line();
  void split_line();

  std::string name_;
  TextLines lines_;
  std::string text_;                     // the line; cells look into it
  std::vector<std::string_view> cells_;
  std::vector<std::string> header_;
};

}  // namespace tally
