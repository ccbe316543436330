#include "app/venue/venue_history.hpp"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "messages/json_codec.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/fatal.hpp"

namespace tally {
namespace {

namespace json = boost::json;

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

[[noreturn]] void history_failed(const char* what) {
  storage_failed(std::string("the venue's history: ") + what + ": " + std::strerror(errno));
}

// A line that a crash cut in the middle would join the next one: it is cut off.
void cut_torn_line(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return;
  const std::string text = read_file(file);
  const auto end = text.rfind('\n');
  const std::size_t whole = end == std::string::npos ? 0 : end + 1;
  if (whole != text.size()) std::filesystem::resize_file(file, whole);
}

}  // namespace

VenueHistory::VenueHistory(const std::filesystem::path& file) {
  cut_torn_line(file);
  fd_ = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), file.string());
  sync_directory(file.parent_path());
  syncer_ = std::thread([this] { sync_until_stopped(); });
}

VenueHistory::~VenueHistory() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  syncer_.join();
  ::close(fd_);
}

void VenueHistory::add(VenueHistoryLine line) {
  line.at_ns = clock_ns(CLOCK_REALTIME);
  line.monotonic_ns = clock_ns(CLOCK_MONOTONIC);
  const std::string text = json::serialize(json_codec::write(line)) + '\n';
  std::lock_guard lock(mutex_);
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t count = ::write(fd_, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) history_failed("cannot be written");
    written += static_cast<std::size_t>(count);
  }
  unsynced_ = true;
}

void VenueHistory::sync_until_stopped() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait_for(lock, std::chrono::milliseconds(sync_ms), [this] { return stopping_; });
    if (unsynced_) {
      unsynced_ = false;
      lock.unlock();
      if (::fdatasync(fd_) != 0) history_failed("cannot be synced");
      lock.lock();
    }
    if (stopping_ && !unsynced_) return;
  }
}

std::vector<VenueHistoryLine> read_venue_history(const std::filesystem::path& file) {
  std::vector<VenueHistoryLine> lines;
  if (!std::filesystem::exists(file)) return lines;
  const std::string text = read_file(file);
  for (std::size_t from = 0, end; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
    try {
      VenueHistoryLine line;
      json_codec::read(json::parse(std::string_view(text).substr(from, end - from)), JsonPath(), line);
      lines.push_back(std::move(line));
    } catch (const std::exception& error) {
      throw std::runtime_error(file.string() + ":" + std::to_string(lines.size() + 1) + ": " + error.what());
    }
  }
  return lines;
}

}  // namespace tally
