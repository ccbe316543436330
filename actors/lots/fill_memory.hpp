// Which fills a book has taken, so that none is taken twice.
//
// A fill is known by (order, fill). It is remembered for seven days of event time: an id is forgotten once a fill came that is
// more than seven days later. Memory is therefore that of the fills of seven days, and never grows with the history.
#pragma once

#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>

#include "messages/decimal.hpp"
#include "messages/ids.hpp"

namespace tally {

// What one fill is about; a retry has all of it equal.
struct FillContent {
  Quantity quantity;  // signed
  Price price;
  Money fee;
  Time at;
  bool operator==(const FillContent&) const = default;
};

class FillMemory {
 public:
  static constexpr std::int64_t kept_ns = 7 * ns_per_day;

  enum class Seen {
    first,    // not seen before; remembered from now on
    again,    // the same fill once more
    changed,  // known, with other content
  };
  Seen see(std::string_view order, std::string_view fill, const FillContent& content);

  std::size_t size() const { return known_.size(); }

 private:
  std::unordered_map<std::string, FillContent> known_;
  std::deque<std::pair<Time, const std::string*>> by_arrival_;  // keys of known_
  Time newest_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace tally
