// The intents that are netted, judged and executed together, as the netting book keeps them.
//
//             RiskApproved                     crossed, or one-sided
//   judging ---------------> (mid unusable:) ------------------------> ordered ---> gone: executed whole
//      |                     waiting_for_mid                              |
//      '--> gone: everything was denied                                   |--> ended: its order closed short
//                                                                         '--> gone: its order was rejected
//
// Quantities are counted in the product's lots, as they were when the batch formed.
#pragma once

#include <boost/container/flat_set.hpp>
#include <vector>

#include "actors/netting_book/split.hpp"
#include "messages/orders.hpp"

namespace tally {

// One intent. `wish` is what its subscription believes to be working, `lots` what of it takes part.
struct Member {
  BatchRow wish;               // without what was denied or given back already
  std::int64_t lots = 0;       // signed
  std::uint32_t source = 0;    // place in Batch::sources
  bool cancel_asked = false;   // its subscription waits for word
  bool answered = false;       // and has it

  Quantity wanted() const { return wish.close + wish.open; }
};
BOOST_DESCRIBE_STRUCT(Member, (), (wish, lots, source, cancel_asked, answered))

enum class BatchPhase : std::uint8_t { judging, waiting_for_mid, ordered, ended };
BOOST_DESCRIBE_ENUM(BatchPhase, judging, waiting_for_mid, ordered, ended)

struct Batch {
  BatchId id;
  BatchPhase phase = BatchPhase::judging;
  Quantity lot;
  std::int64_t multiplier = 1;
  Money minimum_unit;
  boost::container::flat_set<SignalSourceId> sources;  // of the members
  std::vector<Member> members;          // ascending by intent
  Time mid_wait_ends;

  // From here on since execution began: one sequence of lots for the heavier side, first crossed, then filled.
  Side side = Side::buy;                // the heavier side, which is ordered
  std::vector<Share> shares;            // one a member; the other side's weigh nothing. Empty: not begun
  std::int64_t weight = 0;              // lots of the heavier side
  std::int64_t crossed = 0;             // lots a side
  std::int64_t filled = 0;              // lots
  bool cancel_requested = false;

  std::int64_t given() const { return crossed + filled; }
  std::int64_t leaves() const { return weight - given(); }
};
BOOST_DESCRIBE_STRUCT(Batch, (),
                      (id, phase, lot, multiplier, minimum_unit, sources, members, mid_wait_ends, side, shares, weight, crossed,
                       filled, cancel_requested))

// The lots that stand on each side.
struct SideLots {
  std::int64_t buy = 0;
  std::int64_t sell = 0;

  Side heavier() const { return buy > sell ? Side::buy : Side::sell; }
  std::int64_t on(Side side) const { return side == Side::buy ? buy : sell; }
  bool two_sided() const { return buy > 0 && sell > 0; }
};
SideLots lots_by_side(const Batch& batch);

// How many whole lots a wish is good for: signed, towards zero. What is below a lot is given back in the end.
std::int64_t whole_lots(Quantity wish, Quantity lot);
Quantity quantity_of(std::int64_t lots, Quantity lot);

// Whether the member stands on `side`.
inline bool on_side(const Member& member, Side side) { return side == Side::buy ? member.lots > 0 : member.lots < 0; }

// What the splits of a batch are made over once `side` is its heavier side.
std::vector<Share> shares_of(const Batch& batch, Side side);
void begin_execution(Batch& batch, Side side);

// Signed lots that a member has traded, and the quantity of its wish that it has not.
std::int64_t traded_lots(const Batch& batch, std::size_t member);
Quantity unfilled(const Batch& batch, std::size_t member);

void sort_by_intent(std::vector<Member>& members);

// The member of an intent, or the number of members.
std::size_t place_of(const Batch& batch, const IntentId& intent);

}  // namespace tally
