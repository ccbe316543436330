// The program over files of bars, and the recordings where they are.
#pragma once

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/text_lines.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"
#include "tests/ended.hpp"

namespace tally {

inline const std::filesystem::path recorded = std::filesystem::path(TALLY_SOURCE_DIR) / "../shared/data";

inline bool recordings_are_missing(const char* folder) {
  if (std::filesystem::exists(recorded / folder)) return false;
  std::cout << "SKIPPED: needs ../shared/data/" << folder << '\n';
  return true;
}

// A folder for one test, and the program run in it.
class Workplace {
 public:
  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name).string();
  }
  std::string text(const std::string& name) const { return content_of(path(name)); }
  // `arguments` as a shell takes them.
  Ended tally(const std::string& arguments) const { return run_command(TALLY_BINARY_DIR "/tally " + arguments, directory_.path()); }

 private:
  TemporaryDirectory directory_;
};

// A CSV file in memory, plain or gzip on disk.
struct Csv {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  static Csv read(const std::filesystem::path& file) {
    TextLines lines(file);
    Csv csv;
    std::vector<std::string_view> cells;
    for (std::string line; lines.next(line);) {
      split_cells(line, cells);
      if (csv.header.empty()) csv.header.assign(cells.begin(), cells.end());
      else csv.rows.emplace_back(cells.begin(), cells.end());
    }
    return csv;
  }
  // A copy of `file` with rows first .. first + count - 1 (from 0) as text.
  static std::string cut(const std::filesystem::path& file, std::size_t first, std::size_t count) {
    TextLines lines(file);
    std::string text, line;
    lines.next(line);
    text = line + '\n';
    for (std::size_t i = 0; i < first + count && lines.next(line); ++i)
      if (i >= first) text += line + '\n';
    return text;
  }
  std::size_t column(const std::string& name) const {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) throw std::runtime_error("no column " + name);
    return found - header.begin();
  }
};

}  // namespace tally
