#include "app/staged_file.hpp"

#include <cerrno>
#include <system_error>

namespace tally {

StagedFile::StagedFile(const std::filesystem::path& file)
    : file_(file), beside_(file.string() + ".new"), out_(beside_, std::ios::binary | std::ios::trunc) {
  if (!out_) throw std::system_error(errno, std::generic_category(), beside_.string());
}

StagedFile::~StagedFile() {
  if (beside_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(beside_, ignored);
}

void StagedFile::line(std::string_view text) { out_ << text << '\n'; }

void StagedFile::finish() {
  errno = 0;
  out_.close();
  if (!out_) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), beside_.string());
}

void StagedFile::commit() {
  std::filesystem::rename(beside_, file_);
  beside_.clear();
}

}  // namespace tally
