#include "persistence/replication/unchained.hpp"

#include <algorithm>
#include <numeric>

#include "persistence/replication/mutations.hpp"

namespace tally::replication {
namespace {

// Of a block's entries those from the `from`-th on, up to before the `to`-th.
Unchained::Block slice_of(const ValueBlock& block, std::size_t from, std::size_t to) {
  const auto size_at = [&](std::size_t at) { return block.sizes.begin() + static_cast<std::ptrdiff_t>(at); };
  const auto byte_at = [&](std::size_t at) { return block.bytes.begin() + std::accumulate(block.sizes.begin(), size_at(at), std::ptrdiff_t{0}); };
  auto slice = std::make_shared<ValueBlock>();
  slice->ticket = block.ticket;
  slice->first = block.first + from;
  slice->sizes.assign(size_at(from), size_at(to));
  slice->bytes.assign(byte_at(from), byte_at(to));
  return slice;
}

}  // namespace

void Unchained::truncate_from(Offset first) {
  while (!blocks_.empty() && blocks_.back()->last() >= first) {
    const Block block = std::move(blocks_.back());
    blocks_.pop_back();
    if (block->first < first) blocks_.push_back(slice_of(*block, 0, first - block->first));
  }
}

Unchained::Group Unchained::take(Offset offset, std::uint64_t durable) {
  Group group;
  const auto is_durable = [&](const ValueBlock& block) { return block.ticket <= durable || defective(Defect::links_ahead_of_entries); };
  while (!blocks_.empty() && blocks_.front()->first <= offset && is_durable(*blocks_.front())) {
    Block taken = std::move(blocks_.front());
    blocks_.pop_front();
    if (const std::size_t count = std::min(taken->last(), offset) - taken->first + 1; count < taken->sizes.size()) {
      blocks_.push_front(slice_of(*taken, count, taken->sizes.size()));
      taken = slice_of(*taken, 0, count);
    }
    group.values.insert(group.values.end(), taken->bytes.begin(), taken->bytes.end());
    group.entries += taken->sizes.size();
  }
  return group;
}

}  // namespace tally::replication
