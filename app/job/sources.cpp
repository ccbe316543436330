#include "app/job/sources.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace tally::job {
namespace {

Price mean_of(auto first, auto last) {
  const Int128 sum = std::accumulate(first, last, Int128{0}, [](Int128 total, Price price) { return total + price.units(); });
  return Price::from_units(static_cast<std::int64_t>(sum / std::distance(first, last)));
}

Price times(Price price, std::int64_t n) { return Price::from_units(price.units() * n); }

class Crossing final : public Source {
 public:
  Crossing() : Source(60) {}
  std::optional<int> direction() const override {
    const Price fast = window().mean(15), slow = window().mean(60);
    if (fast == slow) return std::nullopt;
    return fast > slow ? 1 : -1;
  }
};

class Breakout final : public Source {
 public:
  Breakout() : Source(41) {}
  std::optional<int> direction() const override {
    const Price close = window().last(), high = window().highest_before(), low = window().lowest_before();
    if (close > high) return 1;
    if (close < low) return -1;
    const Price quarter = Price::from_units((high - low).units() / 4);
    if (close > low + quarter && close < high - quarter) return 0;
    return std::nullopt;
  }
};

class Reversion final : public Source {
 public:
  Reversion() : Source(30) {}
  std::optional<int> direction() const override {
    const Price close = window().last(), mean = window().mean(30), far = times(window().mean_range(), 4);
    if (close < mean - far) return 1;
    if (close > mean + far) return -1;
    const Price near = window().mean_range();
    if (close > mean - near && close < mean + near) return 0;
    return std::nullopt;
  }
};

}  // namespace

void Window::add(const Bar& bar) {
  closes_.push_back(bar.close);
  ranges_.push_back(bar.high - bar.low);
  if (closes_.size() > length_) {
    closes_.pop_front();
    ranges_.pop_front();
  }
}

Price Window::mean(std::size_t of_last) const {
  return mean_of(closes_.end() - static_cast<std::ptrdiff_t>(of_last), closes_.end());
}
Price Window::highest_before() const { return *std::max_element(closes_.begin(), closes_.end() - 1); }
Price Window::lowest_before() const { return *std::min_element(closes_.begin(), closes_.end() - 1); }
Price Window::mean_range() const { return mean_of(ranges_.begin(), ranges_.end()); }

Ratio Window::stop_loss_ratio() const {
  const Int128 share = static_cast<Int128>(mean_range().units()) * 2 * Ratio::whole(1).units() / last().units();
  constexpr std::int64_t step = 100'000;  // 0.0001: a stop is not more precise than that
  const auto rounded = static_cast<std::int64_t>(share) / step * step;
  return Ratio::from_units(std::clamp<std::int64_t>(rounded, 2'000'000, 200'000'000));
}

std::optional<Opinion> Source::after(const Bar& bar) {
  window_.add(bar);
  if (!window_.full()) return std::nullopt;
  const std::optional<int> now = direction();
  if (!now || *now == held_) return std::nullopt;
  held_ = *now;
  Opinion opinion{{static_cast<std::int8_t>(held_)}, std::nullopt};
  if (held_ != 0) opinion.stop_loss_ratio = window_.stop_loss_ratio();
  return opinion;
}

std::unique_ptr<Source> make_source(std::string_view name) {
  if (name == "crossing") return std::make_unique<Crossing>();
  if (name == "breakout") return std::make_unique<Breakout>();
  if (name == "reversion") return std::make_unique<Reversion>();
  throw std::invalid_argument("no source of signals named '" + std::string(name) + "'");
}

}  // namespace tally::job
