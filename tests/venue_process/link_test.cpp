// An account against a venue that is reached over a socket: the same books as with an embedded one, and nothing twice, whatever
// becomes of the connection.
#include <sys/socket.h>

#include <boost/json.hpp>

#include "app/exit_code.hpp"
#include "app/node_operations.hpp"
#include "app/venue/send_cap.hpp"
#include "messages/json.hpp"
#include "tests/app/account_story.hpp"
#include "tests/venue_process/venue_at_home.hpp"

using namespace tally;
namespace protocol = tally::venue_protocol;

namespace {

Profile remote(Profile profile, const std::string& address) {
  profile.venue_reach.address = address;
  return profile;
}

std::size_t reports_of(const Journal& journal, Symbol shard, bool inputs) {
  std::size_t count = 0;
  for_each_entry(journal, shard, 1, journal.committed(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      count += std::holds_alternative<ExecutionReported>(event.body) && (event.stream.kind == EntityKind::none) == inputs;
  });
  return count;
}

// What moved money or positions, in order.
std::vector<std::string> books_of(const Journal& journal, Symbol account) {
  std::vector<std::string> books;
  for_each_entry(journal, account, 1, journal.committed(account), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (std::holds_alternative<OrderFilled>(event.body) || std::holds_alternative<FillSplit>(event.body) ||
          std::holds_alternative<InvestorLedgerUpdated>(event.body) || std::holds_alternative<PositionUpdated>(event.body) ||
          std::holds_alternative<WithdrawalSettled>(event.body))
        books.push_back(boost::json::serialize(to_json(event.body)));
  });
  return books;
}

template <class M>
std::vector<M> all_of(const Journal& journal, Symbol shard) {
  std::vector<M> found;
  for_each_entry(journal, shard, 1, journal.committed(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (const auto* body = std::get_if<M>(&event.body)) found.push_back(*body);
  });
  return found;
}

bool same_reports(const VenueAtHome& venue, const Journal& journal) {
  return reports_of(journal, Symbol("demo"), true) == reports_of(*venue.journal, venue.node.shard(), false);
}

// Returns when the deadlines that a bar brought are taken, and what they led to is done: the tree is asked behind the clock.
void take_deadlines(AccountNode& account) {
  account.settle();
  account.node().tree(Symbol("demo"));
  account.settle();
}

// Shows a venue bars, and waits until the account has them, every report, and what they led to.
void show_and_wait(VenueAtHome& venue, const Journal& journal, AccountNode& account, std::span<const BarObserved> bars) {
  venue.show(bars);
  REQUIRE(eventually([&] {
    for (const BarObserved& bar : bars)
      if (const auto mark = account.market().mark(bar.product); !mark || mark->at < bar.closed_at) return false;
    return true;
  }));
  take_deadlines(account);
  REQUIRE(eventually([&] { return same_reports(venue, journal); }));
}

// An account in which one signal for SPY leads to one order.
struct OneOrder {
  explicit OneOrder(const std::string& address, ActingRight right = {}) {
    Profile profile = venue_test_profile();
    profile.account.reconcile_every_ms = 0;
    node = std::make_unique<AccountNode>(remote(std::move(profile), address), journal, "a", std::move(right));
  }
  void say(Message message) {
    REQUIRE(node->command(std::move(message), "test").accepted);
  }
  void fund() {
    DepositFunds deposit;
    deposit.key = IdempotencyKey("d");
    deposit.investor = InvestorId("ada");
    deposit.amount = Money::whole(100'000);
    say(deposit);
    AddSubscription add;
    add.key = IdempotencyKey("s");
    add.subscription = SubscriptionId("ada-spy");
    add.investor = InvestorId("ada");
    add.source = SignalSourceId("trend");
    add.product = ProductId("SPY");
    add.capital = Money::whole(50'000);
    add.terms.risk_fraction = Ratio::parse("0.02");
    add.terms.leverage_max = Ratio::parse("1.5");
    say(add);
  }
  void wish(int direction, const char* key) {
    SendSignal signal;
    signal.key = IdempotencyKey(key);
    signal.source = SignalSourceId("trend");
    signal.product = ProductId("SPY");
    signal.direction.value = static_cast<std::int8_t>(direction);
    signal.stop_loss_ratio = Ratio::parse("0.037");
    say(signal);
  }
  // What became of the wish, for a test that expected something else.
  std::string story() const {
    std::string text;
    for_each_entry(*journal, Symbol("demo"), 1, journal->committed(Symbol("demo")), [&](const Entry& entry) {
      for (const Event& event : entry.events) text += boost::json::serialize(to_json(event.body)) + '\n';
    });
    return text;
  }
  template <class M>
  std::vector<M> all() const {
    return all_of<M>(*journal, Symbol("demo"));
  }

  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::unique_ptr<AccountNode> node;
};

// A venue that a test plays itself.
class PlayedVenue {
 public:
  PlayedVenue() : listener_(LineSocket::listen_tcp("127.0.0.1:0")) {}

  std::string address() const { return listener_.local_address(); }
  // The next connection, logged in, told the time and welcomed.
  void welcome(bool simulated = true) {
    const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    REQUIRE(fd >= 0);
    socket_ = LineSocket(fd);
    socket_.give_up_after(10);
    REQUIRE(std::holds_alternative<protocol::Login>(*hear()));
    say(protocol::Bars{0, {bar_of(0)}});
    say(protocol::Welcome{++sessions_, "venue/paper", 0, simulated});
  }
  std::optional<protocol::ToVenue> hear() {
    for (;;) {
      const auto line = socket_.read_line(protocol::request_bytes_max);
      if (!line) return std::nullopt;
      protocol::ToVenue said = protocol::read_to_venue(*line);
      if (std::holds_alternative<protocol::Ping>(said)) say(protocol::Pong{});
      else return said;
    }
  }
  // The next message of that kind; questions before it are answered as a venue that has nothing.
  template <class M>
  M wait_for() {
    for (;;) {
      auto said = hear();
      REQUIRE(said);
      auto& send = std::get<protocol::Send>(*said);
      if (auto* wanted = std::get_if<M>(&send.message)) {
        number_ = send.number;
        return *wanted;
      }
      if (const auto* question = std::get_if<VenueStateRequested>(&send.message)) answer(*question, send.number, {}, {});
    }
  }
  void answer(const VenueStateRequested& question, std::uint64_t number, std::vector<ExecutionReported> executions,
              std::vector<VenuePosition> positions) {
    VenueStateReported state;
    state.request = question.request;
    state.complete = true;
    state.account = question.account;
    state.executions = std::move(executions);
    state.positions = std::move(positions);
    say(protocol::Report{++reports_, state});
    say(protocol::Taken{number, true, ""});
  }
  void say(const protocol::FromVenue& line) { socket_.write_line(protocol::text_of(line)); }
  void cut() { socket_.close(); }
  std::uint64_t number() const { return number_; }

 private:
  LineSocket listener_;
  LineSocket socket_;
  std::uint64_t sessions_ = 0, reports_ = 0, number_ = 0;
};

}  // namespace

TEST_CASE("An account's books are the same, to the last field, with a venue of its own process and with an embedded one") {
  const Profile profile = AccountStory::default_profile();
  AccountStory* telling = nullptr;
  AccountStory embedded(std::make_shared<MemoryJournal>(), profile, [&](std::span<const BarObserved> bars) {
    telling->node().show(bars, "test:bars");
    take_deadlines(telling->node());
  });
  telling = &embedded;
  embedded.tell();
  VenueAtHome venue(profile);
  AccountStory* told = nullptr;
  const auto journal = std::make_shared<MemoryJournal>();
  AccountStory story(journal, remote(profile, venue.server.address()),
                     [&](std::span<const BarObserved> bars) { show_and_wait(venue, *journal, told->node(), bars); });
  told = &story;
  story.tell();
  const auto books = books_of(story.journal(), story.account());
  REQUIRE(books.size() > 20);
  REQUIRE(books == books_of(embedded.journal(), embedded.account()));
  const VenueAudit audit = venue.audit();
  REQUIRE(audit.arrived_again.empty());
  REQUIRE(audit.executions.size() == all_of<OrderFilled>(story.journal(), story.account()).size());
  REQUIRE_THROWS_AS(story.node().show({}, "test"), std::logic_error);
}

TEST_CASE(
    "An order that was written when the connection was cut stays unknown, is never written again, and is settled by what the "
    "venue says") {
  PlayedVenue venue;
  std::thread playing;
  OrderCommanded sent;
  std::vector<ExecutionReported> fills;
  std::promise<void> cut;
  std::size_t orders_after = 0;
  playing = std::thread([&] {
    venue.welcome();
    sent = venue.wait_for<OrderCommanded>();
    venue.cut();
    cut.set_value();
    venue.welcome();
    ExecutionReported fill;
    fill.order = sent.order;
    fill.execution = ExecutionId("x-1");
    fill.type = ExecutionType::trade;
    fill.product = sent.batch.product;
    fill.side = sent.side;
    fill.last_quantity = sent.quantity;
    fill.last_price = Price::parse("475.40");
    fill.cumulative_quantity = sent.quantity;
    fill.account = sent.account;
    while (auto said = venue.hear()) {
      const auto& send = std::get<protocol::Send>(*said);
      if (const auto* question = std::get_if<VenueStateRequested>(&send.message))
        venue.answer(*question, send.number, {fill}, {{sent.batch.product, sent.quantity}});
      orders_after += std::holds_alternative<OrderCommanded>(send.message);
    }
  });
  OneOrder account(venue.address());
  REQUIRE(eventually([&] { return !account.all<ReconciliationCompleted>().empty(); }));
  account.fund();
  account.wish(1, "w-1");
  cut.get_future().get();
  REQUIRE(eventually([&] { return !account.all<OrderInDoubt>().empty(); }));
  REQUIRE(eventually([&] { return !account.all<OrderFilled>().empty(); }));
  account.node->settle();
  CHECK(account.all<OrderInDoubt>().size() == 1);
  CHECK(account.all<OrderFilled>().size() == 1);
  CHECK(account.all<OrderCommanded>().size() == 1);
  CHECK(account.all<ReconciliationCompleted>().back().clean);
  account.node.reset();
  playing.join();
  CHECK(orders_after == 0);
}

TEST_CASE("Without the right to act nothing is written, not even a login; when it is lost an order is refused before the write") {
  VenueAtHome venue(venue_test_profile());
  std::atomic<bool> may{false};
  OneOrder account(venue.server.address(), {[&] { return may.load(); }, [] { return std::uint64_t{7}; }, nullptr});
  REQUIRE(venue.lines(VenueSight::login).empty());
  const BarObserved bar = bar_of(0);
  venue.show({&bar, 1});
  may = true;
  REQUIRE(eventually([&] { return venue.lines(VenueSight::login).size() == 1; }));
  REQUIRE(venue.lines(VenueSight::login).front().term == 7);
  REQUIRE(eventually([&] { return !account.all<ReconciliationCompleted>().empty(); }));
  account.node->settle();
  account.fund();
  may = false;
  account.wish(1, "w-1");
  account.node->settle();
  CAPTURE(account.story());
  REQUIRE(account.all<OrderCommanded>().size() == 1);
  REQUIRE(account.all<OrderSendReported>().front().outcome == SendOutcome::refused_locally);
  REQUIRE(venue.lines(VenueSight::order).empty());
}

TEST_CASE("An order for which there is no connection waits a moment, then is refused: it never left") {
  std::string nobody;
  {
    const LineSocket listener = LineSocket::listen_tcp("127.0.0.1:0");
    nobody = listener.local_address();
  }
  OneOrder account(nobody);
  account.fund();
  const BarObserved bar = bar_of(0);
  account.node->market().show(bar, Price::parse("0.01"), "test");
  account.wish(0, "flat");  // nothing to close: no order
  account.node->settle();
  REQUIRE(account.all<VenueStateReported>().size() >= 1);
  for (const VenueStateReported& report : account.all<VenueStateReported>()) REQUIRE_FALSE(report.complete);
  REQUIRE(account.all<OrderCommanded>().empty());  // openings wait for a clean comparison
}

TEST_CASE("The last hop's cap lets through so many orders and so much money a second, and more a second later") {
  SendCap cap({3, Money::whole(1'000)});
  constexpr std::int64_t second = 1'000'000'000;
  CHECK(cap.admit(0, Money::whole(400)));
  CHECK_FALSE(cap.admit(1, Money::whole(601)));
  CHECK(cap.admit(1, Money::whole(600)));
  CHECK_FALSE(cap.admit(second - 1, Money::whole(1)));
  CHECK(cap.admit(second, Money::whole(1)));
  CHECK(cap.admit(second, Money{}));
  CHECK_FALSE(cap.admit(second, Money{}));
  CHECK(cap.admit(2 * second, Money::whole(1'000)));
}

TEST_CASE("No drill is put on record, and nothing made to fail, where the venue has not said that it is simulated") {
  for (const bool says : {false, true}) {
    PlayedVenue venue;
    std::promise<void> asked;
    std::thread playing([&] {
      venue.welcome(says);
      try {
        for (bool first = true; auto said = venue.hear();) {
          if (std::exchange(first, false)) asked.set_value();
          const auto* send = std::get_if<protocol::Send>(&*said);
          if (const auto* question = send ? std::get_if<VenueStateRequested>(&send->message) : nullptr)
            venue.answer(*question, send->number, {}, {});
        }
      } catch (const SocketError&) {  // the account left while it was answered
      }
    });
    OneOrder account(venue.address());
    asked.get_future().wait();  // it has been welcomed
    const auto operations = node_operations(*account.node, [] {});
    const auto outcome_of = [&](const char* op, const boost::json::object& request) {
      try {
        operations.at(op)(request);
        return std::string("done");
      } catch (const CommandFailed& failed) {
        CHECK(failed.code == exit_denied);
        return std::string(failed.what()).substr(0, 13);
      }
    };
    const std::string expected = says ? "done" : "NOT_SIMULATED";
    CHECK(outcome_of("drill", {{"drill", "d"}, {"what", "begun"}, {"text", "t"}}) == expected);
    CHECK(outcome_of("fail", {{"entity", "signal/SPY"}, {"times", 1}, {"cause", "c"}}) == expected);
    CHECK(account.all<AlertTriggered>().size() == (says ? 1u : 0u));
    account.node.reset();
    playing.join();
  }
}
