// Divides whole lots, and money, over rows by weight. The one place where a quantity or a fee is shared out.
//
// A row of weight w among rows of total weight W is owed exactly Q*w/W lots when Q lots have been given out so far.
// `allot` moves every row's allotment on from any earlier Q to a later one. Laws, at every Q that was stopped at:
//   exact        the allotments add up to Q
//   in quota     |allotment - Q*w/W| < 1
//   monotone     no allotment is below what it was at the stop before
//   order-free   depends on weights, ties and stops; on the order of the rows only where due times and ties are equal
// However large the step, it takes O(rows). Method and proof: docs/decisions/0002-exact-split.md.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <span>
#include <string_view>

#include "messages/decimal.hpp"

namespace tally {

// One row of a split. `allotted` is what earlier stops gave it; all zero before the first.
struct Share {
  std::int64_t weight = 0;     // >= 0; a row of weight zero gets nothing
  std::int64_t allotted = 0;
  std::uint64_t tie = 0;       // who goes first among rows whose next lot is due at the same moment: the smaller
};
BOOST_DESCRIBE_STRUCT(Share, (), (weight, allotted, tie))

// The tie of a subscription within a batch: XXH3 (64 bits) of "<batch> <subscription>". A function of the facts alone.
std::uint64_t tie_of(std::string_view batch, std::string_view subscription);

// Writes each row's allotment once `given` lots are out in all. `weight_total` is the sum of the weights, `given` is
// not below the sum of the present allotments, and `allotments` is as long as `shares`.
// Throws LawBroken where the shares were not reached by this function from zero.
void allot(std::span<const Share> shares, std::int64_t weight_total, std::int64_t given, std::span<std::int64_t> allotments);

// Divides `amount` (of either sign) by `parts`, once, to the last unit of Money: each gets its exact share rounded down,
// the units that are left go to those whose next unit is due first. `tie_rows` lends the ties of the same rows.
void share_out(Money amount, std::span<const std::int64_t> parts, std::int64_t parts_total, std::span<const Share> tie_rows,
               std::span<Money> amounts);

}  // namespace tally
