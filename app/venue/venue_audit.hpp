// What a venue knows by itself of who traded what: from its journal's executions and from what came to its door, not from the
// state of the entity that matches. The witness of drills.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/venue/venue_history.hpp"
#include "persistence/journal.hpp"

namespace tally {

// One order by its client order id.
struct AuditedOrder {
  ClientOrderId order;
  AccountId account;
  ProductId product;
  Side side = Side::buy;
  Quantity quantity;
  Quantity filled;                     // of unique executions
  std::string answer;                  // accepted, rejected; empty: the journal does not have it
  bool closed = false;                 // filled, rejected, cancelled or expired
  std::uint64_t arrivals = 0;          // at the door, by sessions that spoke for the account
  std::uint64_t fenced = 0;            // by sessions that did not any more
  std::vector<std::string> senders;    // node/term/session of each arrival
};
BOOST_DESCRIBE_STRUCT(AuditedOrder, (),
                      (order, account, product, side, quantity, filled, answer, closed, arrivals, fenced, senders))

struct AuditedExecution {
  ExecutionId execution;
  ClientOrderId order;
  AccountId account;
  ProductId product;
  Side side = Side::buy;
  Quantity quantity;
  Price price;
  Money fee;
  Time at;
};
BOOST_DESCRIBE_STRUCT(AuditedExecution, (), (execution, order, account, product, side, quantity, price, fee, at))

struct AuditedPosition {
  AccountId account;
  ProductId product;
  Quantity quantity;                   // signed; the sum of the executions
};
BOOST_DESCRIBE_STRUCT(AuditedPosition, (), (account, product, quantity))

struct VenueAudit {
  std::vector<AuditedOrder> orders;            // by client order id
  std::vector<AuditedExecution> executions;    // unique, in the order of the journal
  std::vector<AuditedPosition> positions;      // not zero
  std::vector<ClientOrderId> arrived_again;    // more than once as new, by sessions that might
  std::uint64_t logins = 0;
  std::uint64_t kicks = 0;
  std::uint64_t bad_lines = 0;
  std::uint64_t cut_off = 0;                   // sessions whose reader was too slow
};
BOOST_DESCRIBE_STRUCT(VenueAudit, (), (orders, executions, positions, arrived_again, logins, kicks, bad_lines, cut_off))

VenueAudit audit_venue(const Journal& journal, Symbol shard, const std::vector<VenueHistoryLine>& history);

std::string to_json_text(const VenueAudit& audit);
VenueAudit venue_audit_of(const std::string& json);   // throws JsonError

}  // namespace tally
