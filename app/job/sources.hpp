// Three small sources of signals, as examples of who might send them. They are not advice and are not meant to earn.
//
// Promises: pure integer arithmetic on closes, so the same bars give the same signals anywhere; one signal for a change
// of mind, none for repeating it. A stop ratio goes with every opening: twice the mean range of the last bars as a
// share of the price, within [0.002, 0.2].
//
//   crossing    the mean of the last 15 closes above that of the last 60: long; below: short            (moving averages)
//   breakout    a close above the highest of the 40 before: long; below the lowest: short; between the two quarters
//               around the middle of that channel: flat                                                  (channel breakout)
//   reversion   a close further below the mean of the last 30 than four mean ranges: long; as far above: short; back at the
//               mean: flat                                                                               (mean reversion)
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/job/bars.hpp"
#include "messages/signals.hpp"

namespace tally::job {

struct Opinion {
  Direction direction;
  std::optional<Ratio> stop_loss_ratio;  // set for openings
};

// The last closes and ranges of one product.
class Window {
 public:
  explicit Window(std::size_t length) : length_(length) {}

  void add(const Bar& bar);
  bool full() const { return closes_.size() == length_; }

  Price last() const { return closes_.back(); }
  Price mean(std::size_t of_last) const;
  Price highest_before() const;   // of all but the last
  Price lowest_before() const;
  Price mean_range() const;       // high - low
  Ratio stop_loss_ratio() const;

 private:
  std::size_t length_;
  std::deque<Price> closes_;
  std::deque<Price> ranges_;
};

// One source watching one product.
class Source {
 public:
  virtual ~Source() = default;

  // The new opinion after this bar, where it differs from the last one.
  std::optional<Opinion> after(const Bar& bar);

 protected:
  explicit Source(std::size_t window) : window_(window) {}
  // What the window says now; none where it says nothing new.
  virtual std::optional<int> direction() const = 0;

  const Window& window() const { return window_; }

 private:
  Window window_;
  int held_ = 0;
};

inline constexpr std::array<std::string_view, 3> source_names = {"crossing", "breakout", "reversion"};
std::unique_ptr<Source> make_source(std::string_view name);  // throws std::invalid_argument on another name

}  // namespace tally::job
