// The tables of an account, beside the states of its entities.
#include <set>

#include "actors/netting_book/netting_book.hpp"
#include "actors/subscription/subscription.hpp"
#include "actors/tables/account_tables.hpp"
#include "actors/tables/row_text.hpp"
#include "tests/account/history.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::account;
using tables::Change;

namespace {

using Cells = std::vector<std::string>;

Cells cells_of(const Change& change) {
  return tables::cells_of(change.row, [](Time time) { return std::to_string(time.ns); });
}

// The tables as their readers keep them, by nothing but the changes.
struct Kept {
  std::map<std::string, std::map<Cells, Cells>> latest;
  std::map<std::string, std::vector<Cells>> histories;

  void take(const Change& change) {
    const tables::TableAbout& table = tables::all_tables().at(change.row.index());
    const std::string name(table.about.name);
    const Cells cells = cells_of(change);
    const Cells key(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(table.about.keys));
    if (change.what == Change::What::appended) {
      REQUIRE(table.about.keys == 0);
      histories[name].push_back(cells);
    } else {
      REQUIRE(table.about.keys > 0);
      if (change.what == Change::What::upserted) latest[name][key] = cells;
      else latest[name].erase(key);
    }
  }
};

Kept fold_all(const Stage& rig, std::vector<Cells>* changes = nullptr) {
  tables::AccountTables folded;
  Kept kept;
  for_each_entry(rig.journal(), rig.shard(), 1, rig.journal().end(rig.shard()), [&](const Entry& entry) {
    for (const Change& change : folded.fold(entry)) {
      kept.take(change);
      if (changes) changes->push_back(cells_of(change));
    }
  });
  return kept;
}

template <class Row>
Cells find(const Kept& kept, const Cells& key) {
  const auto table = kept.latest.find(std::string(Row::about.name));
  if (table == kept.latest.end()) return {};
  const auto row = table->second.find(key);
  return row == table->second.end() ? Cells{} : row->second;
}

}  // namespace

TEST_CASE("Tables: positions, lots, averages and profit are the sums of the subscriptions, over random lives") {
  std::size_t matches = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    History history(seed);
    for (int step = 0; step < 250; ++step) history.step();
    const Kept kept = fold_all(history.rig);

    struct Sum {
      Quantity net;
      std::map<ExecutionId, Quantity> lots;
      Money realized;
    };
    std::map<Cells, Sum> sums;
    std::map<Cells, Money> matched;
    for (const SubscriptionId& id : history.subscriptions()) {
      const auto& state = history.rig.state<Subscription>(id.text());
      Sum& sum = sums[{"acme", std::string(state.source.text()), std::string(state.product.text())}];
      sum.net += state.position;
      sum.realized += state.realized;
      for (const Lot& lot : state.lots) sum.lots[lot.execution] += lot.quantity;
    }
    for (const auto& [key, sum] : sums) {
      CAPTURE(key);
      const Cells rollup = find<tables::OpenPositionsRollup>(kept, key);
      const Cells realized = find<tables::RealizedPnlLatest>(kept, key);
      CHECK((realized.empty() ? "0" : realized[3]) == sum.realized.text());
      const Cells unrealized = find<tables::UnrealizedPnlLatest>(kept, key);
      if (sum.net == Quantity{}) {
        CHECK(rollup.empty());
        CHECK(unrealized.empty());
      } else {
        REQUIRE_FALSE(rollup.empty());
        CHECK(rollup[3] == (sum.net > Quantity{} ? "LONG" : "SHORT"));
        CHECK(rollup[4] == sum.net.text());
        REQUIRE_FALSE(unrealized.empty());
        CHECK(unrealized[6] == sum.net.text());
        CHECK(unrealized[5] == rollup[5]);
      }
      for (const auto& [lot, quantity] : sum.lots) {
        Cells lot_key = key;
        lot_key.emplace_back(lot.text());
        const Cells row = find<tables::OpenPositionsLots>(kept, lot_key);
        if (quantity == Quantity{}) {
          CHECK(row.empty());
        } else {
          REQUIRE_FALSE(row.empty());
          CHECK(row[6] == abs(quantity).text());
        }
      }
    }
    // No lot is shown that nobody holds.
    const auto lots = kept.latest.find("open_positions_lots");
    if (lots != kept.latest.end())
      for (const auto& [key, row] : lots->second) {
        const Sum& sum = sums.at({key[0], key[1], key[2]});
        CHECK(sum.lots.contains(ExecutionId(key[3])));
      }
    // What matches realized adds up to what stands as realized.
    const auto rows = kept.histories.find("trade_match_history");
    if (rows != kept.histories.end())
      for (const Cells& row : rows->second) {
        matched[{row[1], row[2], row[3]}] += Money::parse(row[9]);
        ++matches;
      }
    for (const auto& [key, sum] : matched) CHECK(find<tables::RealizedPnlLatest>(kept, key).at(3) == sum.text());
  }
  CHECK(matches > 100);    // else nothing was shown
}

TEST_CASE("Tables: rebuilt from an empty state they change in the same steps, byte for byte") {
  History history(77, {true, true, true});
  for (int step = 0; step < 300; ++step) history.step();
  std::vector<Cells> once, twice;
  fold_all(history.rig, &once);
  fold_all(history.rig, &twice);
  CHECK(once.size() > 200);
  CHECK(once == twice);
}

TEST_CASE("Tables: a position that went flat is deleted, with its lots, and its profit stays") {
  History history(3);
  for (int step = 0; step < 400; ++step) history.step();
  std::set<std::string> removed_from;
  tables::AccountTables folded;
  for_each_entry(history.rig.journal(), history.rig.shard(), 1, history.rig.journal().end(history.rig.shard()), [&](const Entry& entry) {
    for (const Change& change : folded.fold(entry))
      if (change.what == Change::What::removed) removed_from.insert(std::string(tables::all_tables().at(change.row.index()).about.name));
  });
  CHECK(removed_from == std::set<std::string>{"open_positions_lots", "open_positions_rollup", "unrealized_pnl_latest"});
}
