// Paper accounts: the same signals over the same bars as the live account, uncapped, each strategy by itself.
#include "app/job/bar_generator.hpp"
#include "app/paper/paper_book.hpp"
#include "app/views/table_source.hpp"
#include "tests/app/account_story.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

const SignalSourceId trend("trend"), turn("turn");

// Three days of a node: two strategies that want the opposite, on two products, and limits that let nobody open.
struct PaperStory {
  explicit PaperStory(std::int64_t open_positions_max) {
    Profile profile = AccountStory::default_profile();
    for (ProductDefined& product : profile.products) product.netting_window_ms = 0;
    profile.limits.open_positions_max = open_positions_max;
    node = std::make_unique<AccountNode>(profile, journal);
    const auto btc = job::generate_bars(job::product_of("BTC-USD"), 5, count).bars,
               spy = job::generate_bars(job::product_of("SPY"), 6, count).bars;
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<BarObserved> moment{btc[i], spy[i]};
      node->show(moment, "test");
      node->settle();
      if (i % 240 != 17) continue;
      say("trend", "BTC-USD", i % 480 < 240 ? 1 : -1);
      say("turn", "BTC-USD", i % 480 < 240 ? -1 : 1);
      say("turn", "SPY", i % 480 < 240 ? 1 : 0);
    }
    node->settle();
  }

  void say(const char* source, const char* product, int direction) {
    SendSignal signal;
    signal.key = IdempotencyKey("s" + std::to_string(++keys));
    signal.source = SignalSourceId(source);
    signal.product = ProductId(product);
    signal.direction.value = static_cast<std::int8_t>(direction);
    signal.stop_loss_ratio = Ratio::parse("0.05");
    REQUIRE(node->command(signal, "test").accepted);
  }

  // All rows of a catch-up from nothing, up to the journal's end.
  static constexpr std::size_t count = 3 * 1'440;
  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::unique_ptr<AccountNode> node;
  int keys = 0;
};

std::vector<tables::Change> rows_of(PaperBook& book, const MemoryJournal& journal) {
  std::vector<tables::Change> out;
  Offset venue = 1, account = 1;
  const Symbol venue_shard("venue/paper"), account_shard("demo");
  for (;;) {
    const auto bar = journal.read(venue_shard, venue, 1), said = journal.read(account_shard, account, 1);
    if (bar.empty() && said.empty()) return out;
    if (!bar.empty() && (said.empty() || bar[0]->at <= said[0]->at)) {
      book.take_venue(*bar[0], out);
      ++venue;
    } else {
      book.take_account(*said[0], out);
      ++account;
    }
  }
}

}  // namespace

TEST_CASE("Each strategy trades on paper by itself, net of fees, whatever the live account lets pass") {
  const PaperStory story(0);   // live, nobody may open
  for_each_entry(*story.journal, Symbol("demo"), 1, story.journal->end(Symbol("demo")), [](const Entry& entry) {
    for (const Event& event : entry.events) CHECK_FALSE(std::holds_alternative<OrderCommanded>(event.body));
  });
  PaperBook book({});
  const auto rows = rows_of(book, *story.journal);
  REQUIRE(book.accounts().size() == 2);
  const PaperAccount& one = *book.accounts().at(trend);
  const PaperAccount& two = *book.accounts().at(turn);
  CHECK(one.account().text() == "paper:trend");
  CHECK(one.paid_in() == Money::whole(100'000));
  CHECK(two.paid_in() == Money::whole(200'000));   // of two products
  CHECK(one.fills() > 10);
  CHECK(one.fees() > Money{});
  CHECK(one.equity() != one.paid_in());
  std::size_t perf = 0, weights = 0;
  for (const tables::Change& row : rows) {
    perf += std::holds_alternative<tables::StrategyPerfLatest>(row.row);
    weights += std::holds_alternative<tables::StrategyWeightsLatest>(row.row);
  }
  CHECK(perf == weights);
  CHECK(perf == 2 * 3);   // three whole days of Oslo
}

TEST_CASE("What live lets pass changes nothing on paper, and the same journal gives the same rows") {
  const PaperStory closed(0), open(3);
  PaperBook first({}), second({}), third({});
  const auto rows = rows_of(first, *closed.journal), same = rows_of(second, *closed.journal),
             live = rows_of(third, *open.journal);
  REQUIRE(rows.size() == same.size());
  REQUIRE(rows.size() == live.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto* perf = std::get_if<tables::StrategyPerfLatest>(&rows[i].row);
    if (!perf) continue;
    for (const auto* other : {&same[i], &live[i]}) {
      const auto& row = std::get<tables::StrategyPerfLatest>(other->row);
      CHECK(row.equity == perf->equity);
      CHECK(row.fees == perf->fees);
      CHECK(row.tStat == perf->tStat);
    }
  }
}
