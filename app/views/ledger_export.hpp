// The account, or one investor of it, as a plain-text-accounting journal that `ledger` and `hledger` read and balance.
//
// One transaction a ledger fact, every amount exact (18 decimals). Accounts:
//   Assets:<investor>:Cash, :Buffer            unallotted cash; what is below the currency's minimum unit
//   Assets:<investor>:<subscription>:Cash, :Position
//   Expenses:<investor>:<subscription>:Fees    Equity:<investor>:Deposits, :Withdrawals
// A product is a commodity; a fill buys or sells it at its exact total price. The last transaction asserts each balance as the
// *entities* hold it, so that reading the file checks every sum with somebody else's arithmetic.
#pragma once

#include "persistence/journal.hpp"

namespace tally {

// `only` none: everybody.
std::string ledger_export(const Journal& journal, Symbol account, const std::optional<InvestorId>& only);

}  // namespace tally
