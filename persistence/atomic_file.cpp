#include "persistence/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace tally {
namespace {

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags, mode_t mode = 0644)
      : path_(path), file_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (file_ < 0) fail();
  }
  ~OpenFile() { ::close(file_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0) fail();
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  std::string read() {
    std::string text;
    std::array<char, 4096> piece;
    while (true) {
      const ssize_t size = ::read(file_, piece.data(), piece.size());
      if (size < 0) fail();
      if (size == 0) return text;
      text.append(piece.data(), static_cast<std::size_t>(size));
    }
  }
  void sync() {
    if (::fsync(file_) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const { throw std::system_error(errno, std::generic_category(), path_.string()); }

  std::filesystem::path path_;
  int file_;
};

void replace(const std::filesystem::path& file, std::string_view text, int flags, mode_t mode) {
  const std::filesystem::path beside = file.string() + ".new";
  {
    OpenFile out(beside, O_WRONLY | O_CREAT | flags, mode);
    out.write(text);
    out.sync();
  }
  std::filesystem::rename(beside, file);
  sync_directory(file.parent_path());
}

}  // namespace

void write_file_atomically(const std::filesystem::path& file, std::string_view text) { replace(file, text, O_TRUNC, 0644); }

void write_private_file_atomically(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::remove(file.string() + ".new");   // left by a crash, perhaps readable by others
  replace(file, text, O_EXCL, 0600);
}

std::string read_file(const std::filesystem::path& file) { return OpenFile(file, O_RDONLY).read(); }

void sync_directory(const std::filesystem::path& directory) {
  OpenFile(directory.empty() ? std::filesystem::path(".") : directory, O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace tally
