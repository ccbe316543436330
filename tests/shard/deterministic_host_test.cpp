#include <map>

#include "tests/catch.hpp"
#include "tests/shard/histories.hpp"

using namespace tally;
using namespace tally::slice;

namespace {

const Symbol shard("account-1");

struct Run {
  MemoryJournal journal;
  DeterministicHost host{program(), shard, [this](const Entry& entry) { journal.append(shard, entry); }, &journal};
};

// Every state's bytes, by entity; a stopped entity has none.
std::map<std::string, std::vector<std::byte>> states(DeterministicHost& host) {
  std::map<std::string, std::vector<std::byte>> all;
  host.for_each_cell([&](AnyCell& cell) {
    if (host.core().stopped(cell.ref())) return;
    all[std::to_string(static_cast<int>(cell.ref().kind)) + std::string(cell.ref().key.text())] = cell.state_bytes();
  });
  return all;
}

SendSignal go_long(const char* key) {
  SendSignal signal;
  signal.key = IdempotencyKey(key);
  signal.source = SignalSourceId("trend");
  signal.product = ProductId("SPY");
  signal.direction = {1};
  return signal;
}

}  // namespace

TEST_CASE("A cascade is one entry a step, each caused by the one before it") {
  Run run;
  run.host.submit(go_long("s1"), {1000});
  const auto entries = run.journal.read(shard, 1, 10);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0]->is_input());
  CHECK(std::holds_alternative<SignalReceived>(entries[1]->events.at(0).body));
  CHECK(std::holds_alternative<OrderCommanded>(entries[2]->events.at(0).body));
  for (std::size_t i = 1; i < entries.size(); ++i) {
    CHECK(entries[i]->causation == i);
    CHECK(entries[i]->correlation == 1);
    CHECK(entries[i]->at == Time{1000});
  }
  CHECK(run.host.core().idle());
}

TEST_CASE("Time never runs backwards within a shard") {
  Run run;
  run.host.submit(go_long("s1"), {1000});
  run.host.submit(go_long("s2"), {400});
  CHECK(run.journal.read(shard, 4, 1).at(0)->at == Time{1000});
}

TEST_CASE("A deadline fires once, at its own time, before what comes later") {
  Run run;
  run.host.submit(go_long("s1"), {1000});
  run.host.advance({1999});
  CHECK(run.host.state<Book>("SPY").reminders == 0);
  run.host.advance({5000});
  run.host.advance({6000});
  CHECK(run.host.state<Book>("SPY").reminders == 1);
  CHECK(run.journal.read(shard, run.journal.end(shard), 1).at(0)->at == Time{2000});
}

TEST_CASE("Replaying any prefix of a journal and going on gives the same journal and states") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Run whole;
    for (int step = 1; step <= 60; ++step) {
      if (random() % 7 == 0) whole.host.advance({step * 400});
      whole.host.submit(random_input(random, step), {step * 400});
    }
    const auto expected = essence_of(whole.journal, shard);
    const Offset end = whole.journal.end(shard);
    const Offset cut = 1 + random() % end;
    Run resumed;
    for_each_entry(whole.journal, shard, 1, cut, [&](const Entry& entry) { resumed.journal.append(shard, entry); });
    resumed.host.recover();
    for (Offset offset = resumed.journal.end(shard) + 1; offset <= end; offset = resumed.journal.end(shard) + 1) {
      const EntryPtr input = whole.journal.read(shard, offset, 1).at(0);
      REQUIRE(input->is_input());
      resumed.host.submit(input->events.at(0).body, input->at);
    }
    CHECK(essence_of(resumed.journal, shard) == expected);
    CHECK(states(resumed.host) == states(whole.host));
  }
}

TEST_CASE("An entity that throws is rebuilt from the journal and decides as if it never had") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    Run calm, shaken;
    std::uint64_t failures = 0;
    shaken.host.on_fault([&](const EntityRef& entity, Offset offset, std::uint32_t attempt) -> std::string {
      const bool fails = attempt <= (offset * 7 + entity.key.text().size() + seed) % 4 && attempt < 3;
      failures += fails;
      return fails ? "injected" : "";
    });
    for (int step = 1; step <= 60; ++step) {
      const Message input = random_input(random, step);
      calm.host.submit(input, {step * 400});
      shaken.host.submit(input, {step * 400});
    }
    CHECK(failures > 10);
    CHECK(essence_of(shaken.journal, shard) == essence_of(calm.journal, shard));
    CHECK(states(shaken.host) == states(calm.host));
  }
}

TEST_CASE("An entity that fails too often stops, its inputs wait, and it takes them when it is resumed") {
  Run run;
  bool broken = true;
  run.host.on_fault([&](const EntityRef& entity, Offset, std::uint32_t) -> std::string {
    return broken && entity.kind == EntityKind::netting_book ? "poison" : "";
  });
  run.host.submit(go_long("s1"), {1000});
  const EntityRef book{EntityKind::netting_book, Symbol("SPY")};
  REQUIRE(run.host.core().stopped(book));
  const auto& stopped = std::get<EntityStopped>(run.journal.read(shard, 3, 1).at(0)->events.at(0).body);
  CHECK(stopped.cause == "poison");
  CHECK(stopped.attempt == 3);
  CHECK(stopped.waiting == std::vector<Offset>{2});
  SendSignal flat = go_long("s2");
  flat.direction = {0};
  run.host.submit(flat, {2000});
  CHECK(run.host.core().state().stopped.at(book).size() == 2);

  SECTION("in order, after an operator's word") {
    broken = false;
    run.host.submit(EntityResumed{IdempotencyKey("r1"), OperatorId("ada"), book}, {3000});
    CHECK_FALSE(run.host.core().stopped(book));
    const EntryPtr last = run.journal.read(shard, run.journal.end(shard), 1).at(0);
    REQUIRE(last->events.size() >= 2);
    CHECK(std::get<OrderCommanded>(last->events.front().body).side == Side::buy);
    CHECK(std::get<OrderCommanded>(last->events.back().body).side == Side::sell);
  }
  SECTION("without the one that was set aside") {
    broken = false;
    run.host.submit(InputQuarantined{book, 2, "poison"}, {3000});
    run.host.submit(EntityResumed{IdempotencyKey("r1"), OperatorId("ada"), book}, {3000});
    CHECK(run.host.state<Book>("SPY").orders == 0);  // a flat without a position asks for nothing
  }
  SECTION("and stops again where it still fails") {
    run.host.submit(EntityResumed{IdempotencyKey("r1"), OperatorId("ada"), book}, {3000});
    CHECK(run.host.core().state().stopped.at(book) == std::vector<Offset>{5});  // it got through the first, not the second
  }
  // Whatever happened, a replay finds the same states.
  const auto found = states(run.host);
  Run again;
  for_each_entry(run.journal, shard, 1, run.journal.end(shard), [&](const Entry& entry) { again.journal.append(shard, entry); });
  again.host.recover();
  CHECK(states(again.host) == found);
  CHECK(again.host.core().stopped(book) == run.host.core().stopped(book));
}

TEST_CASE("Without a journal to rebuild from, what an entity throws is the caller's") {
  DeterministicHost host(program(), shard, [](const Entry&) {});
  host.on_fault([](const EntityRef&, Offset, std::uint32_t) { return std::string("injected"); });
  CHECK_THROWS_WITH(host.submit(go_long("s1"), {1}), "injected");
}
