#include "app/text_lines.hpp"

#include <array>
#include <cstring>

namespace tally {

TextLines::TextLines(const std::filesystem::path& file) : file_(gzopen(file.c_str(), "rb"), gzclose), name_(file.filename()) {
  if (!file_ || std::filesystem::is_directory(file)) throw TextFileError("cannot open " + file.string());
  gzbuffer(file_.get(), 1 << 16);
}

bool TextLines::next(std::string& line) {
  const auto refuse = [&](const std::string& why) {
    throw TextFileError(name_ + " line " + std::to_string(number_ + 1) + ": " + why);
  };
  line.clear();
  std::array<char, 4'096> buffer;
  while (gzgets(file_.get(), buffer.data(), buffer.size())) {
    const std::size_t size = std::strlen(buffer.data());
    line.append(buffer.data(), size);
    // A piece ends with its line, with the buffer or with the file; else a zero byte hides the rest of it.
    const bool whole = size + 1 == buffer.size() || (size > 0 && buffer[size - 1] == '\n') || gzeof(file_.get());
    if (size == 0 || !whole) refuse("this is no text");
    if (line.size() > line_max) refuse("more than " + std::to_string(line_max) + " characters");
    if (line.back() == '\n') break;
  }
  int code = Z_OK;
  const char* const why = gzerror(file_.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) throw TextFileError(why);  // names the file
  if (line.empty()) return false;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  ++number_;
  return true;
}

std::string TextLines::where() const { return name_ + " line " + std::to_string(number_); }

void split_cells(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace tally
