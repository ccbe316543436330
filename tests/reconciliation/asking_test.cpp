// When the venue is asked, how often, and what an answer that is none means.
#include "tests/catch.hpp"
#include "tests/reconciliation/venue.hpp"

using namespace tally;
using namespace tally::test;

TEST_CASE("One request at a time: who asks meanwhile joins it, and an answer to another is ignored") {
  Comparison ours;
  CHECK(only<VenueStateRequested>(ours.ask()).request == 1);
  CHECK(ours.ask("schedule").empty());
  CHECK(ours.answer({{"BTC", 9}}, true, 7).empty());
  CHECK(ours.state().positions.empty());
  CHECK(has<ReconciliationCompleted>(ours.answer({})));
  CHECK(ours.answer({{"BTC", 9}}, true, 1).empty());
  CHECK(only<VenueStateRequested>(ours.ask("reconnect")).request == 2);
}

TEST_CASE("A start asks anew, because the question that waited died with its host") {
  Comparison ours;
  ours.start();
  CHECK(only<VenueStateRequested>(ours.start()).request == 2);
  CHECK(ours.answer({{"BTC", 1}}, true, 1).empty());
  CHECK(has<ReconciliationCompleted>(ours.answer({}, true, 2)));
}

TEST_CASE("An incomplete report is no flat venue: asked again with back-off, then an alert, then silence") {
  Comparison ours;
  ours.fill("o1", "BTC", 5);
  auto decided = ours.start();
  std::int64_t wait_ms = Reconciliation::backoff_ms;
  for (std::uint32_t attempt = 1; attempt < Reconciliation::attempts_max; ++attempt) {
    decided = ours.answer({}, false);
    CHECK_FALSE(has<DriftDetected>(decided));
    CHECK_FALSE(has<ReconciliationCompleted>(decided));
    const DeadlineSet retry = only<DeadlineSet>(decided);
    CHECK(retry.at == ours.now + wait_ms * ns_per_ms);
    wait_ms *= 2;
    CHECK(ours.answer({{"BTC", 5}}, true).empty());   // an answer during the wait is an answer to nothing asked
    decided = ours.reach(retry);
    CHECK(only<VenueStateRequested>(decided).request == attempt + 1);
  }
  decided = ours.answer({}, false);
  CHECK(decided.size() == 1);
  CHECK(only<AlertTriggered>(decided).rule == RuleId("VENUE_UNREACHABLE"));
  CHECK_FALSE(ours.state().request);
  CHECK(ours.state().drifts.empty());
  CHECK(has<VenueStateRequested>(ours.ask()));         // and anyone may ask again, with all attempts
  CHECK(only<DeadlineSet>(ours.answer({}, false)).at == ours.now + Reconciliation::backoff_ms * ns_per_ms);
}

TEST_CASE("A start begins with all attempts") {
  Comparison ours;
  auto decided = ours.start();
  for (int i = 0; i < 3; ++i) {
    decided = ours.answer({}, false);
    if (i < 2) ours.reach(only<DeadlineSet>(decided));
  }
  ours.start();
  CHECK(only<DeadlineSet>(ours.answer({}, false)).at == ours.now + Reconciliation::backoff_ms * ns_per_ms);
}

TEST_CASE("No answer at all counts like an incomplete one, and an operator need not wait for the back-off") {
  Comparison ours;
  const DeadlineSet wait = only<DeadlineSet>(ours.start());
  CHECK(wait.at == ours.now + Reconciliation::answer_wait_ms * ns_per_ms);
  const DeadlineSet retry = only<DeadlineSet>(ours.reach(wait));
  CHECK(only<VenueStateRequested>(ours.ask()).request == 2);
  CHECK(ours.reach(retry).empty());                    // it was asked already
  CHECK(has<ReconciliationCompleted>(ours.answer({})));
  CHECK(ours.reach(wait).empty());
}

TEST_CASE("An order in doubt is asked about once nothing of it can be on its way any more") {
  Comparison ours;
  ours.command("o1", "BTC", 2);
  const auto doubt = [&](const char* order) {
    return only<DeadlineSet>(ours.give(OrderInDoubt{ClientOrderId(order), {ProductId("BTC"), {}, 1}, "no answer"}));
  };
  const DeadlineSet later = doubt("o1");
  CHECK(later.at == ours.now + order_in_flight_ns);

  SECTION("when it is still in doubt then") {
    CHECK(only<VenueStateRequested>(ours.reach(later)).cause == "order in doubt");
  }
  SECTION("not when the venue spoke of it meanwhile") {
    ours.give(OrderAccepted{ClientOrderId("o1"), {ProductId("BTC"), {}, 1}, {}});
    CHECK(ours.reach(later).empty());
  }
  SECTION("not when it is over") {
    ours.reject("o1", "BTC", 2);
    CHECK(ours.reach(later).empty());
  }
  SECTION("after the request that is under way, which was asked before") {
    ours.ask();
    const DeadlineSet again = only<DeadlineSet>(ours.reach(later));
    CHECK(again.at == ours.now + order_in_flight_ns);
    ours.answer({});
    CHECK(has<VenueStateRequested>(ours.reach(again)));
  }
}

TEST_CASE("A schedule asks every reconcile_every_ms, once at a time, until it is configured away") {
  Comparison ours;
  AccountConfigured account{AccountId("acct"), VenueId("sim"), "USD", Money::parse("0.01"), 60'000};
  const DeadlineSet first = only<DeadlineSet>(ours.give(account));
  CHECK(first.at == ours.now + 60'000 * ns_per_ms);
  CHECK(ours.give(account).empty());                   // runs already
  auto decided = ours.reach(first);
  CHECK(only<VenueStateRequested>(decided).cause == "schedule");
  auto deadlines = all_of<DeadlineSet>(decided);
  REQUIRE(deadlines.size() == 2);
  CHECK(deadlines[0].name == "schedule");
  decided = ours.reach(deadlines[0]);                  // the first request still waits: joined
  CHECK_FALSE(has<VenueStateRequested>(decided));
  const DeadlineSet next = only<DeadlineSet>(decided);
  ours.answer({});
  account.reconcile_every_ms = 0;
  CHECK(ours.give(account).empty());
  CHECK(ours.reach(next).empty());
  CHECK(ours.state().schedule_at == Time{});
}

TEST_CASE("Without a schedule nothing is asked by itself") {
  Comparison ours;
  CHECK(ours.give(AccountConfigured{AccountId("acct"), VenueId("sim"), "USD", Money::parse("0.01"), 0}).empty());
}
