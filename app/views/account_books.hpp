// What the journal's facts say of an account as a whole, summed without any entity: the other side of every check.
//
// Two independent tracks. Money: what investors paid in and took out, and what the *provider's* fills (OrderFilled) and an
// operator's assignments moved. Positions: the same fills. Splits and crosses are not looked at: if an entity lost or invented
// a unit, these sums and the entities' states would differ.
#pragma once

#include <map>

#include "messages/json_codec.hpp"
#include "persistence/journal.hpp"

namespace tally {

struct InvestorFlows {
  Money deposits;
  Money withdrawals;       // > 0
};
BOOST_DESCRIBE_STRUCT(InvestorFlows, (), (deposits, withdrawals))

struct DriftView {
  std::uint64_t drift = 0;
  DriftKind kind = DriftKind::position;
  ProductId product;
  Quantity expected;
  Quantity reported;
  Quantity difference;
  Time first_seen;
  std::string playbook;
  std::optional<DriftResolution> resolution;   // none: open
  std::optional<SubscriptionId> assigned_to;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(DriftView, (),
                      (drift, kind, product, expected, reported, difference, first_seen, playbook, resolution, assigned_to, reason))

struct AccountBooks {
  Offset offset = 0;
  Time at;
  AccountConfigured account;
  Money cash;                                   // of the account
  std::map<ProductId, Quantity> positions;      // confirmed by the provider or assigned by an operator
  std::map<ProductId, ProductDefined> products;
  std::map<ProductId, MarkCaptured> marks;      // the newest
  std::map<InvestorId, InvestorFlows> flows;
  std::map<std::uint64_t, DriftView> drifts;    // by number

  void fold(const Entry& entry);
};

// Reads the whole shard. `venue` empty: marks are what the account captured; else its bars count as marks, too.
AccountBooks account_books(const Journal& journal, Symbol account, Symbol venue);

}  // namespace tally
