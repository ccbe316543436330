#include "app/backtest/output_directory.hpp"

#include <cerrno>
#include <system_error>

#include "app/exit_code.hpp"
#include "persistence/atomic_file.hpp"

namespace tally::backtest {

namespace fs = std::filesystem;

namespace {

fs::path beside(const fs::path& directory, const char* ending) {
  return directory.parent_path() / ("." + directory.filename().string() + ending);
}

void check_free(const fs::path& directory, bool overwrite) {
  if (!fs::exists(directory)) return;
  const std::string name = directory.string();
  if (!fs::is_directory(directory)) throw CommandFailed(exit_usage, name + " is there and no directory; name another --out");
  if (fs::is_empty(directory)) return;
  if (!fs::exists(directory / manifest_name))
    throw CommandFailed(exit_usage, name + " holds something that is no backtest; name another --out");
  if (!overwrite) throw CommandFailed(exit_usage, name + " holds a run already; name another --out, or say --overwrite");
}

[[noreturn]] void failed(const fs::path& file) {
  throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), file.string());
}

}  // namespace

OutputDirectory::OutputDirectory(fs::path directory, bool overwrite) : directory_(fs::absolute(directory).lexically_normal()) {
  if (directory_.filename().empty()) directory_ = directory_.parent_path();
  check_free(directory_, overwrite);
  part_ = beside(directory_, ".part");
  fs::remove_all(part_);
  fs::create_directories(part_);
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!part_.empty()) fs::remove_all(part_, ignored);
}

void OutputDirectory::write(const std::string& name, std::string_view content) const {
  LineFile file(at(name));
  file.bytes(content.data(), content.size());
  file.finish();
}

void OutputDirectory::commit() {
  sync_directory(part_);
  const fs::path old = beside(directory_, ".old");
  fs::remove_all(old);
  if (fs::exists(directory_)) fs::rename(directory_, old);
  fs::rename(part_, directory_);
  part_.clear();
  sync_directory(directory_.parent_path());
  fs::remove_all(old);
}

LineFile::LineFile(const fs::path& file) : file_(file), buffer_(1 << 16, '\0') {
  out_.rdbuf()->pubsetbuf(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  errno = 0;
  out_.open(file_, std::ios::binary | std::ios::trunc);
  if (!out_) failed(file_);
}

void LineFile::line(std::string_view text) {
  bytes(text.data(), text.size());
  out_.put('\n');
}

void LineFile::bytes(const void* data, std::size_t count) {
  errno = 0;
  out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(count));
  if (!out_) failed(file_);
}

void LineFile::finish() {
  errno = 0;
  out_.close();
  if (!out_) failed(file_);
}

}  // namespace tally::backtest
