// Our positions against the venue's: found, kept in sight, explained, assigned.
#include <rapidcheck.h>

#include <set>

#include "tests/catch.hpp"
#include "tests/reconciliation/venue.hpp"

using namespace tally;
using namespace tally::test;

namespace {

ReconciliationCompleted completed(const std::vector<Message>& decided) { return only<ReconciliationCompleted>(decided); }

// Position drift of a product that is open; zero where there is none.
Quantity open_drift(const ReconciliationState& state, ProductId product) {
  Quantity sum;
  for (const auto& [number, drift] : state.drifts)
    if (drift.kind == DriftKind::position && drift.product == product) sum += drift.difference;
  return sum;
}

}  // namespace

TEST_CASE("Equal positions are a clean comparison") {
  Comparison ours;
  ours.command("o1", "BTC", 5);
  ours.fill("o1", "BTC", 5);
  const VenueStateRequested request = only<VenueStateRequested>(ours.start());
  CHECK(request.cause == "start");
  CHECK(request.account == AccountId("acct"));
  const auto decided = ours.answer({{"BTC", 5}});
  CHECK(completed(decided).request == request.request);
  CHECK(completed(decided).clean);
  CHECK(decided.size() == 1);
}

TEST_CASE("Both sides' products are compared: what only one of them holds is a difference") {
  Comparison ours;
  ours.fill("o1", "BTC", 5);
  ours.start();
  const auto decided = ours.answer({{"ETH", -3}});
  const auto drifts = all_of<DriftDetected>(decided);
  REQUIRE(drifts.size() == 2);
  CHECK(drifts[0].product == ProductId("BTC"));
  CHECK(drifts[0].expected == Quantity::whole(5));
  CHECK(drifts[0].reported == Quantity{});
  CHECK(drifts[0].difference == Quantity::whole(-5));
  CHECK(drifts[1].product == ProductId("ETH"));
  CHECK(drifts[1].difference == Quantity::whole(-3));
  CHECK(drifts[0].drift == 1);
  CHECK(drifts[1].drift == 2);
  CHECK(drifts[0].at == ours.now);
  CHECK(drifts[0].playbook == "docs/runbooks/drift.md#position-drift");
  CHECK(all_of<AlertTriggered>(decided).size() == 2);
  CHECK_FALSE(completed(decided).clean);
  CHECK(completed(decided).differences == 2);
}

TEST_CASE("A drift that stays the same is not reported again, but keeps the comparison unclean") {
  Comparison ours;
  ours.compare({{"BTC", 2}});
  const auto again = ours.compare({{"BTC", 2}});
  CHECK(again.size() == 1);
  CHECK_FALSE(completed(again).clean);
  ours.fill("o1", "BTC", 4);   // the venue saw it too
  CHECK(ours.compare({{"BTC", 6}}).size() == 1);
}

TEST_CASE("A drift is explained when the positions agree again, and superseded when it changed") {
  Comparison ours;
  ours.compare({{"BTC", 2}});
  SECTION("explained") {
    ours.fill("late", "BTC", 2);
    const auto decided = ours.compare({{"BTC", 2}});
    const DriftResolved resolved = only<DriftResolved>(decided);
    CHECK(resolved.drift == 1);
    CHECK(resolved.resolution == DriftResolution::explained_by_fills);
    CHECK_FALSE(resolved.subscription);
    CHECK(completed(decided).clean);
    CHECK(ours.state().drifts.empty());
  }
  SECTION("superseded") {
    const auto decided = ours.compare({{"BTC", 3}});
    CHECK(only<DriftResolved>(decided).resolution == DriftResolution::superseded);
    CHECK(only<DriftDetected>(decided).drift == 2);
    CHECK(only<DriftDetected>(decided).difference == Quantity::whole(3));
    CHECK(ours.state().drifts.size() == 1);
  }
}

TEST_CASE("An operator assigns a drift to a subscription of that product, at a price; then our position includes it") {
  Comparison ours;
  ours.give(ProductDefined{ProductId("BTC"), {}, {}, 50, {}, 0, 0, 0});
  ours.subscribe("sub-1", "BTC");
  ours.subscribe("sub-2", "ETH");
  ours.compare({{"BTC", 2}});
  const auto decided = ours.assign(1, "sub-1", 101);
  const DriftResolved resolved = only<DriftResolved>(decided);
  CHECK(resolved.resolution == DriftResolution::assigned);
  CHECK(resolved.quantity == Quantity::whole(2));
  CHECK(resolved.price == Price::whole(101));
  CHECK(resolved.multiplier == 50);
  CHECK(*resolved.subscription == SubscriptionId("sub-1"));
  CHECK(resolved.reason == "found by hand");
  CHECK(ours.state().positions.at(ProductId("BTC")).ours == Quantity::whole(2));
  // A comparison arms, not a word: the last assignment asks for one.
  CHECK(only<VenueStateRequested>(decided).cause == "drift assigned");
  CHECK(completed(ours.answer({{"BTC", 2}})).clean);
}

TEST_CASE("What cannot be resolved as asked is refused by name") {
  Comparison ours;
  ours.subscribe("sub-1", "BTC");
  ours.subscribe("sub-2", "ETH");
  ours.compare({{"BTC", 2}});
  const auto refused = [](const std::vector<Message>& decided) { return only<CommandDenied>(decided).rule.text(); };
  CHECK(refused(ours.assign(1, "sub-1", 100, "")) == "OPERATOR_MISSING");
  CHECK(refused(ours.assign(7, "sub-1")) == "DRIFT_UNKNOWN");
  CHECK(refused(ours.assign(1, "nobody")) == "RESOLUTION_REFUSED");
  CHECK(refused(ours.assign(1, "sub-2")) == "RESOLUTION_REFUSED");
  CHECK(refused(ours.assign(1, "sub-1", 0)) == "RESOLUTION_REFUSED");
  CHECK(refused(ours.give(ResolveDrift{IdempotencyKey("r"), OperatorId("ada"), 1, "why", {}, {}})) == "RESOLUTION_REFUSED");
  CHECK(refused(ours.give(ResolveDrift{IdempotencyKey("r"), OperatorId("ada"), 1, "", SubscriptionId("sub-1"),
                                       Price::whole(1)})) == "REASON_MISSING");
  CHECK(ours.state().drifts.size() == 1);
  CHECK(has<DriftResolved>(ours.assign(1, "sub-1")));
  CHECK(refused(ours.assign(1, "sub-1")) == "DRIFT_UNKNOWN");   // resolved once
}

TEST_CASE("A resolution that is sent again with its key changes nothing, whatever became of the drift") {
  Comparison ours;
  ours.subscribe("sub-1", "BTC");
  ours.compare({{"BTC", 2}});
  ResolveDrift command{IdempotencyKey("k"), OperatorId("ada"), 1, "by telephone", SubscriptionId("sub-1"), Price::whole(100)};
  CHECK(has<DriftResolved>(ours.give(command)));
  CHECK(ours.give(command).empty());
  command.drift = 2;
  CHECK(only<CommandDenied>(ours.give(command)).rule == RuleId("KEY_REUSED"));
}

TEST_CASE("A product that traded while the venue was asked is asked for again before it is called a drift") {
  Comparison ours;
  ours.start();
  ours.fill("o1", "BTC", 1, 4);   // after the venue took its picture, or before it: nobody knows
  const auto decided = ours.answer({});
  CHECK_FALSE(has<DriftDetected>(decided));
  CHECK_FALSE(has<ReconciliationCompleted>(decided));
  const auto again = ours.reach(only<DeadlineSet>(decided));
  CHECK(only<VenueStateRequested>(again).request == 2);
  CHECK(completed(ours.answer({{"BTC", 1}})).clean);
}

TEST_CASE("Executions that the session folded with the report itself disturb nothing") {
  Comparison ours;
  ours.start();
  CHECK(completed(ours.give(std::vector<Message>{ours.filled("o1", "BTC", 5), ours.report({{"BTC", 5}})})).clean);
}

TEST_CASE("A product that moves under every attempt is unsettled, not a drift, and others are compared all the same") {
  Comparison ours;
  std::vector<Message> decided = ours.start();
  for (std::uint32_t attempt = 1; attempt < Reconciliation::attempts_max; ++attempt) {
    ours.fill("o1", "BTC", 1, 4);
    decided = ours.answer({{"ETH", 7}});
    CHECK_FALSE(has<ReconciliationCompleted>(decided));
    decided = ours.reach(only<DeadlineSet>(decided));
  }
  ours.fill("o1", "BTC", 1, 4);
  decided = ours.answer({{"ETH", 7}});
  CHECK(completed(decided).differences == 2);
  CHECK_FALSE(completed(decided).clean);
  CHECK(only<DriftDetected>(decided).product == ProductId("ETH"));
  CHECK(all_of<AlertTriggered>(decided)[0].rule == RuleId("RECONCILIATION_UNSETTLED"));
}

// Fills that the venue has and we do not, fills of both, assignments: at every comparison the books and the drift add up.
TEST_CASE("At every comparison our position and the open drift are the venue's position, whatever happened") {
  REQUIRE(rc::check("book + open drift = reported", [] {
    Comparison ours;
    const char* products[] = {"BTC", "ETH", "SOL", "XRP"};
    const char* takers[] = {"s0", "s1", "s2", "s3"};
    for (int i = 0; i < 4; ++i) ours.subscribe(takers[i], products[i]);
    std::map<std::string, std::int64_t> venue, book;
    std::set<std::uint64_t> numbers;
    for (int step = 0; step < 40; ++step) {
      const int p = *rc::gen::inRange(0, 4);
      const std::int64_t q = *rc::gen::inRange<std::int64_t>(-5, 6);
      switch (*rc::gen::inRange(0, 5)) {
        case 0:
          venue[products[p]] += q;   // a fill that never reached us
          break;
        case 1:
          if (q == 0) break;
          ours.fill("o", products[p], q, 1);
          book[products[p]] += q;    // late, or of both
          if (*rc::gen::arbitrary<bool>()) venue[products[p]] += q;
          break;
        case 2: {
          if (ours.state().drifts.empty()) break;
          const auto at = *rc::gen::inRange<std::size_t>(0, ours.state().drifts.size());
          const auto [number, drift] = *(ours.state().drifts.begin() + static_cast<std::ptrdiff_t>(at));
          const auto k = std::ranges::find(products, drift.product, [](const char* name) { return ProductId(name); }) - products;
          RC_ASSERT(has<DriftResolved>(ours.assign(number, takers[k])));
          book[products[k]] += drift.difference.units() / Quantity::whole(1).units();
          break;
        }
        default: {
          std::vector<Held> report;
          for (const auto& [product, quantity] : venue)
            if (quantity != 0) report.push_back({product.c_str(), quantity});
          if (ours.state().request && *rc::gen::arbitrary<bool>()) ours.start();   // a takeover asks anew
          auto decided = ours.compare(report);
          while (has<DeadlineSet>(decided)) {   // it traded meanwhile: asked again
            ours.reach(only<DeadlineSet>(decided));
            decided = ours.answer(report);
          }
          std::uint64_t differences = 0;
          for (int i = 0; i < 4; ++i) {
            const ProductId product(products[i]);
            const Quantity drift = open_drift(ours.state(), product);
            RC_ASSERT(Quantity::whole(book[products[i]]) + drift == Quantity::whole(venue[products[i]]));
            if (drift != Quantity{}) ++differences;
          }
          for (const DriftDetected& drift : all_of<DriftDetected>(decided)) RC_ASSERT(numbers.insert(drift.drift).second);
          const ReconciliationCompleted result = only<ReconciliationCompleted>(decided);
          RC_ASSERT(result.differences == differences);
          RC_ASSERT(result.clean == (differences == 0));
        }
      }
      for (int i = 0; i < 4; ++i)
        if (const auto line = ours.state().positions.find(ProductId(products[i])); line != ours.state().positions.end())
          RC_ASSERT(line->second.ours == Quantity::whole(book[products[i]]));
    }
    return true;
  }));
}
