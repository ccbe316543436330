// One intent from wish to confirmed position, in the seven stages of the dossier. Each stage is a record of its own; what one
// stage says never overwrites another's.
//
//   S01 execution intent     IntentCreated                         who, why, how much, at which price it was sized
//   S02 desired position     its target, and the position before
//   S03 risk gate            the batch, RiskApproved, RiskRejected
//   S04 order command        NetOrderRequested, OrderCommanded, cancels; a cross at mid
//   S05 provider event       OrderSubmitted, OrderAccepted, OrderFilled with this intent's share, OrderRejected, ...
//   S06 reconciliation       what was returned, drift of the product, the comparison that confirmed it
//   S07 operator view        where it stands now, in one line, with flags
#pragma once

#include "persistence/journal.hpp"

namespace tally {

struct TraceRecord {
  Offset offset = 0;
  Time at;
  std::string what;        // the event's type
  std::string text;        // for a person; names in it are ids that stand in this trace
  std::string note;        // somebody's own words: a venue's, an operator's, where a price is from
};
BOOST_DESCRIBE_STRUCT(TraceRecord, (), (offset, at, what, text, note))

struct TraceStage {
  std::string stage;       // "S01"
  std::string name;        // "execution intent"
  std::vector<TraceRecord> records;
};
BOOST_DESCRIBE_STRUCT(TraceStage, (), (stage, name, records))

struct IntentTrace {
  IntentId intent;
  InvestorId investor;
  SignalSourceId source;
  ProductId product;
  VenueId venue;
  AccountId account;
  Quantity desired_position;     // its target
  std::string risk_decision;     // none yet, approved, closing approved, rejected RULE, not judged
  std::string provider_callback; // none, accepted, partial_fill, filled, rejected, canceled, crossed at mid
  Quantity wanted;               // close + open, signed
  Quantity filled;               // signed; crosses included
  Quantity confirmed_position;   // of the subscription, when it was last changed by this intent
  Quantity residual;             // wanted - filled; what was never traded
  std::string operator_flag;     // done, working, released RULE, drift visible for review
  std::vector<ClientOrderId> orders;
  std::vector<VenueOrderId> venue_orders;
  std::vector<TraceStage> stages;
};
BOOST_DESCRIBE_STRUCT(IntentTrace, (),
                      (intent, investor, source, product, venue, account, desired_position, risk_decision, provider_callback, wanted,
                       filled, confirmed_position, residual, operator_flag, orders, venue_orders, stages))

// Every intent of the account, or `only` one; in order of creation.
std::vector<IntentTrace> traces(const Journal& journal, Symbol account, const std::optional<IntentId>& only);

}  // namespace tally
