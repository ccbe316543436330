#include "persistence/watermark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "persistence/fatal.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

constexpr std::size_t slot_size = watermark_slot_bytes;

Offset read_slot(int file, std::uint32_t shard) {
  WatermarkSlot slot{};
  if (::pread(file, slot.data(), slot.size(), static_cast<off_t>(shard * slot_size)) != static_cast<ssize_t>(slot.size())) return 0;
  return mark_of(slot);
}

}  // namespace

WatermarkSlot watermark_slot(std::uint64_t mark) {
  WatermarkSlot slot;
  wire::put_be(slot.data(), mark);
  wire::put_be(slot.data() + 8, ~mark);
  return slot;
}

std::uint64_t mark_of(const WatermarkSlot& slot) {
  return std::min(wire::read_be<std::uint64_t>(slot.data()), ~wire::read_be<std::uint64_t>(slot.data() + 8));
}

Watermark::Watermark(const std::filesystem::path& file) {
  file_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), file.string());
  // Written in full at first, so that no later slot needs room on a full disk.
  const std::size_t whole = shards_max * slot_size;
  const off_t size = ::lseek(file_, 0, SEEK_END);
  if (size >= static_cast<off_t>(whole)) return;
  std::string missing;
  for (std::size_t at = static_cast<std::size_t>(size) / slot_size; at < shards_max; ++at) missing += std::string(8, '\0') + std::string(8, '\xFF');
  const off_t from = size / static_cast<off_t>(slot_size) * static_cast<off_t>(slot_size);
  if (::pwrite(file_, missing.data(), missing.size(), from) != static_cast<ssize_t>(missing.size()) || ::fsync(file_) != 0) {
    const int error = errno;
    ::close(file_);
    throw std::system_error(error, std::generic_category(), file.string());
  }
}

Watermark::~Watermark() { ::close(file_); }

void Watermark::raise(std::uint32_t shard, std::uint64_t mark) {
  const WatermarkSlot slot = watermark_slot(mark);
  if (::pwrite(file_, slot.data(), slot.size(), static_cast<off_t>(shard * slot_size)) != static_cast<ssize_t>(slot.size()))
    storage_failed(std::string("watermark: ") + std::strerror(errno));
}

void Watermark::lower(std::uint32_t shard, std::uint64_t mark) {
  raise(shard, mark);
  if (::fdatasync(file_) != 0) storage_failed(std::string("watermark: ") + std::strerror(errno));
}

std::uint64_t Watermark::read(std::uint32_t shard) const { return read_slot(file_, shard); }

Offset Watermark::peek(const std::filesystem::path& file, std::uint32_t shard) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return 0;
  const Offset found = read_slot(opened, shard);
  ::close(opened);
  return found;
}

}  // namespace tally
