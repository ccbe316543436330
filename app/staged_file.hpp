// A file that is there under its name only once it is whole: written beside it, renamed by commit(), else removed.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace tally {

class StagedFile {
 public:
  explicit StagedFile(const std::filesystem::path& file);  // throws std::system_error
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void line(std::string_view text);  // a newline is added
  void finish();                     // everything is written, still beside it; throws std::system_error
  void commit();                     // after finish(); replaces what was there

 private:
  std::filesystem::path file_;
  std::filesystem::path beside_;
  std::ofstream out_;
};

}  // namespace tally
