#include "messages/stored_writer.hpp"

#include <algorithm>
#include <bit>

#include "messages/stored.hpp"

namespace tally {
namespace {

constexpr std::size_t first_capacity = 4096;
constexpr std::size_t kept_capacity_max = std::size_t{4} << 20;  // a thread keeps no more than this

struct Spare {
  std::unique_ptr<std::uint8_t[]> bytes;
  std::size_t capacity = 0;
};
thread_local Spare spare;

std::unique_ptr<std::uint8_t[]> uninitialised(std::size_t capacity) {
  return std::unique_ptr<std::uint8_t[]>(new std::uint8_t[capacity]);
}

}  // namespace

StoreWriter::StoreWriter() {
  if (!spare.bytes) spare = {uninitialised(first_capacity), first_capacity};
  begin_ = std::move(spare.bytes);
  cursor_ = begin_.get();
  end_ = cursor_ + spare.capacity;
}

StoreWriter::~StoreWriter() {
  const auto capacity = static_cast<std::size_t>(end_ - begin_.get());
  if (capacity <= kept_capacity_max && !spare.bytes) spare = {std::move(begin_), capacity};
}

void StoreWriter::grow(std::size_t bytes) {
  const std::size_t used = size();
  // Twice the bound: a payload is written whole before its size is refused.
  if (used + bytes > 2 * entry_size_max) throw StoredError("stored form larger than its bound");
  const std::size_t capacity = std::bit_ceil(used + bytes);
  auto larger = uninitialised(capacity);
  std::memcpy(larger.get(), begin_.get(), used);
  begin_ = std::move(larger);
  cursor_ = begin_.get() + used;
  end_ = begin_.get() + capacity;
}

void StoreWriter::put_other_name(std::size_t slot, Symbol name) {
  const std::string_view before = names_[slot].text();
  const std::string_view now = name.text();
  const auto split = std::mismatch(before.begin(), before.end(), now.begin(), now.end());
  const auto shared = static_cast<std::size_t>(split.first - before.begin());
  const std::size_t cut = before.size() - shared;
  const std::size_t added = now.size() - shared;
  if (cut <= 15 && added <= 15 && cut + added < 30) {
    put_byte(static_cast<std::uint8_t>(cut << 4 | added));
  } else {
    put_byte(0xFF);
    put_byte(static_cast<std::uint8_t>(cut));
    put_byte(static_cast<std::uint8_t>(added));
  }
  put_bytes(now.data() + shared, added);
  names_[slot] = name;
}

StoreWriter::Payload StoreWriter::open_payload() {
  reserve(1);
  put_byte(0);  // most payloads are shorter than 128 bytes; a longer one is moved once
  return {size(), std::exchange(names_, LastNames{})};
}

void StoreWriter::close_payload(const Payload& payload) {
  std::size_t length = size() - payload.start;
  if (length > payload_size_max) throw StoredError("payload larger than 16 MiB");
  names_ = payload.outer;
  const auto extra = static_cast<std::size_t>((std::bit_width(length | 1) + 6) / 7 - 1);
  reserve(extra);
  std::uint8_t* at = begin_.get() + payload.start;
  if (extra != 0) std::memmove(at + extra, at, length);
  cursor_ += extra;
  // Byte by byte: put_varint would scribble over the payload behind it.
  for (--at; length >= 0x80; length >>= 7) *at++ = static_cast<std::uint8_t>(length) | 0x80;
  *at = static_cast<std::uint8_t>(length);
}

void StoreWriter::append_to(std::vector<std::byte>& out) const {
  const auto* first = reinterpret_cast<const std::byte*>(begin_.get());
  out.insert(out.end(), first, first + size());
}

}  // namespace tally
