#include "actors/host/live/node.hpp"
#include "tests/catch.hpp"
#include "tests/shard/histories.hpp"

using namespace tally;
using namespace tally::slice;

namespace {

const Symbol shard("account-1");

std::string fault_plan(std::uint64_t seed, const EntityRef& entity, Offset offset, std::uint32_t attempt) {
  const auto draw = (offset * 2654435761u + static_cast<unsigned>(entity.kind) * 97u + seed * 131u) % 23;
  return attempt <= (draw < 18 ? 0 : draw - 17) ? "injected" : "";  // now and then once, twice, or too often
}

// Feeds a recorded journal's inputs to a deterministic host, at their positions and moments.
void replay_inputs(const Journal& recorded, DeterministicHost& host) {
  for_each_entry(recorded, shard, 1, recorded.end(shard), [&](const Entry& entry) {
    if (!entry.is_input()) return;
    std::vector<Message> messages;
    for (const Event& event : entry.events) messages.push_back(event.body);
    host.submit(std::move(messages), entry.at, entry.producer);
  });
}

}  // namespace

TEST_CASE("Both hosts make the same journal of the same inputs, with entities failing on the way") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    auto journal = std::make_shared<MemoryJournal>();
    {
      auto time = std::make_shared<TimeAuthority>(TimeAuthority::Mode::backtest);
      Node node("n1", journal, time);
      ShardOptions options;
      options.shard = shard;
      options.program = &program();
      options.supervision.backoff_ms = 1;
      options.supervision.restarts_max = 10'000;
      options.snapshot_every = 32;
      options.fault = [&](const EntityRef& e, Offset o, std::uint32_t a) { return fault_plan(seed, e, o, a); };
      node.start_shard(options);
      std::mt19937_64 random(seed);
      for (int step = 1; step <= 60; ++step) {
        time->set({step * 400});
        node.clock_moved();
        node.submit(shard, {random_input(random, step)}, "test", nullptr);
        if (random() % 20 == 0) {
          const EntityRef book{EntityKind::netting_book, Symbol("SPY")};
          node.submit(shard, {EntityResumed{IdempotencyKey("r" + std::to_string(step)), OperatorId("ada"), book}}, "test", nullptr);
        }
      }
      node.settle();
    }
    MemoryJournal again;
    DeterministicHost host(program(), shard, [&](const Entry& entry) { again.append(shard, entry); }, &again);
    host.on_fault([&](const EntityRef& e, Offset o, std::uint32_t a) { return fault_plan(seed, e, o, a); });
    replay_inputs(*journal, host);
    const auto live = essence_of(*journal, shard);
    const auto deterministic = essence_of(again, shard);
    REQUIRE(live.size() > 60);
    CHECK(live.size() == deterministic.size());
    for (std::size_t i = 0; i < std::min(live.size(), deterministic.size()); ++i) {
      CAPTURE(i + 1);
      REQUIRE(live[i] == deterministic[i]);
    }
  }
}

TEST_CASE("A node that starts on a journal goes on where it ended, with a higher term") {
  auto journal = std::make_shared<MemoryJournal>();
  auto time = std::make_shared<TimeAuthority>(TimeAuthority::Mode::backtest);
  ShardOptions options;
  options.shard = shard;
  options.program = &program();
  boost::json::value before;
  {
    Node node("n1", journal, time);
    node.start_shard(options);
    std::mt19937_64 random(7);
    for (int step = 1; step <= 30; ++step) node.submit(shard, {random_input(random, step)}, "test", nullptr);
    node.settle();
    before = node.state_of(shard, {EntityKind::netting_book, Symbol("SPY")});
    REQUIRE_FALSE(before.is_null());
  }
  Node node("n2", journal, time);
  node.start_shard(options);
  node.settle();
  CHECK(node.state_of(shard, {EntityKind::netting_book, Symbol("SPY")}) == before);
  CHECK(journal->read(shard, journal->end(shard), 1).at(0)->term == 2);
}

TEST_CASE("An answer brings the whole cascade, after it is durable") {
  auto journal = std::make_shared<MemoryJournal>();
  Node node("n1", journal, std::make_shared<TimeAuthority>(TimeAuthority::Mode::live));
  ShardOptions options;
  options.shard = shard;
  options.program = &program();
  node.start_shard(options);
  SendSignal signal;
  signal.key = IdempotencyKey("s1");
  signal.source = SignalSourceId("trend");
  signal.product = ProductId("SPY");
  signal.direction = {1};
  const Outcome outcome = node.submit_for(shard, signal, "test").get();
  REQUIRE(outcome.accepted);
  REQUIRE(outcome.cascade.size() == 3);
  CHECK(journal->committed(shard) >= outcome.cascade.back()->offset);
  CHECK(std::holds_alternative<OrderCommanded>(outcome.cascade.back()->events.at(0).body));
}

TEST_CASE("An injected fault restarts one entity, and the restart is on record") {
  auto journal = std::make_shared<MemoryJournal>();
  Node node("n1", journal, std::make_shared<TimeAuthority>(TimeAuthority::Mode::live));
  ShardOptions options;
  options.shard = shard;
  options.program = &program();
  node.start_shard(options);
  std::mt19937_64 random(3);
  for (int step = 1; step <= 20; ++step) node.submit(shard, {random_input(random, step)}, "test", nullptr);
  node.settle();
  node.inject_fault(shard, {EntityKind::signal, Symbol("SPY")}, 1, "drill");
  SendSignal signal;
  signal.key = IdempotencyKey("after");
  signal.source = SignalSourceId("trend");
  signal.product = ProductId("SPY");
  CHECK(node.submit_for(shard, signal, "test").get().accepted);
  node.settle();
  const EntryPtr last = journal->read(shard, journal->end(shard), 1).at(0);
  const auto* restarted = std::get_if<EntityRestarted>(&last->events.at(0).body);
  REQUIRE(restarted);
  CHECK(restarted->cause == "drill");
  CHECK(restarted->replayed > 0);
  const auto rows = node.tree(shard);
  const auto row = std::find_if(rows.begin(), rows.end(), [](const TreeRow& r) { return r.path == "n1/account-1/signal/SPY"; });
  REQUIRE(row != rows.end());
  CHECK(row->restarts == 1);
  CHECK(row->state == "running");
}

TEST_CASE("An entity whose only waiting input was set aside is resumed and goes on") {
  auto journal = std::make_shared<MemoryJournal>();
  Node node("n1", journal, std::make_shared<TimeAuthority>(TimeAuthority::Mode::live));
  ShardOptions options;
  options.shard = shard;
  options.program = &program();
  options.supervision.backoff_ms = 1;
  node.start_shard(options);
  node.settle();
  const EntityRef book{EntityKind::netting_book, Symbol("SPY")};
  node.inject_fault(shard, book, 3, "poison");
  SendSignal signal;
  signal.key = IdempotencyKey("s1");
  signal.source = SignalSourceId("trend");
  signal.product = ProductId("SPY");
  signal.direction = {1};
  const Outcome poisoned = node.submit_for(shard, signal, "test").get();
  REQUIRE(std::holds_alternative<EntityStopped>(poisoned.cascade.back()->events.back().body));
  const Offset input = std::get<EntityStopped>(poisoned.cascade.back()->events.back().body).input;
  node.submit_for(shard, InputQuarantined{book, input, "poison"}, "test").get();
  node.submit_for(shard, EntityResumed{IdempotencyKey("r1"), OperatorId("ada"), book}, "test").get();
  signal.key = IdempotencyKey("s2");
  const Outcome after = node.submit_for(shard, signal, "test").get();
  REQUIRE(after.cascade.size() == 3);
  CHECK(std::holds_alternative<OrderCommanded>(after.cascade.back()->events.at(0).body));
}
