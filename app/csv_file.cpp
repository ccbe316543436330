#include "app/csv_file.hpp"

#include <algorithm>

namespace tally {

InputError::InputError(InputProblem its_problem, const std::string& file, std::size_t its_line, const std::string& text)
    : TextFileError(file + (its_line == 0 ? "" : ":" + std::to_string(its_line)) + ": " + text),
      problem(its_problem),
      line(its_line) {}

namespace {

TextLines lines_of(const std::filesystem::path& file) {
  try {
    return TextLines(file);
  } catch (const TextFileError&) {
    throw InputError(InputProblem::unreadable, file.string(), 0, "cannot be opened");
  }
}

}  // namespace

CsvFile::CsvFile(const std::filesystem::path& file) : name_(file.string()), lines_(lines_of(file)) {
  if (!read_line()) throw InputError(InputProblem::no_header, name_, 0, "is empty: the first line must name the columns");
  split_line();
  for (const std::string_view cell : cells_) {
    if (std::find(header_.begin(), header_.end(), cell) != header_.end())
      fail(InputProblem::repeated_column, "column '" + std::string(cell) + "' is there twice");
    header_.emplace_back(cell);
  }
}

std::optional<std::size_t> CsvFile::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

std::size_t CsvFile::required_column(std::string_view name) const {
  if (const auto found = column(name)) return *found;
  throw InputError(InputProblem::missing_column, name_, 1, "column '" + std::string(name) + "' is missing");
}

bool CsvFile::next() {
  if (!read_line()) return false;
  split_line();
  if (cells_.size() != header_.size())
    fail(InputProblem::wrong_width, std::to_string(cells_.size()) + " cells, but " + std::to_string(header_.size()) + " columns");
  return true;
}

void CsvFile::fail(InputProblem problem, const std::string& text) const { throw InputError(problem, name_, line(), text); }

bool CsvFile::read_line() {
  do {
    try {
      if (!lines_.next(text_)) return false;
    } catch (const TextFileError& error) {
      throw InputError(InputProblem::unreadable, name_, line() + 1, error.what());
    }
    if (line() == 1 && text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  } while (text_.empty());
  return true;
}

// Quoted cells are unquoted where they stand: that never makes them longer.
void CsvFile::split_line() {
  cells_.clear();
  std::size_t at = 0;
  for (;;) {
    std::size_t begin = at, end = at;
    if (at < text_.size() && text_[at] == '"') {
      for (++at;; text_[end++] = text_[at++]) {
        if (at >= text_.size()) fail(InputProblem::broken_quotes, "a quote is not closed on its line");
        if (text_[at] != '"') continue;
        if (at + 1 >= text_.size() || text_[at + 1] != '"') break;
        ++at;
      }
      ++at;
      if (at < text_.size() && text_[at] != ',') fail(InputProblem::broken_quotes, "text after a closing quote");
    } else {
      while (end < text_.size() && text_[end] != ',') ++end;
      at = end;
    }
    cells_.emplace_back(text_.data() + begin, end - begin);
    if (at >= text_.size()) return;
    ++at;
  }
}

}  // namespace tally
