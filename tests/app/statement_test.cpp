#include <boost/json.hpp>
#include <fstream>
#include <set>

#include "actors/host/deterministic/verify.hpp"
#include "actors/programs.hpp"
#include "app/views/ledger_export.hpp"
#include "app/views/orders.hpp"
#include "app/views/statement.hpp"
#include "app/views/trace_export.hpp"
#include "tests/app/account_story.hpp"
#include "tests/app/temporary_directory.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

// One story for all: it is read only.
AccountStory& told() {
  static AccountStory& story = *[] {
    auto* made = new AccountStory();  // lives as long as the process: actors are not stopped from a static's destructor
    made->tell();
    return made;
  }();
  return story;
}

template <class M>
std::size_t count_of(const Journal& journal, Symbol shard) {
  std::size_t count = 0;
  for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events) count += std::holds_alternative<M>(event.body);
  });
  return count;
}

bool runs(const std::string& command) { return std::system((command + " > /dev/null 2>&1").c_str()) == 0; }

}  // namespace

TEST_CASE("The story has what the views must show: fills in parts, a cross, a short, a withdrawal that reduced") {
  const Journal& journal = told().journal();
  const Symbol account = told().account();
  REQUIRE(count_of<FillSplit>(journal, account) >= 4);
  REQUIRE(count_of<InternalNettingSettled>(journal, account) >= 1);
  REQUIRE(count_of<WithdrawalSettled>(journal, account) == 1);
  REQUIRE(count_of<ReconciliationCompleted>(journal, account) >= 1);
}

TEST_CASE("The statement's places add up to what came in, went out and was traded, to the last unit") {
  const AccountStatement statement = account_statement(told().journal(), told().account(), told().venue());
  REQUIRE(statement.investors.size() == 3);
  CAPTURE(statement.conservation.places.text(), statement.conservation.account_cash.text());
  REQUIRE(statement.conservation.holds);
  REQUIRE(statement.conservation.difference == Money{});
  Money capital;
  for (const InvestorStatement& investor : statement.investors) {
    Money parts = investor.unallotted + investor.buffer;
    for (const SubscriptionStatement& line : investor.subscriptions) parts += line.virtual_capital - line.buffer;
    REQUIRE(parts == investor.virtual_capital);
    REQUIRE(investor.result == investor.realized + investor.unrealized - investor.fees);
    capital += investor.virtual_capital;
  }
  REQUIRE(capital > Money{});
  REQUIRE(statement.drifts.empty());
}

TEST_CASE("The provider's own track says the same as the entities' places, and one unit more would not") {
  AccountBooks books = account_books(told().journal(), told().account(), told().venue());
  const Conservation check = account_statement(told().journal(), told().account(), told().venue()).conservation;
  REQUIRE(books.cash == check.places);
  OrderFilled one_more;
  one_more.batch.product = ProductId("BTC-USD");
  one_more.last_quantity = Quantity::parse("0.001");
  one_more.last_price = Price::parse("1");
  Entry entry;
  entry.events.push_back({{EntityKind::broker_session, told().account()}, 1, one_more});
  books.fold(entry);
  REQUIRE(books.cash + Money::parse("0.001") == check.places);
}

TEST_CASE("ledger and hledger read the export, balance it, and agree with the entities' balances") {
  const std::string text = ledger_export(told().journal(), told().account(), std::nullopt);
  TemporaryDirectory directory;
  const auto file = directory.path() / "account.journal";
  std::ofstream(file) << text;
  REQUIRE(text.find(" = ") != std::string::npos);
  for (const std::string program : {"ledger", "hledger"}) {
    if (!runs("command -v " + program)) {
      WARN(program << " is not installed: its half of this test was skipped");
      continue;
    }
    INFO(program);
    REQUIRE(runs(program + " -f " + file.string() + " balance"));
    // The same file with one unit moved is refused: the assertions are looked at.
    const auto wrong = directory.path() / "wrong.journal";
    std::string tampered = text;
    const auto at = tampered.find("Assets:ada:Cash  100000 USD");
    REQUIRE(at != std::string::npos);
    tampered.replace(at, 27, "Assets:ada:Cash  100000.000000000000000001 USD");
    std::ofstream(wrong) << tampered;
    REQUIRE_FALSE(runs(program + " -f " + wrong.string() + " balance"));
  }
}

TEST_CASE("One investor's export names nobody else") {
  const std::string text = ledger_export(told().journal(), told().account(), InvestorId("cleo"));
  REQUIRE(text.find("cleo-turn") != std::string::npos);
  REQUIRE(text.find("ada") == std::string::npos);
  REQUIRE(text.find("bob") == std::string::npos);
}

TEST_CASE("Orders end with leaves of zero, and their fills are the account's positions") {
  Quantity filled;
  for (const OrderView& order : orders(told().journal(), told().account())) {
    CAPTURE(std::string(order.order.text()), order.status, order.reason);
    REQUIRE(order.cumulative + order.leaves <= order.quantity);
    if (order.status == "filled") REQUIRE(order.leaves == Quantity{});
    if (order.batch.product == ProductId("BTC-USD")) filled += order.side == Side::buy ? order.cumulative : -order.cumulative;
  }
  const AccountBooks books = account_books(told().journal(), told().account(), {});
  REQUIRE(filled == books.positions.at(ProductId("BTC-USD")));
}

TEST_CASE("Every intent has a trace of seven stages whose filled part and residual are what it wanted") {
  const auto all = traces(told().journal(), told().account(), std::nullopt);
  REQUIRE(all.size() == count_of<IntentCreated>(told().journal(), told().account()));
  std::set<std::string> callbacks;
  for (const IntentTrace& trace : all) {
    REQUIRE(trace.stages.size() == 7);
    REQUIRE(trace.filled + trace.residual == trace.wanted);
    REQUIRE_FALSE(trace.stages.front().records.empty());
    callbacks.insert(trace.provider_callback);
  }
  REQUIRE(callbacks.contains("filled"));
  REQUIRE(traces(told().journal(), told().account(), all.front().intent).size() == 1);
}

TEST_CASE("An exported trace holds no name of the account, its venue, people, products or orders") {
  const auto all = traces(told().journal(), told().account(), std::nullopt);
  const std::string json = boost::json::serialize(anonymous_traces(all));
  const std::string page = anonymous_page(all);
  std::set<std::string> names{"demo", "paper", "BTC", "SPY", "ada", "bob", "cleo", "trend", "test:bars"};
  for (const IntentTrace& trace : all) {
    for (const ClientOrderId& order : trace.orders) names.insert(std::string(order.text()));
    for (const VenueOrderId& order : trace.venue_orders) names.insert(std::string(order.text()));
  }
  REQUIRE(names.size() > 10);
  for (const std::string& name : names) {
    CAPTURE(name);
    REQUIRE(json.find(name) == std::string::npos);
    REQUIRE(page.find(name) == std::string::npos);
  }
  REQUIRE(json.find("fixture-intent-001") != std::string::npos);
}

TEST_CASE("Both shards of a live node's journal are decided again to the same bytes") {
  for (const Symbol shard : {told().account(), told().venue()}) {
    const Program& program = is_venue_shard(shard) ? venue_program() : account_program();
    const ReplayReport report = verify_replay(program, told().journal(), shard, told().journal().end(shard));
    const ReplayDifference difference = report.first.value_or(ReplayDifference{});
    CAPTURE(difference.offset, difference.what, difference.recorded, difference.decided);
    REQUIRE(report.equal());
    REQUIRE(report.checked == told().journal().end(shard));
    REQUIRE(report.inputs > 10);
  }
}

TEST_CASE("A journal in which one decision was changed is found out at that entry") {
  const Journal& journal = told().journal();
  MemoryJournal changed;
  Offset touched = 0;
  for_each_entry(journal, told().account(), 1, journal.end(told().account()), [&](const Entry& entry) {
    Entry copy = entry;
    for (Event& event : copy.events)
      if (auto* split = std::get_if<FillSplit>(&event.body); split && touched == 0) {
        split->rows.front().cash += Money::from_units(1);
        touched = entry.offset;
      }
    changed.append(told().account(), copy);
  });
  REQUIRE(touched > 0);
  const ReplayReport report = verify_replay(account_program(), changed, told().account(), changed.end(told().account()));
  REQUIRE_FALSE(report.equal());
  REQUIRE(report.first->offset == touched);
  REQUIRE(report.first->recorded.find("FillSplit") != std::string::npos);
}

TEST_CASE("A journal that ends in the middle of a cascade is no difference") {
  const Journal& journal = told().journal();
  for (Offset upto = 1; upto <= journal.end(told().account()); upto += 7)
    REQUIRE(verify_replay(account_program(), journal, told().account(), upto).equal());
}
