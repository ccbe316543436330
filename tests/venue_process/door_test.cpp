// What a venue's door lets in, what it says, and what it writes down.
#include "tests/venue_process/venue_at_home.hpp"

using namespace tally;
namespace protocol = tally::venue_protocol;

namespace {

std::size_t trades_in(const VenueAudit& audit) { return audit.executions.size(); }

}  // namespace

TEST_CASE("An order is answered, filled by the next bar, and audited from what the venue recorded") {
  VenueAtHome venue(venue_test_profile());
  RawClient client(venue.server.address(), login_of("a"));
  client.say(protocol::Send{1, order_of("o-1", "3")});
  const auto accepted = client.next<protocol::Report>();
  REQUIRE(accepted);
  REQUIRE(std::get<ExecutionReported>(accepted->message).type == ExecutionType::accepted);
  const auto taken = client.next<protocol::Taken>();  // after the reports that it led to
  REQUIRE((taken && taken->number == 1 && taken->accepted));
  const BarObserved bar = bar_of(1);
  venue.show({&bar, 1});
  client.say(protocol::Ping{});
  REQUIRE(client.next<protocol::Bars>()->bars.front().closed_at == bar.closed_at);  // first the price, then the fill
  REQUIRE(std::get<ExecutionReported>(client.next<protocol::Report>()->message).last_quantity.text() == "3");
  const VenueAudit audit = venue.audit();
  REQUIRE(trades_in(audit) == 1);
  REQUIRE(audit.positions.front().quantity.text() == "3");
  REQUIRE(audit.orders.front().senders == std::vector<std::string>{"a/1/1"});
  REQUIRE(audit.arrived_again.empty());
}

TEST_CASE("The same order again is one order, and the history says that it came twice") {
  VenueAtHome venue(venue_test_profile());
  RawClient client(venue.server.address(), login_of("a"));
  for (std::uint64_t n : {1, 2}) {
    client.say(protocol::Send{n, order_of("o-1")});
    REQUIRE(client.next<protocol::Taken>()->accepted);
  }
  const BarObserved bar = bar_of(1);
  venue.show({&bar, 1});
  const VenueAudit audit = venue.audit();
  REQUIRE(trades_in(audit) == 1);
  REQUIRE(audit.orders.front().arrivals == 2);
  REQUIRE(audit.arrived_again == std::vector{ClientOrderId("o-1")});
}

TEST_CASE("A login ends the session before it: what that one still sends is written down and goes no further") {
  VenueAtHome venue(venue_test_profile());
  RawClient former(venue.server.address(), login_of("a"));
  RawClient latter(venue.server.address(), login_of("b"));
  REQUIRE(former.next<protocol::Kicked>()->by == "b");
  former.say(protocol::Send{1, order_of("late")});
  REQUIRE(eventually([&] { return !venue.lines(VenueSight::order).empty(); }));
  REQUIRE(venue.lines(VenueSight::order).front().fenced);
  latter.say(protocol::Send{1, order_of("right")});
  REQUIRE(latter.next<protocol::Taken>()->accepted);
  const VenueAudit audit = venue.audit();
  REQUIRE(audit.kicks == 1);
  for (const AuditedOrder& order : audit.orders) REQUIRE((order.answer == "accepted") == (order.order.text() == "right"));
}

TEST_CASE("A session asks for the reports after the last it has, and gets that one again and all later ones") {
  VenueAtHome venue(venue_test_profile());
  Offset seen = 0;
  {
    RawClient client(venue.server.address(), login_of("a"));
    client.say(protocol::Send{1, order_of("o-1")});
    seen = client.next<protocol::Report>()->number;
  }
  const BarObserved bar = bar_of(1);
  venue.show({&bar, 1});
  RawClient again(venue.server.address(), login_of("a", seen));
  const auto first = again.next<protocol::Report>();
  REQUIRE(first->number == seen);
  const auto fill = again.next<protocol::Report>();
  REQUIRE(fill->number > seen);
  REQUIRE(std::get<ExecutionReported>(fill->message).type == ExecutionType::trade);
}

TEST_CASE("Lines that are none are answered, written down, and end only their own connection") {
  VenueAtHome venue(venue_test_profile());
  RawClient good(venue.server.address(), login_of("a"));
  OrderCommanded other = order_of("o-9");
  other.account = AccountId("somebody");
  const auto ends_with = [&](const std::function<void(RawClient&)>& act) {
    RawClient bad(venue.server.address());
    act(bad);
    const auto failed = bad.next<protocol::Failed>();
    return failed ? failed->error : "closed";
  };
  CHECK(ends_with([](RawClient& bad) { bad.say_text("{]"); }) != "closed");
  CHECK(ends_with([](RawClient& bad) { bad.say_text("[1]"); }) == "a line is one JSON object");
  CHECK(ends_with([](RawClient& bad) { bad.say_text(R"({"op":"dance"})"); }) == "unknown op 'dance'");
  CHECK(ends_with([](RawClient& bad) { bad.say_text(R"({"op":"login","protocol":9})"); }) == "this venue speaks protocol 1");
  CHECK(ends_with([](RawClient& bad) {
          bad.say(protocol::Send{1, order_of("o-1")});
        }) == "log in first, on a connection of its own");
  CHECK(ends_with([&](RawClient& bad) {
          protocol::Login login = login_of("x");
          login.account = AccountId("third");
          bad.say(login);
          bad.say(protocol::Send{1, other});
        }) == "the session is of another account");
  {
    RawClient bad(venue.server.address());
    try {  // longer than a line may be, without an end
      for (int i = 0; i < 20; ++i) bad.say_text(std::string(protocol::request_bytes_max / 8, 'x') + (i < 19 ? " " : ""));
    } catch (const SocketError&) {  // it was closed while it wrote
    }
  }
  good.say(protocol::Send{1, order_of("o-1")});
  REQUIRE(good.next<protocol::Taken>()->accepted);
  REQUIRE(venue.lines(VenueSight::bad_line).size() >= 6);
}

TEST_CASE("A reader that takes nothing is cut off, and holds nobody up") {
  VenueAtHome venue(venue_test_profile(), {.write_seconds = 1, .lag_max = 65'536});
  RawClient slow(venue.server.address());
  slow.say(login_of("slow"));
  constexpr int orders = 500;
  for (int i = 0; i < orders; ++i)
    slow.say(protocol::Send{static_cast<std::uint64_t>(i + 1), order_of("s-" + std::to_string(i))});
  REQUIRE(eventually([&] { return venue.lines(VenueSight::order).size() == orders; }));
  const BarObserved bar = bar_of(1);
  venue.show({&bar, 1});
  for (std::uint64_t i = 0; i < 200 && venue.lines(VenueSight::cut_off).empty(); ++i) {  // each answer some 200 KB
    try {
      slow.say(protocol::Send{orders + 1 + i, VenueStateRequested{i + 1, "test", AccountId("demo")}});
    } catch (const SocketError&) {
      break;
    }
  }
  REQUIRE(eventually([&] {
    try {
      slow.say(protocol::Ping{});  // it is not silent: it only does not read
    } catch (const SocketError&) {
    }
    return !venue.lines(VenueSight::cut_off).empty();
  }));
  RawClient other(venue.server.address(), login_of("quick"));
  other.say(protocol::Send{1, order_of("q-1")});
  REQUIRE(other.next<protocol::Taken>()->accepted);
}

TEST_CASE("Cancel on disconnect cancels what works when the session ends, and not what another login takes over") {
  VenueAtHome venue(venue_test_profile());
  protocol::Login login = login_of("a");
  login.cancel_on_disconnect = true;
  {
    RawClient first(venue.server.address(), login);
    first.say(protocol::Send{1, order_of("o-1")});
    REQUIRE(first.next<protocol::Taken>()->accepted);
    RawClient second(venue.server.address(), login);
    REQUIRE(first.next<protocol::Kicked>());
    first.socket().close();
    second.say(protocol::Send{1, order_of("o-2")});
    REQUIRE(second.next<protocol::Taken>()->accepted);
    REQUIRE(eventually([&] { return venue.lines(VenueSight::logout).size() == 1; }));
    REQUIRE_FALSE(venue.audit().orders.front().closed);
  }
  REQUIRE(eventually([&] {
    const VenueAudit audit = venue.audit();
    return audit.orders.size() == 2 && audit.orders[0].closed && audit.orders[1].closed;
  }));
  REQUIRE(trades_in(venue.audit()) == 0);
}

TEST_CASE("A history whose last line was cut goes on behind the last whole one") {
  TemporaryDirectory directory;
  const auto file = directory.path() / "history.jsonl";
  { VenueHistory(file).add({}); }
  {
    FILE* out = std::fopen(file.c_str(), "a");
    std::fputs("{\"what\":\"ord", out);
    std::fclose(out);
  }
  REQUIRE(read_venue_history(file).size() == 1);
  VenueHistoryLine order;
  order.what = VenueSight::order;
  { VenueHistory(file).add(order); }
  REQUIRE(read_venue_history(file).size() == 2);
  REQUIRE(read_venue_history(file).back().what == VenueSight::order);
}
