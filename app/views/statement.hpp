// The statement: what each investor has, where it lies, and the proof that nothing is missing.
//
// Everything comes from committed entries: the places from the entities' replayed states, the account's own sums from the
// provider's fills (account_books). Values at a mark are exact; only average_price is rounded, down, to 1e-9.
#pragma once

#include "app/views/account_books.hpp"

namespace tally {

struct SubscriptionStatement {
  SubscriptionId subscription;
  SignalSourceId source;
  ProductId product;
  bool active = false;
  Quantity position;
  std::optional<Price> average_price;   // of the open lots
  std::optional<Price> mark;
  std::optional<Time> mark_at;
  Money realized;                       // before fees
  Money unrealized;                     // at the mark; zero where there is none
  Money fees;
  Money cash;
  Money buffer;                         // its share of the investor's buffer
  Money virtual_capital;                // cash + marked position + buffer
};
BOOST_DESCRIBE_STRUCT(SubscriptionStatement, (),
                      (subscription, source, product, active, position, average_price, mark, mark_at, realized, unrealized, fees,
                       cash, buffer, virtual_capital))

struct InvestorStatement {
  InvestorId investor;
  Money deposits;
  Money withdrawals;
  Money unallotted;
  Money buffer;
  Money realized;
  Money unrealized;
  Money fees;
  Money virtual_capital;    // unallotted + buffer + cash and marked positions of the subscriptions
  Money withdrawable;       // at once, without touching a subscription
  Money result;             // virtual_capital - deposits + withdrawals
  std::vector<SubscriptionStatement> subscriptions;
};
BOOST_DESCRIBE_STRUCT(InvestorStatement, (),
                      (investor, deposits, withdrawals, unallotted, buffer, realized, unrealized, fees, virtual_capital, withdrawable,
                       result, subscriptions))

// The sum over the investors' places against the account's own track.
struct PositionCheck {
  ProductId product;
  Quantity subscriptions;
  Quantity account;         // confirmed by the provider or assigned
};
BOOST_DESCRIBE_STRUCT(PositionCheck, (), (product, subscriptions, account))

struct Conservation {
  Money places;             // unallotted + buffers + subscriptions' cash
  Money account_cash;       // deposits - withdrawals + what the provider's fills paid and cost
  Money difference;
  std::vector<PositionCheck> positions;
  bool holds = false;       // to the last unit, in money and in every product
};
BOOST_DESCRIBE_STRUCT(Conservation, (), (places, account_cash, difference, positions, holds))

struct AccountStatement {
  AccountId account;
  std::string currency;
  Offset offset = 0;        // of the last entry it stands on
  Time at;
  std::vector<InvestorStatement> investors;
  Conservation conservation;
  std::vector<DriftView> drifts;   // open ones: the account's own line, on no investor
};
BOOST_DESCRIBE_STRUCT(AccountStatement, (), (account, currency, offset, at, investors, conservation, drifts))

AccountStatement account_statement(const Journal& journal, Symbol account, Symbol venue);

}  // namespace tally
