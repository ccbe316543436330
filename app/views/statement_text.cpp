#include "app/views/statement_text.hpp"

#include "app/table.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

std::string or_dash(const std::optional<Price>& price) { return price ? price->text() : "-"; }

// Money at two decimals for people, rounded towards minus infinity; an ellipsis says that there is more. --json has all of it.
std::string shown(Money amount) {
  const WholeUnits parts = whole_units(amount, one_cent);
  std::string text = parts.whole.text();
  if (text.find('.') == std::string::npos) text += '.';
  while (text.size() - text.find('.') < 3) text += '0';
  return parts.residual == Money{} ? text : text + "…";
}

void print_investor(std::ostream& out, const InvestorStatement& investor, const std::string& currency, bool bold) {
  out << '\n' << (bold ? "\x1b[1m" : "") << "Investor " << investor.investor.text() << (bold ? "\x1b[0m" : "") << '\n';
  Table lines({{"SUBSCRIPTION"}, {"SOURCE"}, {"PRODUCT"}, {"POSITION", true}, {"AVERAGE", true}, {"MARK", true}, {"REALIZED", true},
               {"UNREALIZED", true}, {"FEES", true}, {"CASH", true}, {"CAPITAL", true}});
  for (const SubscriptionStatement& line : investor.subscriptions)
    lines.row({std::string(line.subscription.text()), std::string(line.source.text()), std::string(line.product.text()),
               line.position.text(), or_dash(line.average_price), or_dash(line.mark), shown(line.realized), shown(line.unrealized),
               shown(line.fees), shown(line.cash), shown(line.virtual_capital)});
  if (!lines.empty()) lines.print(out, false);
  Table sums({{currency}, {"", true}});
  sums.row({"deposits", shown(investor.deposits)});
  sums.row({"withdrawals", shown(investor.withdrawals)});
  sums.row({"realized", shown(investor.realized)});
  sums.row({"unrealized", shown(investor.unrealized)});
  sums.row({"fees", shown(investor.fees)});
  sums.row({"unallotted cash", shown(investor.unallotted)});
  sums.row({"buffer", investor.buffer.text()});
  sums.row({"virtual capital", shown(investor.virtual_capital)});
  sums.row({"withdrawable now", shown(investor.withdrawable)});
  sums.row({"result", shown(investor.result)});
  sums.print(out, false);
}

void print_conservation(std::ostream& out, const Conservation& check, const std::string& currency) {
  out << "\nConservation " << (check.holds ? "holds" : "IS BROKEN") << ": places " << check.places.text() << ' ' << currency
      << ", account " << check.account_cash.text() << ' ' << currency << ", difference " << check.difference.text() << '\n';
  for (const PositionCheck& position : check.positions)
    out << "  " << position.product.text() << ": subscriptions " << position.subscriptions.text() << ", provider " << position.account.text()
        << (position.subscriptions == position.account ? "" : "  DIFFERS") << '\n';
}

void print_drift(std::ostream& out, const std::vector<DriftView>& drifts) {
  if (drifts.empty()) {
    out << "Drift: none open\n";
    return;
  }
  out << "Drift, on the account's own line:\n";
  for (const DriftView& drift : drifts)
    out << "  #" << drift.drift << ' ' << drift.product.text() << ' ' << shape::enumerator_name(drift.kind) << ' '
        << drift.difference.text() << " since " << iso_time(drift.first_seen) << ": " << drift.playbook << '\n';
}

}  // namespace

void print_statement(std::ostream& out, const AccountStatement& statement, const std::optional<InvestorId>& only, bool bold) {
  out << "Account " << statement.account.text() << " at " << iso_time(statement.at) << ", entry " << statement.offset << '\n';
  for (const InvestorStatement& investor : statement.investors)
    if (!only || *only == investor.investor) print_investor(out, investor, statement.currency, bold);
  print_conservation(out, statement.conservation, statement.currency);
  print_drift(out, statement.drifts);
}

}  // namespace tally
