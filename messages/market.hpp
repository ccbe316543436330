// Prices as facts: what was seen, where and when. Recorded in the entry of the input that needs them.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "messages/about.hpp"
#include "messages/decimal.hpp"
#include "messages/ids.hpp"

namespace tally {

// The price at which positions in a product are valued.
struct MarkCaptured {
  static constexpr About about{1, 1, Layer::market, "md.tick", "product at"};
  ProductId product;
  Price price;
  std::string source;        // e.g. "sim:bar-close"
  Time at;                   // of the price, not of its capture
  std::optional<InvestorId> asked_by;  // set where an investor's command needs it
};
BOOST_DESCRIBE_STRUCT(MarkCaptured, (), (product, price, source, at, asked_by))

// Whether a book's top can price an internal cross.
enum class BookState : std::uint8_t { two_sided, one_sided, locked, crossed, missing };
BOOST_DESCRIBE_ENUM(BookState, two_sided, one_sided, locked, crossed, missing)

// The middle of an order book's top. `mid` is exact: bid and ask are whole even units or the mid is rounded down by 1e-9.
struct MidPriceCaptured {
  static constexpr About about{2, 1, Layer::market, "md.depth", "product at"};
  ProductId product;
  BookState state = BookState::missing;
  Price bid;
  Price ask;
  Price mid;
  std::string source;
  std::uint64_t book_hash = 0;  // of the levels it was taken from
  Time at;
};
BOOST_DESCRIBE_STRUCT(MidPriceCaptured, (), (product, state, bid, ask, mid, source, book_hash, at))

// One bar as a venue simulation sees it. Prices in quote currency, volume in units of the product.
struct BarObserved {
  static constexpr About about{3, 1, Layer::market, "md.bar", "product closed_at"};
  ProductId product;
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume;
  Time opened_at;
  Time closed_at;
};
BOOST_DESCRIBE_STRUCT(BarObserved, (), (product, open, high, low, close, volume, opened_at, closed_at))

}  // namespace tally
