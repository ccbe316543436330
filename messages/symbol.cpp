#include "messages/symbol.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tally {
namespace {

constexpr auto allowed = [] {
  std::array<bool, 256> table{};
  for (unsigned char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@-")) table[c] = true;
  return table;
}();

void refuse_foreign_characters(std::string_view text) {
  for (unsigned char c : text)
    if (!allowed[c]) throw NameError("name with a character outside [A-Za-z0-9._:/@-]: '" + std::string(text) + "'");
}

std::uint32_t hash_of(std::string_view text) {
  constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
  std::uint64_t hash = text.size() * odd;
  const auto mix = [&](std::uint64_t bits) {
    hash = (hash ^ bits) * odd;
    hash ^= hash >> 32;
  };
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t bits;
    std::memcpy(&bits, text.data(), 8);
    mix(bits);
  }
  std::uint64_t bits = 0;
  for (char c : text) bits = bits << 8 | static_cast<unsigned char>(c);
  mix(bits);
  return static_cast<std::uint32_t>(hash);
}

// Open addressing, half empty at least. A slot is 0 or (hash << 32 | index) and, once set, never changes.
class Slots {
 public:
  explicit Slots(std::size_t capacity) : mask_(capacity - 1), slots_(new std::atomic<std::uint64_t>[capacity]()) {}

  std::size_t capacity() const { return mask_ + 1; }

  // The index of the first slot of `hash` whose index `is_it`; 0 where there is none.
  template <class IsIt>
  std::uint32_t find(std::uint32_t hash, IsIt is_it) const {
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const std::uint64_t slot = slots_[at].load(std::memory_order_acquire);
      if (slot == 0) return 0;
      if (slot >> 32 == hash && is_it(static_cast<std::uint32_t>(slot))) return static_cast<std::uint32_t>(slot);
    }
  }

  void insert(std::uint32_t hash, std::uint32_t index) {
    std::size_t at = hash & mask_;
    while (slots_[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & mask_;
    slots_[at].store(std::uint64_t{hash} << 32 | index, std::memory_order_release);
  }

 private:
  std::size_t mask_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> slots_;
};

// Texts live in chunks that never move, and an index is handed out only after its text stands: neither reading a text
// nor finding a known name takes a lock.
class Table {
 public:
  static Table& instance() {
    static Table& table = *new Table;  // never destroyed: threads may read names until the process is gone
    return table;
  }

  std::string_view text(std::uint32_t index) const {
    return chunks_[index / chunk_size].load(std::memory_order_acquire)[index % chunk_size];
  }

  // Only a new name is checked: a known one has passed.
  std::uint32_t intern(std::string_view text) {
    if (text.empty()) return 0;
    const std::uint32_t hash = hash_of(text);
    if (const std::uint32_t known = find(*slots_.load(std::memory_order_acquire), hash, text)) return known;
    refuse_foreign_characters(text);
    const std::lock_guard lock(mutex_);
    if (const std::uint32_t known = find(*slots_.load(std::memory_order_relaxed), hash, text)) return known;
    return add(hash, text);
  }

 private:
  static constexpr std::size_t chunk_size = 4096;
  static constexpr std::size_t first_capacity = 4096;

  Table() {
    add_chunk(0);
    grow(first_capacity);
  }

  std::uint32_t find(const Slots& slots, std::uint32_t hash, std::string_view wanted) const {
    return slots.find(hash, [&](std::uint32_t index) { return text(index) == wanted; });
  }

  std::uint32_t add(std::uint32_t hash, std::string_view text) {
    if (count_ == Symbol::count_max) throw NameError("too many different names in one process");
    if (count_ % chunk_size == 0) add_chunk(count_);
    chunks_[count_ / chunk_size].load(std::memory_order_relaxed)[count_ % chunk_size] = text;
    if (2 * (count_ + 1) > tables_.back()->capacity()) grow(2 * tables_.back()->capacity());
    tables_.back()->insert(hash, count_);
    return count_++;
  }

  void add_chunk(std::uint32_t index) { chunks_[index / chunk_size].store(new std::string[chunk_size], std::memory_order_release); }

  // Smaller tables stay for those who are reading them; all of them together are no larger than the largest.
  void grow(std::size_t capacity) {
    auto larger = std::make_unique<Slots>(capacity);
    for (std::uint32_t index = 1; index < count_; ++index) larger->insert(hash_of(text(index)), index);
    slots_.store(larger.get(), std::memory_order_release);
    tables_.push_back(std::move(larger));
  }

  std::array<std::atomic<std::string*>, Symbol::count_max / chunk_size> chunks_{};
  std::atomic<const Slots*> slots_{nullptr};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Slots>> tables_;
  std::uint32_t count_ = 1;  // index 0 is the empty name
};

}  // namespace

Symbol::Symbol(std::string_view text) {
  if (text.size() > length_max) throw NameError("name longer than 63 characters: '" + std::string(text.substr(0, 24)) + "…'");
  index_ = Table::instance().intern(text);
}

std::string_view Symbol::text() const { return Table::instance().text(index_); }

}  // namespace tally
