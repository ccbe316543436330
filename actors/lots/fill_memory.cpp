#include "actors/lots/fill_memory.hpp"

#include <algorithm>

namespace tally {

FillMemory::Seen FillMemory::see(std::string_view order, std::string_view fill, const FillContent& content) {
  newest_ = std::max(newest_, content.at);
  while (!by_arrival_.empty() && newest_.ns - kept_ns > by_arrival_.front().first.ns) {
    known_.erase(known_.find(*by_arrival_.front().second));
    by_arrival_.pop_front();
  }
  // The order's length keeps ("a", "bc") apart from ("ab", "c").
  std::string key = std::to_string(order.size()) + ':';
  key.append(order).append(fill);
  const auto [known, first] = known_.try_emplace(std::move(key), content);
  if (!first) return known->second == content ? Seen::again : Seen::changed;
  by_arrival_.emplace_back(content.at, &known->first);
  return Seen::first;
}

}  // namespace tally
