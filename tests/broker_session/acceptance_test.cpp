// The adapter acceptance suite: what a venue and a network can do to an order, one case each.
#include "tests/broker_session/session.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::session_test;

// ---- permission ----
TEST_CASE("An order is commanded only on an approval of exactly its batch") {
  Session session;
  session.approve(1, lots(5));
  const Said said = session.take(NetOrderRequested{batch(2), Side::buy, lots(5), 1});
  REQUIRE(only<OrderRejected>(said).at(0).rule == RuleId("NOT_APPROVED"));
  REQUIRE(only<OrderRejected>(said).at(0).unfilled == lots(5));
  REQUIRE_FALSE(has<OrderCommanded>(said));
  REQUIRE(session.status(client_order_id(account, batch(2), 1)) == OrderStatus::denied);
}

TEST_CASE("An approval is used once: a second attempt of the same batch needs its own") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  REQUIRE(session.state().approvals.empty());
  REQUIRE(has<OrderRejected>(session.take(NetOrderRequested{batch(1), Side::buy, lots(5), 2})));
  REQUIRE(session.status(id) == OrderStatus::commanded);
}

TEST_CASE("An order carries its account, its batch and the moment of its cascade") {
  Session session;
  session.approve(1, lots(5));
  const Said said = session.take(NetOrderRequested{batch(1), Side::buy, lots(4), 1});
  const OrderCommanded command = only<OrderCommanded>(said).at(0);
  REQUIRE(command.order == client_order_id(account, batch(1), 1));
  REQUIRE(command.batch == batch(1));
  REQUIRE(command.quantity == lots(4));
  REQUIRE(command.account == AccountId(account));
  REQUIRE(command.commanded_at == session.now);
}

TEST_CASE("Refusals of an order, in their order") {
  struct Row {
    const char* why;
    Side side;
    std::int64_t quantity;
    std::int64_t ages_ms;
  };
  const Row row = GENERATE(Row{"has expired", Side::buy, 9, 60'000}, Row{"not positive", Side::buy, 0, 0},
                           Row{"more than risk approved", Side::buy, 6, 0},
                           Row{"more than risk approved", Side::sell, 4, 59'999});
  Session session;
  RiskApproved approved;
  approved.batch = batch(1);
  approved.buy = lots(5);
  approved.sell = lots(3);
  approved.expires_at = session.now + 60'000 * ns_per_ms;
  session.take(approved);
  session.now = session.now + row.ages_ms * ns_per_ms;
  const auto denied = only<OrderRejected>(session.take(NetOrderRequested{batch(1), row.side, lots(row.quantity), 1}));
  REQUIRE(denied.at(0).rule == RuleId("NOT_APPROVED"));
  REQUIRE_THAT(denied.at(0).reason, Catch::Matchers::Contains(row.why));
}

TEST_CASE("The same request again changes nothing, whether it was commanded or denied") {
  Session session;
  session.order(1, lots(5));
  session.take(NetOrderRequested{batch(2), Side::buy, lots(5), 1});
  REQUIRE(session.take(NetOrderRequested{batch(1), Side::buy, lots(5), 1}).empty());
  REQUIRE(session.take(NetOrderRequested{batch(2), Side::buy, lots(5), 1}).empty());
}

TEST_CASE("Approvals that were never used are forgotten as their product's batches go on") {
  Session session;
  for (std::uint64_t n = 1; n <= 100; ++n) session.approve(n, lots(1));
  REQUIRE(session.state().approvals.size() == BrokerSession::approvals_kept + 1);
  REQUIRE(session.state().approvals.begin()->first == batch(100 - BrokerSession::approvals_kept));
}

// ---- sending ----
TEST_CASE("A send that succeeded submits the order; one that was refused locally rejects it") {
  Session session;
  const ClientOrderId first = session.order(1, lots(5));
  REQUIRE(has<OrderSubmitted>(session.sent(first)));
  REQUIRE(session.status(first) == OrderStatus::submitted);
  REQUIRE(session.sent(first).empty());

  const ClientOrderId second = session.order(2, lots(5));
  const auto rejected = only<OrderRejected>(session.sent(second, SendOutcome::refused_locally));
  REQUIRE(rejected.at(0).rule == RuleId("SEND_REFUSED"));
  REQUIRE(rejected.at(0).unfilled == lots(5));
  REQUIRE(session.status(second) == OrderStatus::rejected);
}

TEST_CASE("An order whole from command to fill") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.sent(id);
  REQUIRE(only<OrderAccepted>(session.take(report(id, ExecutionType::accepted))).at(0).venue_order == VenueOrderId("v-1"));
  REQUIRE(session.status(id) == OrderStatus::accepted);
  const auto fill = only<OrderFilled>(session.take(trade(id, "e1", lots(5), lots(5)))).at(0);
  REQUIRE(fill.batch == batch(1));
  REQUIRE(fill.last_price == dollars(100));
  REQUIRE(fill.fee == Money::parse("0.1"));
  REQUIRE(fill.leaves_quantity == Quantity{});
  REQUIRE(session.status(id) == OrderStatus::filled);
  REQUIRE(session.state().open.empty());
}

TEST_CASE("Partial fills go on to the end, and the status follows the cumulative quantity") {
  Session session;
  const ClientOrderId id = session.order(1, lots(10));
  session.sent(id);
  session.take(report(id, ExecutionType::accepted));
  for (int n = 1; n <= 9; ++n) {
    const auto fill = only<OrderFilled>(session.take(trade(id, "e" + std::to_string(n), lots(1), lots(n)))).at(0);
    REQUIRE(fill.cumulative_quantity == lots(n));
    REQUIRE(fill.leaves_quantity == lots(10 - n));
    REQUIRE(session.status(id) == OrderStatus::partially_filled);
  }
  session.take(trade(id, "e10", lots(1), lots(10)));
  REQUIRE(session.status(id) == OrderStatus::filled);
}

// ---- repeated, late and out of order ----
TEST_CASE("A duplicate execution report changes nothing, also after the order closed") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  REQUIRE(has<OrderFilled>(session.take(trade(id, "e1", lots(3), lots(3)))));
  REQUIRE(session.take(trade(id, "e1", lots(3), lots(3))).empty());
  REQUIRE(has<OrderFilled>(session.take(trade(id, "e2", lots(2), lots(5)))));
  REQUIRE(session.take(trade(id, "e1", lots(3), lots(3))).empty());
  REQUIRE(session.take(trade(id, "e2", lots(2), lots(5))).empty());
}

TEST_CASE("A fill before the acknowledgement, and before the word that it was sent, is a fill") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  REQUIRE(has<OrderFilled>(session.take(trade(id, "e1", lots(2), lots(2)))));
  REQUIRE(session.sent(id).empty());
  REQUIRE(session.take(report(id, ExecutionType::accepted)).empty());
  REQUIRE(session.status(id) == OrderStatus::partially_filled);
}

TEST_CASE("A late fill of a cancelled order is folded, and a whole one fills it") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.take(trade(id, "e1", lots(1), lots(1)));
  const auto canceled = only<OrderCanceled>(session.take(report(id, ExecutionType::canceled))).at(0);
  REQUIRE(canceled.cumulative_quantity == lots(1));
  REQUIRE(canceled.unfilled == lots(4));
  REQUIRE(only<OrderFilled>(session.take(trade(id, "e2", lots(1), lots(2)))).at(0).leaves_quantity == lots(3));
  REQUIRE(session.status(id) == OrderStatus::canceled);
  session.take(trade(id, "e3", lots(3), lots(5)));
  REQUIRE(session.status(id) == OrderStatus::filled);
  REQUIRE(session.at(id).cumulative == lots(5));
}

TEST_CASE("An expired order says so") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  REQUIRE(only<OrderCanceled>(session.take(report(id, ExecutionType::expired))).at(0).expired);
  REQUIRE(session.status(id) == OrderStatus::expired);
}

// ---- what does not fit ----
TEST_CASE("A report of an unknown order is recorded and alarmed, once") {
  Session session;
  for (const ExecutionType type : {ExecutionType::rejected, ExecutionType::trade}) {
    const ExecutionReported strange = report(ClientOrderId("NOT-OURS"), type, type == ExecutionType::trade ? "e9" : "r9");
    const Said said = session.take(strange);
    REQUIRE(only<ReportMismatched>(said).at(0).rule == RuleId("UNKNOWN_ORDER"));
    REQUIRE(has<AlertTriggered>(said));
    REQUIRE(session.take(strange).empty());
  }
}

TEST_CASE("More than the order's quantity is never folded") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.take(trade(id, "e1", lots(4), lots(4)));
  const Said said = session.take(trade(id, "e2", lots(2), lots(6)));
  REQUIRE(only<ReportMismatched>(said).at(0).rule == RuleId("OVERFILL"));
  REQUIRE(only<AlertTriggered>(said).at(0).severity == Severity::critical);
  REQUIRE(session.at(id).cumulative == lots(4));
  session.take(trade(id, "e3", lots(1), lots(5)));
  REQUIRE(only<ReportMismatched>(session.take(trade(id, "e4", lots(1), lots(6)))).at(0).rule == RuleId("OVERFILL"));
  const ExecutionReported huge = trade(id, "e5", Quantity::from_units(std::numeric_limits<std::int64_t>::max()));
  REQUIRE(has<ReportMismatched>(session.take(huge)));
}

TEST_CASE("Where the venue's sum differs, the unique executions are the truth and the difference is flagged") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  const Said said = session.take(trade(id, "e2", lots(2), lots(4)));
  REQUIRE(only<OrderFilled>(said).at(0).cumulative_quantity == lots(2));
  REQUIRE(only<ReportMismatched>(said).at(0).rule == RuleId("QUANTITY_MISMATCH"));
}

TEST_CASE("A trade that contradicts its order is not folded") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  ExecutionReported other_product = trade(id, "e3", lots(1));
  other_product.product = ProductId("ETH-USD");
  for (const ExecutionReported& strange :
       {trade(id, "e1", lots(1), {}, Side::sell), trade(id, "", lots(1)), trade(id, "e2", lots(0)), trade(id, "e4", -lots(1)),
        other_product}) {
    const Said said = session.take(strange);
    REQUIRE(only<ReportMismatched>(said).at(0).rule == RuleId("CONTRADICTS_ORDER"));
    REQUIRE_FALSE(has<OrderFilled>(said));
  }
}

TEST_CASE("A change that the life cycle does not know is a mismatch, never an exception") {
  Session session;
  const ClientOrderId refused = session.order(1, lots(5));
  session.sent(refused, SendOutcome::refused_locally);
  const ClientOrderId filled = session.order(2, lots(5));
  session.take(trade(filled, "e1", lots(5)));
  for (const ExecutionReported& strange : {trade(refused, "e9", lots(1)), report(refused, ExecutionType::accepted, "a"),
                                           report(filled, ExecutionType::canceled, "c"),
                                           report(filled, ExecutionType::rejected, "r")}) {
    const Said said = session.take(strange);
    REQUIRE(only<ReportMismatched>(said).at(0).rule == RuleId("ILLEGAL_TRANSITION"));
    REQUIRE(has<AlertTriggered>(said));
    REQUIRE(said.size() == 2);
  }
  REQUIRE(only<ReportMismatched>(session.sent(filled, SendOutcome::refused_locally)).at(0).rule == RuleId("ILLEGAL_TRANSITION"));
}

TEST_CASE("A venue's rejection carries its words; a partly filled order cannot be rejected any more") {
  Session session;
  const ClientOrderId first = session.order(1, lots(5));
  const Said said = session.take(report(first, ExecutionType::rejected));
  REQUIRE(only<OrderRejected>(said).at(0).reason == "the venue's words");
  REQUIRE(session.take(report(first, ExecutionType::rejected)).empty());
  const ClientOrderId second = session.order(2, lots(5));
  session.take(trade(second, "e1", lots(1)));
  REQUIRE(has<ReportMismatched>(session.take(report(second, ExecutionType::rejected))));
}

// ---- cancelling ----
TEST_CASE("A cancel is commanded once for the batch's open order") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.sent(id);
  REQUIRE(session.take(CancelRequested{batch(7)}).empty());
  const auto command = only<OrderCancelCommanded>(session.take(CancelRequested{batch(1)})).at(0);
  REQUIRE(command.order == id);
  REQUIRE(command.product == btc);
  REQUIRE(command.account == AccountId(account));
  REQUIRE(session.take(CancelRequested{batch(1)}).empty());
  REQUIRE(has<OrderCanceled>(session.take(report(id, ExecutionType::canceled))));
  REQUIRE(session.take(CancelRequested{batch(1)}).empty());
}

TEST_CASE("A cancel and a fill race: whichever the venue did first, the facts stand") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.take(report(id, ExecutionType::accepted));
  session.take(CancelRequested{batch(1)});
  session.take(trade(id, "e1", lots(2), lots(2)));
  REQUIRE(session.status(id) == OrderStatus::pending_cancel);
  SECTION("the rest is filled, the cancel refused") {
    session.take(trade(id, "e2", lots(3), lots(5)));
    REQUIRE(session.status(id) == OrderStatus::filled);
    REQUIRE(session.take(report(id, ExecutionType::cancel_rejected)).empty());
  }
  SECTION("the rest is cancelled, and a fill that was on its way comes late") {
    REQUIRE(only<OrderCanceled>(session.take(report(id, ExecutionType::canceled))).at(0).unfilled == lots(3));
    REQUIRE(has<OrderFilled>(session.take(trade(id, "e2", lots(3), lots(5)))));
    REQUIRE(session.status(id) == OrderStatus::filled);
  }
  SECTION("the venue keeps it: it works on, and may be asked again") {
    REQUIRE(has<OrderCancelRejected>(session.take(report(id, ExecutionType::cancel_rejected))));
    REQUIRE(session.status(id) == OrderStatus::partially_filled);
    REQUIRE(has<OrderCancelCommanded>(session.take(CancelRequested{batch(1)})));
  }
}

// ---- doubt ----
TEST_CASE("An ambiguous send leaves the order in doubt and never sends again") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  REQUIRE(has<OrderInDoubt>(session.sent(id, SendOutcome::ambiguous)));
  REQUIRE(session.status(id) == OrderStatus::unknown);
  REQUIRE(session.sent(id, SendOutcome::ambiguous).empty());
  REQUIRE(session.take(NetOrderRequested{batch(1), Side::buy, lots(5), 1}).empty());

  SECTION("a report about it resolves it") {
    REQUIRE(has<OrderAccepted>(session.take(report(id, ExecutionType::accepted))));
    REQUIRE(session.status(id) == OrderStatus::accepted);
  }
  SECTION("a fill resolves it") {
    REQUIRE(has<OrderFilled>(session.take(trade(id, "e1", lots(5)))));
    REQUIRE(session.status(id) == OrderStatus::filled);
  }
  SECTION("the venue has it open") {
    session.take(VenueStateRequested{1, "doubt", AccountId(account)});
    const Said said = session.take(venue_state(1, {}, {report(id, ExecutionType::status)}));
    REQUIRE(has<OrderAccepted>(said));
    REQUIRE(std::holds_alternative<VenueStateFolded>(said.back()));
  }
  SECTION("the venue has executions of it") {
    session.take(VenueStateRequested{1, "doubt", AccountId(account)});
    session.take(venue_state(1, {trade(id, "e1", lots(2)), trade(id, "e2", lots(3))}));
    REQUIRE(session.status(id) == OrderStatus::filled);
  }
  SECTION("the venue does not know it yet: it may still be on its way") {
    session.take(VenueStateRequested{1, "start", AccountId(account)});
    REQUIRE_FALSE(has<OrderRejected>(session.take(venue_state(1))));
    REQUIRE(session.status(id) == OrderStatus::unknown);
  }
  SECTION("the venue does not know it") {
    session.now = session.now + order_in_flight_ns;
    session.take(VenueStateRequested{1, "doubt", AccountId(account)});
    const auto rejected = only<OrderRejected>(session.take(venue_state(1)));
    REQUIRE(rejected.at(0).rule == RuleId("NOT_AT_VENUE"));
    REQUIRE(rejected.at(0).unfilled == lots(5));
  }
  SECTION("a report that could not ask everything proves nothing") {
    session.take(VenueStateRequested{1, "doubt", AccountId(account)});
    VenueStateReported incomplete = venue_state(1, {trade(id, "e1", lots(2))});
    incomplete.complete = false;
    const Said said = session.take(incomplete);
    REQUIRE(said.size() == 1);
    REQUIRE_FALSE(only<VenueStateFolded>(said).at(0).complete);
    REQUIRE(session.status(id) == OrderStatus::unknown);
  }
  SECTION("records that do not reach back to it prove nothing") {
    session.take(VenueStateRequested{1, "doubt", AccountId(account)});
    VenueStateReported short_memory = venue_state(1);
    short_memory.since = session.now + 1;
    const Said said = session.take(short_memory);
    REQUIRE(only<AlertTriggered>(said).at(0).rule == RuleId("STILL_IN_DOUBT"));
    REQUIRE(session.status(id) == OrderStatus::unknown);
  }
}

TEST_CASE("The answer to a question asked before the doubt proves nothing by absence") {
  Session session;
  session.take(VenueStateRequested{1, "schedule", AccountId(account)});
  const ClientOrderId id = session.order(1, lots(5));
  session.sent(id, SendOutcome::ambiguous);
  session.now = session.now + order_in_flight_ns;
  session.take(venue_state(1));
  REQUIRE(session.status(id) == OrderStatus::unknown);
  session.take(VenueStateRequested{2, "doubt", AccountId(account)});
  session.take(venue_state(2));
  REQUIRE(session.status(id) == OrderStatus::rejected);
}

TEST_CASE("What was learnt of an order after the question was asked outweighs the answer") {
  Session session;
  const ClientOrderId accepted = session.order(1, lots(5));
  const ClientOrderId partly = session.order(2, lots(5));
  const ClientOrderId canceled = session.order(3, lots(5));
  session.take(VenueStateRequested{1, "schedule", AccountId(account)});
  session.take(report(accepted, ExecutionType::accepted));
  session.take(trade(partly, "e1", lots(2)));
  session.take(report(canceled, ExecutionType::canceled));
  REQUIRE(session.take(venue_state(1, {}, {report(canceled, ExecutionType::status)})).size() == 1);  // VenueStateFolded alone
  REQUIRE(session.status(accepted) == OrderStatus::accepted);
  REQUIRE(session.status(partly) == OrderStatus::partially_filled);

  session.take(VenueStateRequested{2, "schedule", AccountId(account)});
  session.take(venue_state(2, {}, {report(canceled, ExecutionType::status)}));
  REQUIRE(session.status(accepted) == OrderStatus::rejected);
  REQUIRE(session.status(partly) == OrderStatus::canceled);
}

TEST_CASE("A sent order that the venue does not know yet may still be on its way") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.sent(id);
  session.take(VenueStateRequested{1, "schedule", AccountId(account)});
  session.take(venue_state(1));
  REQUIRE(session.status(id) == OrderStatus::submitted);
  session.now = session.now + order_in_flight_ns;
  session.take(VenueStateRequested{2, "schedule", AccountId(account)});
  session.take(venue_state(2));
  REQUIRE(session.status(id) == OrderStatus::rejected);
}

TEST_CASE("A restart puts in doubt exactly what nothing had answered") {
  Session session;
  const ClientOrderId commanded = session.order(1, lots(1));
  const ClientOrderId submitted = session.order(2, lots(2));
  session.sent(submitted);
  const ClientOrderId accepted = session.order(3, lots(3));
  session.take(report(accepted, ExecutionType::accepted));
  const ClientOrderId partly = session.order(4, lots(4));
  session.take(trade(partly, "e1", lots(1)));

  const auto doubts = only<OrderInDoubt>(session.take(ShardStarted{"n1", "test", session.now}));
  REQUIRE(doubts.size() == 2);
  REQUIRE(session.status(commanded) == OrderStatus::unknown);
  REQUIRE(session.status(submitted) == OrderStatus::unknown);
  REQUIRE(session.status(accepted) == OrderStatus::accepted);
  REQUIRE(session.status(partly) == OrderStatus::partially_filled);
  REQUIRE(session.take(ShardStarted{"n1", "test", session.now}).empty());

  session.now = session.now + order_in_flight_ns;

  // Mid-flight: one never arrived, one was filled meanwhile, one is open, one was partly filled and is gone.
  session.take(VenueStateRequested{1, "start", AccountId(account)});
  const Said said = session.take(venue_state(1, {trade(submitted, "e7", lots(2))}, {report(accepted, ExecutionType::status)}));
  REQUIRE(session.status(commanded) == OrderStatus::rejected);
  REQUIRE(session.status(submitted) == OrderStatus::filled);
  REQUIRE(session.status(accepted) == OrderStatus::accepted);
  REQUIRE(only<OrderCanceled>(said).at(0).order == partly);
  REQUIRE(only<OrderCanceled>(said).at(0).unfilled == lots(3));
  REQUIRE(std::holds_alternative<VenueStateFolded>(said.back()));
}

TEST_CASE("A cancel that was wanted before a restart is sent again once the order is known to be open") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.take(report(id, ExecutionType::accepted));
  session.take(CancelRequested{batch(1)});
  session.take(ShardStarted{"n1", "test", session.now});
  session.take(VenueStateRequested{1, "start", AccountId(account)});
  REQUIRE(has<OrderCancelCommanded>(session.take(venue_state(1, {}, {report(id, ExecutionType::status)}))));
  REQUIRE(session.status(id) == OrderStatus::pending_cancel);
}

TEST_CASE("A cancel wished for while the order is in doubt waits until the doubt is resolved") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.sent(id, SendOutcome::ambiguous);
  REQUIRE(session.take(CancelRequested{batch(1)}).empty());
  const bool by_fill = GENERATE(false, true);
  const Said said = by_fill ? session.take(trade(id, "e1", lots(2))) : session.take(report(id, ExecutionType::accepted));
  REQUIRE(has<OrderCancelCommanded>(said));
  REQUIRE(session.status(id) == OrderStatus::pending_cancel);
}

// ---- the venue's own records ----
TEST_CASE("Orders and trades at the venue that are not ours are orphans, alarmed once") {
  Session session;
  ExecutionReported open = report(ClientOrderId("MANUAL-1"), ExecutionType::status, "s");
  ExecutionReported done = trade(ClientOrderId("MANUAL-2"), "e1", lots(1));
  session.take(VenueStateRequested{1, "start", AccountId(account)});
  const Said said = session.take(venue_state(1, {done}, {open}));
  REQUIRE(only<ReportMismatched>(said).size() == 2);
  for (const ReportMismatched& mismatch : only<ReportMismatched>(said)) REQUIRE(mismatch.rule == RuleId("ORPHAN"));
  REQUIRE(only<AlertTriggered>(said).size() == 2);
  REQUIRE(session.take(venue_state(1, {done}, {open})).size() == 1);  // VenueStateFolded alone
}

TEST_CASE("Executions that were folded before are not folded again from the venue's records") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.take(trade(id, "e1", lots(2)));
  session.take(VenueStateRequested{1, "start", AccountId(account)});
  const Said said = session.take(venue_state(1, {trade(id, "e1", lots(2)), trade(id, "e2", lots(3)), trade(id, "e2", lots(3))}));
  REQUIRE(only<OrderFilled>(said).size() == 1);
  REQUIRE(session.status(id) == OrderStatus::filled);
}

TEST_CASE("An order that is closed here and open at the venue is a mismatch") {
  Session session;
  const ClientOrderId id = session.order(1, lots(5));
  session.take(report(id, ExecutionType::canceled));
  session.take(VenueStateRequested{1, "start", AccountId(account)});
  const Said said = session.take(venue_state(1, {}, {report(id, ExecutionType::status)}));
  REQUIRE(only<ReportMismatched>(said).at(0).rule == RuleId("ILLEGAL_TRANSITION"));
}

// ---- bounds ----
TEST_CASE("Closed orders are kept for the dedupe window of event time, counted from the next order on") {
  Session session;
  const ClientOrderId old = session.order(1, lots(1));
  session.take(trade(old, "e1", lots(1)));
  session.now = session.now + 30 * ns_per_day;
  const ClientOrderId next = session.order(2, lots(1));
  session.take(trade(next, "e2", lots(1)));
  REQUIRE(session.take(trade(old, "e1", lots(1))).empty());  // still known: nothing new
  session.now = session.now + BrokerSession::dedupe_window_ns + 1;
  session.order(3, lots(1));
  REQUIRE(session.state().find(old) == nullptr);
  REQUIRE(session.state().find(next) != nullptr);
  REQUIRE(only<ReportMismatched>(session.take(trade(old, "e1", lots(1)))).at(0).rule == RuleId("UNKNOWN_ORDER"));
  REQUIRE(session.take(venue_state(1, {trade(old, "e1", lots(1))})).size() == 1);  // old news in the venue's records
}

TEST_CASE("The number of closed orders and of disputes has a bound") {
  Session session;
  for (std::uint64_t n = 1; n <= BrokerSession::closed_orders_max + 50; ++n)
    session.take(NetOrderRequested{batch(n), Side::buy, lots(1), 1});
  REQUIRE(session.state().closed.size() == BrokerSession::closed_orders_max);
  REQUIRE(session.state().closed_in_order.size() == BrokerSession::closed_orders_max);
  for (std::size_t n = 0; n < BrokerSession::disputes_max + 50; ++n)
    session.take(trade(ClientOrderId("X"), "e" + std::to_string(n), lots(1)));
  REQUIRE(session.state().disputes.size() == BrokerSession::disputes_max);
  REQUIRE(session.state().disputes_in_order.size() == BrokerSession::disputes_max);
}
