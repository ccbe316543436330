// In which terms this node leads which shards, told by the journal from inside its locks, waited for by those who host.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>

#include "messages/symbol.hpp"

namespace tally {

// Its mutex is held around nothing else, so whoever tells may hold whatever it likes.
class Leaderships {
 public:
  void set(Symbol shard, std::uint64_t term);      // 0: another node, or nobody
  std::uint64_t term(Symbol shard) const;

  void wake(Symbol shard);
  // Returns when the shard was set or woken since the last wait, or after `longest`.
  void wait(Symbol shard, std::chrono::milliseconds longest);

 private:
  struct Place {
    std::uint64_t term = 0;
    bool woken = false;
    std::condition_variable changed;
  };

  mutable std::mutex mutex_;
  std::map<Symbol, Place> places_;
};

}  // namespace tally
