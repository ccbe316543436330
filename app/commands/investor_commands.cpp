#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "app/commands/submit.hpp"
#include "app/views/ledger_export.hpp"
#include "app/views/statement_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct FundsAsked {
  std::string investor, amount, key;
  bool immediate = false;
};

void deposit(const CommandLine& line, const FundsAsked& asked) {
  DepositFunds command;
  command.key = key_or_fresh(asked.key);
  command.investor = parsed<InvestorId>(asked.investor, "INVESTOR");
  command.amount = parsed<Money>(asked.amount, "AMOUNT");
  submit_and_print(line, command);
}

void withdraw(const CommandLine& line, const FundsAsked& asked) {
  WithdrawFunds command;
  command.key = key_or_fresh(asked.key);
  command.investor = parsed<InvestorId>(asked.investor, "INVESTOR");
  command.amount = parsed<Money>(asked.amount, "AMOUNT");
  command.immediate = asked.immediate;
  submit_and_print(line, command);
}

// As JSON: the whole account, or where one is named the account with that investor alone.
void statement(const CommandLine& line, const std::string& name, bool ledger) {
  const std::optional<InvestorId> only = parsed_if<InvestorId>(name, "INVESTOR");
  const OpenedJournal opened = open_journal(line.where);
  AccountStatement all = account_statement(*opened.journal, opened.account, opened.venue);
  if (only) {
    std::erase_if(all.investors, [&](const InvestorStatement& i) { return i.investor != *only; });
    if (all.investors.empty()) throw CommandFailed(exit_not_found, "there is no investor '" + name + "'");
  }
  if (ledger) std::cout << ledger_export(*opened.journal, opened.account, only);
  else if (line.json) print_json(state_json(all));
  else print_statement(std::cout, all, only, on_terminal());
  if (!all.conservation.holds) throw CommandFailed(exit_differs, "conservation is broken by " + all.conservation.difference.text());
}

void add_statement(Command parent, CommandLine& line) {
  Command command = add_account_command(parent, "statement", "What each investor has, where it lies, and the check that nothing is missing", line);
  struct Asked {
    std::string investor;
    bool ledger = false;
  };
  const auto asked = std::make_shared<Asked>();
  command.add_option("INVESTOR", asked->investor, "Only this one (default: all)");
  command.add_flag("--ledger", asked->ledger, "As a plain-text-accounting journal, for ledger and hledger");
  command.callback([asked, &line] { statement(line, asked->investor, asked->ledger); });
}

}  // namespace

void add_investor_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "investor", "Deposits, withdrawals and statements");
  Command in = add_account_command(group, "deposit", "Record that an investor paid in", line);
  const auto paid = std::make_shared<FundsAsked>();
  in.add_option("INVESTOR", paid->investor, "Who").required();
  in.add_option("AMOUNT", paid->amount, "How much, in whole minimum units").required();
  add_key(in, line, paid->key);
  in.callback([paid, &line] { deposit(line, *paid); });

  Command out = add_account_command(group, "withdraw", "Pay out; --immediate may reduce the investor's own positions, at their own cost", line);
  const auto taken = std::make_shared<FundsAsked>();
  out.add_option("INVESTOR", taken->investor, "Who").required();
  out.add_option("AMOUNT", taken->amount, "How much, in whole minimum units").required();
  out.add_flag("--immediate", taken->immediate, "Reduce this investor's own subscriptions where free cash falls short");
  add_key(out, line, taken->key);
  out.callback([taken, &line] { withdraw(line, *taken); });

  add_statement(group, line);
  add_statement(app, line);
}

}  // namespace tally
