// A small book of the tests' own, and the venue's texts of it.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "actors/venues/binance/protocol.hpp"

namespace tally::test {

inline std::string decimal_text_of(std::int64_t cents) {
  const std::string fraction = std::to_string(cents % 100);
  return std::to_string(cents / 100) + "." + std::string(2 - fraction.size(), '0') + fraction + "000000";
}

// Every change is one update id. Any thread.
class VenueBook {
 public:
  explicit VenueBook(std::uint64_t first_id = 1'000) : last_id_(first_id) {
    for (int i = 0; i < 20; ++i) {
      bids_[6'000'000 - 100 * i] = 100 + i;
      asks_[6'000'100 + 100 * i] = 200 + i;
    }
  }

  // Changes three levels a side, and says so in the venue's words.
  std::string change() {
    std::lock_guard held(mutex_);
    const std::uint64_t first = last_id_ + 1;
    std::string bids, asks;
    for (int i = 0; i < 3; ++i) {
      ++last_id_;
      set(bids_, 6'000'000 - static_cast<std::int64_t>(100 * (last_id_ % 20)), bids);
      set(asks_, 6'000'100 + static_cast<std::int64_t>(100 * (last_id_ % 20)), asks);
    }
    return R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1760000000123,"s":"BTCUSDT","U":)" +
           std::to_string(first) + R"(,"u":)" + std::to_string(last_id_) + R"(,"b":[)" + bids + R"(],"a":[)" + asks + "]}}";
  }

  std::string snapshot() const {
    std::lock_guard held(mutex_);
    return R"({"lastUpdateId":)" + std::to_string(last_id_) + R"(,"bids":)" + levels(bids_) + R"(,"asks":)" + levels(asks_) + "}";
  }

  std::uint64_t last_id() const {
    std::lock_guard held(mutex_);
    return last_id_;
  }
  // Price and quantity of the best bid, as text.
  std::string best_bid() const {
    std::lock_guard held(mutex_);
    const auto best = bids_.rbegin();
    return Price::parse(decimal_text_of(best->first)).text() + " " + Quantity::parse(decimal_text_of(best->second)).text();
  }

 private:
  using Side = std::map<std::int64_t, std::int64_t>;  // price in cents -> quantity in hundredths

  void set(Side& side, std::int64_t price, std::string& said) {
    const auto quantity = static_cast<std::int64_t>(last_id_ * 7 % 90 + 1);
    side[price] = quantity;
    said += (said.empty() ? "" : ",") + row(price, quantity);
  }
  static std::string row(std::int64_t price, std::int64_t quantity) {
    return "[\"" + decimal_text_of(price) + "\",\"" + decimal_text_of(quantity) + "\"]";
  }
  static std::string levels(const Side& side) {
    std::string text;
    for (const auto& [price, quantity] : side) text += (text.empty() ? "" : ",") + row(price, quantity);
    return "[" + text + "]";
  }

  mutable std::mutex mutex_;
  std::uint64_t last_id_;
  Side bids_, asks_;
};

inline std::string trade_text(std::uint64_t id, const char* price = "60000.01", const char* symbol = "BTCUSDT") {
  return R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1760000000124,"s":")" + std::string(symbol) + R"(","t":)" +
         std::to_string(id) + R"(,"p":")" + price + R"(","q":"0.00100000","T":1760000000120,"m":true,"M":true}})";
}

inline std::vector<binance::ProductStreams> one_product() {
  binance::ProductStreams product;
  product.product = ProductId("BTC-USDT");
  product.symbol = "BTCUSDT";
  product.bars = "1m";
  return {product};
}

}  // namespace tally::test
