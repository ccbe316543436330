#include "app/cluster/leaderships.hpp"

namespace tally {

void Leaderships::set(Symbol shard, std::uint64_t term) {
  std::lock_guard lock(mutex_);
  Place& place = places_[shard];
  place.term = term;
  place.woken = true;
  place.changed.notify_all();
}

std::uint64_t Leaderships::term(Symbol shard) const {
  std::lock_guard lock(mutex_);
  const auto found = places_.find(shard);
  return found == places_.end() ? 0 : found->second.term;
}

void Leaderships::wake(Symbol shard) {
  std::lock_guard lock(mutex_);
  Place& place = places_[shard];
  place.woken = true;
  place.changed.notify_all();
}

void Leaderships::wait(Symbol shard, std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  Place& place = places_[shard];
  place.changed.wait_for(lock, longest, [&] { return place.woken; });
  place.woken = false;
}

}  // namespace tally
