#include "actors/netting_book/split.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <boost/container/small_vector.hpp>
#include <string>

#include "actors/netting_book/pro_rata.hpp"
#include "messages/assert.hpp"

namespace tally {
namespace {

// A row that may take one more lot. Its next lot is due when `missing / weight` * W more lots have been given out.
struct Candidate {
  std::uint64_t key;       // grows with missing / weight: settles nearly every comparison
  std::uint64_t missing;   // W - remainder, > 0
  std::uint64_t weight;    // > 0
  std::uint64_t row;
};

// The rows that may take one more, of which some will.
class Candidates {
 public:
  Candidates(std::size_t rows, std::int64_t total) : total_(static_cast<std::uint64_t>(total)), shift_(std::countl_zero(total_)) {
    list_.reserve(rows);
  }

  void add(std::uint64_t remainder, std::int64_t weight, std::size_t row) {
    const std::uint64_t missing = total_ - remainder;
    const auto w = static_cast<std::uint64_t>(weight);
    list_.push_back({(missing << shift_) / w, missing, w, row});
  }

  // Gives one more to the `count` that are due first.
  template <class Give>
  void give_to_first(std::int64_t count, std::span<const Share> tie_rows, Give give) {
    TALLY_ASSERT(count >= 0 && count <= static_cast<std::int64_t>(list_.size()));
    const auto first = list_.begin();
    const auto end = first + count;
    const auto due_before = [&](const Candidate& a, const Candidate& b) {
      if (a.key != b.key) return a.key < b.key;
      const auto left = static_cast<unsigned __int128>(a.missing) * b.weight;
      const auto right = static_cast<unsigned __int128>(b.missing) * a.weight;
      if (left != right) return left < right;
      const std::uint64_t one = tie_rows[a.row].tie;
      const std::uint64_t other = tie_rows[b.row].tie;
      return one != other ? one < other : a.row < b.row;
    };
    if (count > 0 && end != list_.end()) std::nth_element(first, end, list_.end(), due_before);
    for (auto it = first; it != end; ++it) give(it->row);
  }

 private:
  std::uint64_t total_;
  int shift_;
  boost::container::small_vector<Candidate, 16> list_;  // small batches, which are nearly all, take no memory from the heap
};

// Leaves room for `each * part` of an amount rounded down: far beyond any ledger.
constexpr Money largest_amount = Money::from_units(static_cast<Int128>(1) << 126);

}  // namespace

std::uint64_t tie_of(std::string_view batch, std::string_view subscription) {
  boost::container::small_vector<char, 160> text;
  text.insert(text.end(), batch.begin(), batch.end());
  text.push_back(' ');  // in no name, so no two pairs read alike
  text.insert(text.end(), subscription.begin(), subscription.end());
  return XXH3_64bits(text.data(), text.size());
}

void allot(std::span<const Share> shares, std::int64_t weight_total, std::int64_t given, std::span<std::int64_t> allotments) {
  TALLY_ASSERT(weight_total > 0 && given >= 0 && allotments.size() == shares.size());
  const ProRata owed(given, weight_total);
  Candidates candidates(shares.size(), weight_total);
  std::int64_t left = given;
  std::int64_t weights = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Share& share = shares[i];
    const auto [floor, remainder] = owed.of(share.weight);
    // Nobody is more than the begun lot ahead of what is owed.
    TALLY_ASSERT(share.weight >= 0 && share.allotted <= floor + (remainder > 0));
    allotments[i] = std::max(share.allotted, floor);
    left -= allotments[i];
    weights += share.weight;
    if (remainder > 0 && share.allotted <= floor) candidates.add(remainder, share.weight, i);
  }
  TALLY_ASSERT(weights == weight_total);
  candidates.give_to_first(left, shares, [&](std::size_t row) { ++allotments[row]; });
}

void share_out(Money amount, std::span<const std::int64_t> parts, std::int64_t parts_total, std::span<const Share> tie_rows,
               std::span<Money> amounts) {
  TALLY_ASSERT(parts_total > 0 && parts.size() == tie_rows.size() && parts.size() == amounts.size());
  if (abs(amount) > largest_amount) decimal_text::overflow("sharing out");
  // amount = each * parts_total + rest with 0 <= rest < parts_total, for a rebate (negative) too.
  Int128 each = amount.units() / parts_total;
  Int128 rest = amount.units() % parts_total;
  if (rest < 0) {
    rest += parts_total;
    each -= 1;
  }
  const ProRata owed(static_cast<std::int64_t>(rest), parts_total);
  Candidates candidates(parts.size(), parts_total);
  auto left = static_cast<std::int64_t>(rest);
  std::int64_t total = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [floor, remainder] = owed.of(parts[i]);
    amounts[i] = Money::from_units(each * parts[i] + floor);
    left -= floor;
    total += parts[i];
    if (remainder > 0) candidates.add(remainder, parts[i], i);
  }
  TALLY_ASSERT(total == parts_total);
  candidates.give_to_first(left, tie_rows, [&](std::size_t row) { amounts[row] += Money::from_units(1); });
}

}  // namespace tally
