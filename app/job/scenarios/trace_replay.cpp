// A recorded journal is decided again, input by input, and comes out the same, byte for byte; so do the states.
#include "actors/host/deterministic/verify.hpp"
#include "actors/programs.hpp"
#include "app/job/scenarios/play.hpp"

namespace tally::scenario {
namespace {

// Every state after a replay, against those of the host that lived it.
bool states_equal(Stage& stage, const Journal& journal) {
  DeterministicHost rebuilt(account_program(), stage.shard(), [](const Entry&) {}, &journal);
  rebuilt.recover();
  bool equal = true;
  stage.host().for_each_cell([&](AnyCell& cell) { equal &= cell.state_bytes() == rebuilt.cell(cell.ref()).state_bytes(); });
  return equal;
}

// The same journal with one fill a lot smaller.
void copy_falsified(const Journal& journal, Symbol shard, MemoryJournal& copy) {
  for_each_entry(journal, shard, 1, journal.end(shard), [&](const Entry& entry) {
    Entry changed = entry;
    for (Event& event : changed.events)
      if (auto* fill = std::get_if<OrderFilled>(&event.body)) fill->last_price = Price::whole(99);
    copy.append(shard, changed);
  });
}

}  // namespace

void trace_replay(Play& play) {
  play.open_account();
  play.signal(1);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.accept(order, play.stage.now));
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(1), Price::whole(100), 1, play.stage.now));
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(1), Price::whole(101), 1, play.stage.now));
  play.stage.restart();
  play.answer_state_requests();
  play.signal(-1);
  play.given("a journal with an opening in two fills, a restart and an opposite signal");

  play.when("every recorded input is decided again");
  const Symbol shard = play.stage.shard();
  const ReplayReport replay = verify_replay(account_program(), play.stage.journal(), shard, play.stage.journal().end(shard));
  play.then("all entries are equal, byte for byte", replay.equal() && replay.checked == play.stage.journal().end(shard));
  play.then("replaying the journal gives every entity the state it had", states_equal(play.stage, play.stage.journal()));

  play.when("one recorded fill is falsified");
  MemoryJournal falsified;
  copy_falsified(play.stage.journal(), shard, falsified);
  const ReplayReport other = verify_replay(account_program(), falsified, shard, falsified.end(shard));
  play.then("the first difference is named", !other.equal());
}

}  // namespace tally::scenario
