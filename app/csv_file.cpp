#include "app/csv_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace tally {

InputError::InputError(InputProblem its_problem, const std::string& file, std::size_t its_line, const std::string& text)
    : std::runtime_error(file + (its_line == 0 ? "" : ":" + std::to_string(its_line)) + ": " + text),
      problem(its_problem),
      line(its_line) {}

CsvFile::CsvFile(const std::filesystem::path& file) : name_(file.string()), file_(gzopen(file.c_str(), "rb"), gzclose) {
  if (!file_) throw InputError(InputProblem::unreadable, name_, 0, "cannot be opened");
  buffer_.resize(line_bytes_max + 2);  // newline and terminator
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

void CsvFile::fail(InputProblem problem, const std::string& text) const { throw InputError(problem, name_, line_, text); }

bool CsvFile::read_line() {
  do {
    ++line_;
    const bool got = gzgets(file_.get(), buffer_.data(), static_cast<int>(buffer_.size())) != nullptr;
    std::size_t size = got ? std::strlen(buffer_.data()) : 0;
    const bool ended = size > 0 && buffer_[size - 1] == '\n';
    if (!ended) check_stream();  // a damaged file ends in the middle of a line
    if (!got) return false;
    if (!ended && !gzeof(file_.get())) fail(InputProblem::line_too_long, "the line is too long, or holds a zero byte");
    while (size > 0 && (buffer_[size - 1] == '\n' || buffer_[size - 1] == '\r')) --size;
    text_ = std::span(buffer_.data(), size);
    if (line_ == 1 && std::string_view(buffer_.data(), size).starts_with("\xEF\xBB\xBF")) text_ = text_.subspan(3);
  } while (text_.empty());
  return true;
}

void CsvFile::check_stream() const {
  int code = Z_OK;
  const char* why = gzerror(file_.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) fail(InputProblem::unreadable, why);
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
