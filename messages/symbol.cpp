#include "messages/symbol.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace tally {
namespace {

// Texts live in chunks that never move, so a reader needs no lock: an index is handed out only after its text stands.
class Table {
 public:
  static Table& instance() {
    static Table table;
    return table;
  }

  std::string_view text(std::uint32_t index) const {
    return chunks_[index / chunk_size].load(std::memory_order_acquire)[index % chunk_size];
  }

  std::uint32_t intern(std::string_view text) {
    {
      std::shared_lock lock(mutex_);
      if (auto it = indices_.find(text); it != indices_.end()) return it->second;
    }
    std::unique_lock lock(mutex_);
    if (auto it = indices_.find(text); it != indices_.end()) return it->second;
    if (count_ == Symbol::count_max) throw NameError("too many different names in one process");
    auto& chunk = chunks_[count_ / chunk_size];
    if (count_ % chunk_size == 0) chunk.store(new std::string[chunk_size], std::memory_order_release);
    std::string& stored = chunk.load(std::memory_order_relaxed)[count_ % chunk_size];
    stored = text;
    indices_.emplace(stored, count_);
    return count_++;
  }

 private:
  static constexpr std::size_t chunk_size = 4096;

  Table() { intern(""); }  // index 0 is the empty name
  ~Table() {
    for (auto& chunk : chunks_) delete[] chunk.load();
  }

  std::array<std::atomic<std::string*>, Symbol::count_max / chunk_size> chunks_{};
  std::shared_mutex mutex_;
  std::unordered_map<std::string_view, std::uint32_t> indices_;
  std::uint32_t count_ = 0;
};

bool allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == ':' || c == '/' || c == '@' || c == '-';
}

}  // namespace

Symbol::Symbol(std::string_view text) {
  if (text.size() > length_max) throw NameError("name longer than 63 characters: '" + std::string(text.substr(0, 24)) + "…'");
  for (char c : text)
    if (!allowed(c)) throw NameError("name with a character outside [A-Za-z0-9._:/@-]: '" + std::string(text) + "'");
  index_ = Table::instance().intern(text);
}

std::string_view Symbol::text() const { return Table::instance().text(index_); }

}  // namespace tally
