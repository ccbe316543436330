// Floor A of durable appends: write() to the end of a growing file, then fdatasync, and nothing else: no encoding, no
// checksum, no index. What a journal adds is the ratio to this, measured in the same run.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace tally::bench {

inline double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// Of this process, all threads: for work that never waits, comparable on a busy machine too.
inline double cpu_seconds() {
  timespec time;
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

inline double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

class AppendFloor {
 public:
  explicit AppendFloor(const std::filesystem::path& file) : file_(::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0644)) {
    if (file_ < 0) std::abort();
  }
  ~AppendFloor() { ::close(file_); }
  AppendFloor(const AppendFloor&) = delete;
  AppendFloor& operator=(const AppendFloor&) = delete;

  void append(const std::string& bytes) {
    if (::write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fdatasync(file_) != 0) std::abort();
  }

 private:
  int file_;
};

// A directory on the disk under test: TALLY_BENCH_DIR, or ./bench-data; removed at the end.
class BenchDirectory {
 public:
  BenchDirectory() {
    const char* named = std::getenv("TALLY_BENCH_DIR");
    path_ = std::filesystem::path(named ? named : "bench-data") / std::to_string(::getpid());
    std::filesystem::create_directories(path_);
  }
  ~BenchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    std::filesystem::remove(path_.parent_path(), ignored);
  }
  BenchDirectory(const BenchDirectory&) = delete;
  BenchDirectory& operator=(const BenchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tally::bench
