// The netting book's laws over random histories.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "messages/catalog.hpp"
#include "messages/stored.hpp"
#include "messages/stored_codec.hpp"
#include "tests/catch.hpp"
#include "tests/netting_book/world.hpp"

using namespace tally;

namespace {

constexpr int steps = 120;

// A book, and the entry that each step of it is.
class Runner {
 public:
  std::vector<Event> take(const World::Step& step) {
    entry_ = entry_of(step);
    std::vector<Event> out;
    cell.take(entry_, deliveries_, step.now, out);
    return out;
  }
  // As a restart does: inputs are folded, its own events are read back.
  void replay(const World::Step& step, const std::vector<Event>& decided) {
    entry_ = entry_of(step);
    cell.fold(entry_, deliveries_);
    for (const Event& event : decided) cell.replay(event);
  }

  Cell<NettingBook> cell{Symbol("BTC-USD")};

 private:
  Entry entry_of(const World::Step& step) {
    Entry entry;
    deliveries_.clear();
    for (const Message& input : step.inputs) {
      deliveries_.push_back({static_cast<std::uint32_t>(entry.events.size()), 0, true});
      entry.events.push_back({{}, 0, input});
    }
    return entry;
  }

  Entry entry_;
  std::vector<Delivery> deliveries_;
};

// Runs a random history and its drain: `each(step)` feeds the books and returns what the first of them decided.
template <class Each>
World run(std::uint64_t seed, Runner& book, Each each) {
  World world(seed);
  const auto take = [&](const World::Step& step) {
    world.see(each(step));
    world.compare(book.cell.state());
  };
  take(world.first());
  for (int i = 0; i < steps; ++i) take(world.next());
  for (World::Step step = world.drain(); !step.inputs.empty(); step = world.drain()) take(step);
  return world;
}

template <class History>
void for_each_seed(std::uint64_t histories, const char* title, History history) {
  const Seeds seeds = Seeds::of(histories);
  for (std::uint64_t seed = seeds.first; seed < seeds.first + seeds.histories; ++seed) {
    try {
      history(seed);
    } catch (const BrokenLaw& broken) {
      FAIL("broken: " << broken.law << "; " << Seeds::replay(seed, title));
    } catch (const std::exception& error) {
      FAIL(error.what() << "; " << Seeds::replay(seed, title));
    }
  }
}

void hold(bool holds, const char* name) {
  if (!holds) throw BrokenLaw{name};
}

// The decided events that `of` picks, as bytes, without their places in the stream.
template <class Pick>
std::vector<std::byte> bytes_of(const std::vector<Event>& events, Pick pick) {
  std::vector<std::byte> bytes;
  for (const Event& event : events)
    if (pick(event.body)) store_message(event.body, bytes);
  return bytes;
}
std::vector<std::byte> bytes_of(const std::vector<Event>& events) {
  return bytes_of(events, [](const Message&) { return true; });
}

bool not_of_withdrawals(const Message& body) {
  return std::visit(
      []<class M>(const M& event) {
        if constexpr (requires { event.batch; }) return event.batch.kind == BatchKind::shared;
        else if constexpr (std::same_as<M, IntentCreated>) return event.reason != IntentReason::withdrawal;
        else return true;
      },
      body);
}

// The wishes of one entry in another order; everything else stays where it is.
World::Step shuffled(World::Step step, Random& random) {
  std::vector<std::size_t> wishes;
  for (std::size_t i = 0; i < step.inputs.size(); ++i)
    if (std::holds_alternative<IntentCreated>(step.inputs[i]) && not_of_withdrawals(step.inputs[i])) wishes.push_back(i);
  for (std::size_t i = wishes.size(); i > 1; --i) std::swap(step.inputs[wishes[i - 1]], step.inputs[wishes[random.next() % i]]);
  return step;
}

}  // namespace

TEST_CASE("Over random histories nothing is created, lost or left hanging") {
  std::int64_t fills = 0;
  std::map<std::string, std::int64_t> decided;
  for_each_seed(48'000, "Over random histories*", [&](std::uint64_t seed) {
    Runner book;
    const World world = run(seed, book, [&](const World::Step& step) {
      std::vector<Event> events = book.take(step);
      for (const Event& event : events) {
        ++decided[std::string(row_of(event.body).name)];
        if (const auto* returned = std::get_if<IntentsReturned>(&event.body)) ++decided[std::string(returned->rule.text())];
      }
      return events;
    });
    world.check_all_done();
    hold(book.cell.state().open.empty() && book.cell.state().shared.waiting.empty(), "no batch is left open");
    fills += world.fills();
  });
  if (std::getenv("TALLY_SEED")) return;
  // The histories reach everything that a book can decide, often.
  CHECK(fills > 1'000'000);
  for (const char* what : {"NettingBatchFormed", "InternalNettingSettled", "NetOrderRequested", "CancelRequested", "FillSplit",
                           "IntentsReturned", "DeadlineSet", "AlertTriggered", "FILLED", "CANCELLED", "ORDER_REJECTED",
                           "ORDER_CANCELED", "ORDER_EXPIRED", "MID_UNAVAILABLE", "BELOW_MIN_LOT"}) {
    INFO(what);
    CHECK(decided[what] > 100);
  }
}

TEST_CASE("Wishes listed in another order are netted, crossed and split to the same bytes") {
  for_each_seed(2'000, "Wishes listed in another order*", [](std::uint64_t seed) {
    Runner book;
    Runner other;
    Random random(seed);
    run(seed, book, [&](const World::Step& step) {
      std::vector<Event> events = book.take(step);
      hold(bytes_of(events) == bytes_of(other.take(shuffled(step, random))), "the order of wishes does not matter");
      return events;
    });
  });
}

TEST_CASE("Without the withdrawals every other event is the same, byte for byte") {
  std::size_t withdrawals = 0;
  for_each_seed(2'000, "Without the withdrawals*", [&](std::uint64_t seed) {
    Runner book;
    Runner without;
    run(seed, book, [&](const World::Step& step) {
      World::Step rest = step;
      withdrawals += std::erase_if(rest.inputs, [](const Message& input) { return !not_of_withdrawals(input); });
      std::vector<Event> events = book.take(step);
      const std::vector<Event> others = rest.inputs.empty() ? std::vector<Event>{} : without.take(rest);
      hold(bytes_of(events, not_of_withdrawals) == bytes_of(others), "a withdrawal touches nobody else");
      return events;
    });
  });
  CHECK((withdrawals > 10'000 || std::getenv("TALLY_SEED")));
}

TEST_CASE("A book rebuilt from its inputs and its own events is the same, at every step") {
  for_each_seed(500, "A book rebuilt*", [](std::uint64_t seed) {
    Runner book;
    Runner rebuilt;
    run(seed, book, [&](const World::Step& step) {
      std::vector<Event> events = book.take(step);
      rebuilt.replay(step, events);
      hold(store_state(book.cell.state()) == store_state(rebuilt.cell.state()), "replay gives the same state");
      hold(book.cell.sequence() == rebuilt.cell.sequence(), "replay gives the same place in the stream");
      return events;
    });
  });
}

TEST_CASE("A book restored from its stored state goes on as if nothing had happened") {
  for_each_seed(500, "A book restored*", [](std::uint64_t seed) {
    Runner book;
    Runner restored;
    run(seed, book, [&](const World::Step& step) {
      restored.cell.restore(read_state<NettingBook::State>(store_state(book.cell.state())), book.cell.sequence());
      std::vector<Event> events = book.take(step);
      hold(bytes_of(events) == bytes_of(restored.take(step)), "a stored state decides the same");
      return events;
    });
  });
}
