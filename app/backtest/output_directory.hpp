// The directory of one run: it is there under its name only once it is whole. Until then it is ".NAME.part" beside it, so a run
// that was killed leaves no directory that looks like a result, and the next one clears it away.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tally::backtest {

inline constexpr const char* manifest_name = "run.json";

class OutputDirectory {
 public:
  // Throws CommandFailed where `directory` is there and not empty, unless `overwrite` is asked for and it is a run's own (it
  // has a manifest). Nothing of it is touched before commit().
  OutputDirectory(std::filesystem::path directory, bool overwrite);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;

  std::filesystem::path at(const std::string& name) const { return part_ / name; }  // while it is being written
  void write(const std::string& name, std::string_view content) const;              // throws std::system_error
  // Everything is on disk under its name.
  void commit();

  const std::filesystem::path& path() const { return directory_; }

 private:
  std::filesystem::path directory_, part_;
};

// Lines into a file of such a directory. What cannot be written is told as soon as it is known, by finish() at the latest:
// std::system_error.
class LineFile {
 public:
  explicit LineFile(const std::filesystem::path& file);
  void line(std::string_view text);
  void bytes(const void* data, std::size_t count);
  void finish();

 private:
  std::filesystem::path file_;
  std::string buffer_;
  std::ofstream out_;
};

}  // namespace tally::backtest
