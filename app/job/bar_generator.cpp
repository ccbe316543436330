#include "app/job/bar_generator.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tally::job {
namespace {

constexpr std::int64_t steps = 8;
constexpr std::int64_t regime_minutes = 180;
constexpr std::int64_t million = 1'000'000;

// Where a product begins and how it moves. Volatility is a share of the price per minute, in millionths.
struct Character {
  std::string_view product;
  std::int64_t first_ticks;
  std::int64_t volatility;
  std::int64_t volume_lots;
};
constexpr std::array characters = {
    Character{"BTC-USD", 4'250'000, 600, 9'000},
    Character{"EUR-USD", 110'400, 80, 4'000},
    Character{"SPY", 47'200, 160, 30'000},
};

const Character& character_of(ProductId product) {
  for (const Character& character : characters)
    if (character.product == product.text()) return character;
  throw std::invalid_argument("no generated bars for '" + std::string(product.text()) + "'");
}

std::uint64_t hash_of(std::string_view text) {  // FNV-1a
  std::uint64_t hash = 0xCBF29CE484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return hash;
}

// Nearly normal with variance 1, in units of 2^-16: three draws give twelve 16-bit numbers.
std::int64_t normal(SplitMix64& random) {
  std::int64_t sum = 0;
  for (int draw = 0; draw < 3; ++draw)
    for (std::uint64_t bits = random(), part = 0; part < 4; ++part, bits >>= 16) sum += static_cast<std::int64_t>(bits & 0xFFFF);
  return sum - 6 * 0xFFFF;
}

class Walk {
 public:
  Walk(const Character& character, std::uint64_t seed)
      : character_(character), random_(seed ^ hash_of(character.product)), price_(character.first_ticks << 16),
        volatility_(character.volatility) {}

  std::int64_t ticks() const { return (price_ + (1 << 15)) >> 16; }
  std::int64_t volatility() const { return volatility_; }

  void new_minute(std::int64_t minute) {
    if (minute % regime_minutes == 0) drift_ = (static_cast<std::int64_t>(random_.below(3)) - 1) * character_.volatility / 10;
    const std::int64_t burst = std::abs(normal(random_)) > 2 * 65'536 ? volatility_ / 8 : 0;
    volatility_ = std::clamp(volatility_ + (character_.volatility - volatility_) / 64 + burst, character_.volatility / 4,
                             4 * character_.volatility);
  }

  void step() {
    // 2896 / 8192 is 1 / sqrt(8) to four digits.
    const Int128 share =
        (static_cast<Int128>(drift_) * 65'536 + static_cast<Int128>(volatility_) * normal(random_)) * 2896 / 8192;
    price_ += static_cast<std::int64_t>(price_ * share / 65'536 / million);
    const std::int64_t first = character_.first_ticks << 16;
    if (price_ < first / 4) price_ = first / 2 - price_;
    if (price_ > first * 4) price_ = first * 8 - price_;
  }

 private:
  const Character& character_;
  SplitMix64 random_;
  std::int64_t price_;       // ticks, with 16 bits after the point
  std::int64_t volatility_;  // millionths a minute
  std::int64_t drift_ = 0;
};

}  // namespace

Series generate_bars(const ProductDefined& product, std::uint64_t seed, std::size_t count, Time start) {
  const Character& character = character_of(product.product);
  Walk walk(character, seed);
  const auto price = [&](std::int64_t ticks) { return Price::from_units(ticks * product.tick.units()); };
  Series series{product, {}};
  series.bars.reserve(count);
  for (std::size_t minute = 0; minute < count; ++minute) {
    walk.new_minute(static_cast<std::int64_t>(minute));
    const std::int64_t open = walk.ticks();
    std::int64_t high = open, low = open;
    for (std::int64_t i = 0; i < steps; ++i) {
      walk.step();
      high = std::max(high, walk.ticks());
      low = std::min(low, walk.ticks());
    }
    const std::int64_t expected = std::max<std::int64_t>(1, open * walk.volatility() / million * 3 / 2);
    const std::int64_t lots = character.volume_lots * (expected + high - low) / expected;
    const Time opened = start + static_cast<std::int64_t>(minute) * ns_per_minute;
    series.bars.push_back({product.product, price(open), price(high), price(low), price(walk.ticks()),
                           Quantity::from_units(lots * product.lot.units()), opened, opened + ns_per_minute});
  }
  return series;
}

}  // namespace tally::job
