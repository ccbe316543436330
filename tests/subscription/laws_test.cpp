// The laws of signals, investors and subscriptions together, over random histories with every kind of answer a market has.
#include <boost/json/serialize.hpp>

#include "persistence/memory_journal.hpp"
#include "tests/catch.hpp"
#include "tests/subscription/history.hpp"

using namespace tally;
using namespace tally::world;

namespace {

constexpr const char* investors[] = {"ada", "bob", "cyd"};
constexpr const char* subscriptions[] = {"s-1", "s-2", "s-3", "s-4", "s-5"};

// What is true after every step.
void check_laws(World& world, bool drifted) {
  RC_ASSERT(world.cash_everywhere() == world.moved_in + world.traded);
  std::map<InvestorId, Money> buffers;
  for (const char* name : subscriptions) {
    const Subscription::State& state = world.subscription(name);
    if (state.investor.empty()) continue;
    const Investor::Holding& mirror = world.investor(state.investor.text()).holdings.at(SubscriptionId(name));
    buffers[state.investor] += state.buffer;
    RC_ASSERT(position_of(state.lots) == state.position);
    RC_ASSERT(state.buffer >= Money{});
    RC_ASSERT(mirror.buffer == state.buffer);
    RC_ASSERT(mirror.terms == state.terms);
    RC_ASSERT(drifted || (mirror.stake.cash == state.cash && mirror.stake.position == state.position));
    RC_ASSERT(drifted || whole_units(state.cash, cent).residual == Money{});
    // At most one order works, and its subscription knows what is left of it.
    const auto order = state.intent ? world.orders.find({SubscriptionId(name), state.intent->number}) : world.orders.end();
    RC_ASSERT(outstanding(state) == (order == world.orders.end() ? Quantity{} : order->second.left));
    RC_ASSERT(std::count_if(world.orders.begin(), world.orders.end(),
                            [&](const auto& row) { return row.first.subscription.text() == name; }) <= 1);
    // Told to be flat, it is flat, or on its way, or waits to try again.
    if (held_flat(state) && state.position != Quantity{}) RC_ASSERT(outstanding(state) != Quantity{} || state.flat_retries > 0);
    if (state.withdrawal) {
      RC_ASSERT(world.investor(state.investor.text()).withdrawal->key == state.withdrawal->key);
      RC_ASSERT(outstanding(state) != Quantity{});  // it never waits for nothing
    }
  }
  for (const char* name : investors) {
    const Investor::State& state = world.investor(name);
    RC_ASSERT(state.unallotted >= Money{});
    RC_ASSERT(state.buffer == buffers[InvestorId(name)]);
    if (state.withdrawal) RC_ASSERT(!state.withdrawal->awaited.empty());
  }
}

std::map<EntityRef, std::vector<std::byte>> states_of(DeterministicHost& host) {
  std::map<EntityRef, std::vector<std::byte>> states;
  host.for_each_cell([&](const AnyCell& cell) { states[cell.ref()] = cell.state_bytes(); });
  return states;
}

// Every decided event, in order, without its place in the journal.
std::vector<std::string> decided_in(const World& world) {
  std::vector<std::string> events;
  for (const Entry& entry : world.log)
    for (const Event& event : entry.events)
      if (event.stream.kind != EntityKind::none)
        events.push_back(std::string(event.stream.key.text()) + " " + boost::json::serialize(to_json(event.body)));
  return events;
}

}  // namespace

TEST_CASE("Cash is conserved to the last unit at every step, and each subscription keeps its promises") {
  REQUIRE(rc::check("laws hold after every step", [](bool drifts) {
    World world;
    Player player(world);
    player.drifts = drifts;
    for (const Step& step : *histories()) {
      player.play(step);
      check_laws(world, drifts);
    }
    player.settle(Price::whole(90));
    check_laws(world, drifts);
    for (const char* name : subscriptions)
      RC_ASSERT(!held_flat(world.subscription(name)) || world.subscription(name).position == Quantity{});
    for (const char* name : investors) RC_ASSERT(!world.investor(name).withdrawal);
  }));
}

TEST_CASE("The stop ratio of an open position never changes") {
  REQUIRE(rc::check("frozen until flat or turned", [] {
    World world;
    Player player(world);
    for (const Step& step : *histories()) {
      std::map<std::string, std::pair<int, std::optional<Ratio>>> before;
      for (const char* name : subscriptions)
        before[name] = {sign(world.subscription(name).position), world.subscription(name).stop_loss_ratio};
      player.play(step);
      for (const char* name : subscriptions) {
        const auto& [side, ratio] = before[name];
        const Subscription::State& state = world.subscription(name);
        if (side != 0 && sign(state.position) == side) RC_ASSERT(state.stop_loss_ratio == ratio);
        if (state.position == Quantity{}) RC_ASSERT(!state.stop_loss_ratio);
      }
    }
  }));
}

TEST_CASE("A retry of any accepted command, at any time, changes nothing") {
  REQUIRE(rc::check("said twice", [] {
    World world;
    Player player(world);
    std::vector<Message> accepted;
    for (const Step& step : *histories()) {
      const auto decided = player.play(step);
      // A bounced addition is denied too, but only after it was taken: it is known as well.
      const bool taken = !decided.empty() && !std::holds_alternative<CommandDenied>(decided.front());
      if (player.said && taken) accepted.push_back(*player.said);
      if (accepted.empty()) continue;
      const auto before = states_of(world.host);
      RC_ASSERT(world.submit({accepted[step.b % accepted.size()]}).empty());
      RC_ASSERT(states_of(world.host) == before);
    }
  }));
}

TEST_CASE("Whether and when virtual capital is asked for changes no later event") {
  REQUIRE(rc::check("with and without questions", [] {
    const std::vector<Step> history = *histories();
    World quiet;
    World asked;
    Player quiet_player(quiet);
    Player asked_player(asked);
    for (const Step& step : history) {
      quiet_player.play(step);
      for (std::uint32_t i = 0; i < step.a % 3; ++i) {
        const InvestorId investor(investor_of(step.b + i));
        asked.host.submit(MarkCaptured{product, price_of(step.b), "query", asked.now, investor}, asked.now);
        virtual_capital(asked.investor(investor.text()));
        for (const char* name : subscriptions) virtual_capital(asked.subscription(name), price_of(step.b));
      }
      asked_player.play(step);
    }
    RC_ASSERT(decided_in(quiet) == decided_in(asked));
  }));
}

TEST_CASE("Rebuilt from the journal, every entity is what it was") {
  REQUIRE(rc::check("states are folds", [] {
    World world;
    Player player(world);
    player.drifts = true;
    for (const Step& step : *histories()) player.play(step);
    MemoryJournal journal;
    for (const Entry& entry : world.log) journal.append(Symbol("account"), entry);
    DeterministicHost rebuilt(program(), Symbol("account"), [](const Entry&) {}, &journal);
    rebuilt.recover();
    auto states = states_of(rebuilt);
    for (const auto& [entity, bytes] : states_of(world.host)) {
      const bool untouched = world.log.empty() || rebuilt.cell(entity).sequence() == 0;
      if (!untouched) RC_ASSERT(states[entity] == bytes);
      RC_ASSERT(rebuilt.cell(entity).state_bytes() == bytes);
    }
  }));
}

TEST_CASE("Deleting an investor's withdrawals leaves every other ledger byte for byte the same") {
  REQUIRE(rc::check("isolation", [] {
    struct Move {
      int direction;
      bool withdraws;
      std::uint32_t number;
    };
    const auto moves = *rc::gen::container<std::vector<Move>>(rc::gen::apply(
        [](int d, bool w, std::uint32_t n) {
          return Move{d, w, n};
        },
        rc::gen::inRange(-1, 2), rc::gen::arbitrary<bool>(), rc::gen::inRange<std::uint32_t>(0, 100'000)));
    const auto run = [&](bool with_withdrawals) {
      auto world = std::make_unique<World>();
      for (const char* name : investors) world->deposit(name, Money::whole(5'000), "d");
      world->add("s-1", "ada", Money::whole(4'000));
      world->add("s-2", "bob", Money::whole(4'000));
      world->add("s-3", "cyd", Money::whole(4'000));
      const auto trade = [&](const Move& move) {
        // At one price and one rate of fees, however much is traded.
        while (!world->orders.empty()) {
          const Order order = world->orders.begin()->second;
          world->fill(order.intent.intent, order.left, price_of(move.number),
                      Money::from_units(Int128{abs(order.left).units()} * 1'000'007));
        }
      };
      std::uint32_t number = 0;
      Time at = world->now;
      for (const Move& move : moves) {
        const std::string key = std::to_string(++number);
        world->now = at = at + 100 * ns_per_s;
        if (with_withdrawals && move.withdraws)
          world->withdraw("ada", amount_of(move.number / 100), "w" + key, price_of(move.number));
        if (with_withdrawals) trade(move);
        world->now = at + 50 * ns_per_s;
        world->signal(move.direction, "s" + key, price_of(move.number), Ratio::parse("0.3"));
        trade(move);
      }
      return world;
    };
    const auto with = run(true);
    const auto without = run(false);
    // Execution ids and times number everybody's trades, so the ledgers are compared without them.
    for (const char* name : {"s-2", "s-3"}) {
      const Subscription::State& a = with->subscription(name);
      const Subscription::State& b = without->subscription(name);
      RC_ASSERT(a.cash == b.cash);
      RC_ASSERT(a.buffer == b.buffer);
      RC_ASSERT(a.position == b.position);
      RC_ASSERT(a.realized == b.realized);
      RC_ASSERT(a.fees == b.fees);
      RC_ASSERT(a.intents == b.intents);
    }
    for (const char* name : {"bob", "cyd"}) RC_ASSERT(store_state(with->investor(name)) == store_state(without->investor(name)));
  }));
}

TEST_CASE("An immediate withdrawal of any size is paid whole where the capital suffices, and ends where it does not") {
  REQUIRE(rc::check("withdrawals of every size", [] {
    World world;
    world.deposit("ada", Money::whole(3'000), "d1");
    world.add("s-1", "ada", Money::whole(1'000));
    world.add("s-2", "ada", Money::whole(1'500));
    const Price mark = price_of(*rc::gen::inRange<std::uint32_t>(0, 100'000));
    const auto stop = Ratio::from_units(*rc::gen::inRange<std::int64_t>(10'000'000, 1'000'000'001));
    world.signal(*rc::gen::element(-1, 1), "s1", mark, stop);
    world.fill_all(mark);
    const Money worth =
        withdrawable(world.investor("ada"), cent) +
        whole_units(world.subscription("s-1").cash + notional(mark, world.subscription("s-1").position), cent).whole +
        whole_units(world.subscription("s-2").cash + notional(mark, world.subscription("s-2").position), cent).whole;
    const Money ask = Money::from_units(*rc::gen::inRange<std::int64_t>(1, 400'000) * Int128{cent.units()});
    world.withdraw("ada", ask, "w1", mark);
    world.fill_all(mark);
    RC_ASSERT(!world.investor("ada").withdrawal);
    const Money paid = Money::whole(3'000) - world.moved_in;
    // At an unchanged mark and without fees nothing is lost, but for what is below a cent.
    if (ask <= worth - Money::whole(1)) RC_ASSERT(paid == ask);
    RC_ASSERT(paid <= ask);
    if (ask > worth) RC_ASSERT(paid >= worth - Money::whole(1));
  }));
}
