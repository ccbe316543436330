// Files that the tests of reports write, read, and find beside the checkout.
#pragma once

#include <zlib.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/app/temporary_directory.hpp"

namespace tally {

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

inline void write_gzip(const std::filesystem::path& file, const std::string& text) {
  gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
}

// Plain or gzip, whole.
inline std::string text_in(const std::filesystem::path& file) {
  gzFile in = gzopen(file.c_str(), "rb");
  std::string text;
  char buffer[1 << 14];
  for (int size = 0; in && (size = gzread(in, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(size));
  if (in) gzclose(in);
  return text;
}

inline std::vector<std::string> lines_in(const std::filesystem::path& file) {
  std::istringstream text(text_in(file));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

// A folder of recorded references; false, and said, where it is not there.
inline bool there(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder)) return true;
  std::cout << "SKIPPED: needs ../shared/data/" << folder.filename().string() << '\n';
  return false;
}

inline std::filesystem::path reference_folder(const char* name) {
  return std::filesystem::path(TALLY_SOURCE_DIR) / "../shared/data" / name;
}

// `name`, or the same with .gz.
inline std::filesystem::path plain_or_gzip(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? file : std::filesystem::path(file.string() + ".gz");
}

}  // namespace tally
