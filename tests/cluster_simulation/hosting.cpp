// Whoever leads hosts: built when leadership is told, gone when it is over, handed on when an operator asks. As a cluster's node
// does it, on its own thread.
#include "actors/programs.hpp"
#include "persistence/leadership_lost.hpp"
#include "tests/cluster_simulation/cluster_world.hpp"

namespace tally::cluster_simulation {
namespace {

constexpr int failures_max = 5;
constexpr Nanoseconds drain_max = 250 * ms;
constexpr Nanoseconds patience_for_a_successor = 1'000 * ms;

}  // namespace

Time ClusterWorld::time_of(Machine& machine) { return machine.process->time->advance(machine.readings(now_)); }

void ClusterWorld::follow(Machine& machine) {
  Process& process = *machine.process;
  const consensus::Term leading = process.told.leads ? process.told.term : 0;
  if (process.hosted && (process.hosted->over() || process.hosted->term() != leading)) stop_hosting(machine);
  if (process.given_up != 0 && process.given_up == leading) return hand_over(machine);
  if (leading == 0) return stand_by(machine);
  if (process.hosted) return;
  try {
    start_hosting(machine);
    process.failures = 0;
  } catch (const LeadershipLost&) {
  } catch (const JournalError& error) {
    tell(machine, std::string("cannot host: ") + error.what());
    if (++process.failures < failures_max) return;
    process.failures = 0;
    for (const consensus::Member& member : replica(machine)->core_inside().members())
      if (member.id != machine.id && member.duty == consensus::Duty::voter &&
          process.journal->replica()->transfer(member.id, false) == consensus::Refusal::none)
        return;
  }
}

void ClusterWorld::start_hosting(Machine& machine) {
  Process& process = *machine.process;
  VirtualJournal& journal = *process.journal;
  if (journal.committed(the_account::shard) != journal.end(the_account::shard)) return;  // soon
  if (process.standby) {
    process.standby->follow(journal.end(the_account::shard));
    watch_.same_state(*process.standby);
    process.standby.reset();
  }
  HostedAccount::Hands hands;
  hands.now = [this, &machine] { return time_of(machine); };
  hands.bar = [this] { return venue_.bar(); };
  hands.effect = [this, &process](const Entry&, const Event& event) { 
    process.line.waiting.push_back({event.body, now_});
    process.effects = true;
  };
  hands.answer = [this](CommandNumber number, Offset last) {
    watch_.acknowledged(number, last, now_);
    std::erase_if(unanswered_, [&](const Asked& asked) { return asked.number == number; });
  };
  process.commits_told = process.commits_mailed = journal.committed(the_account::shard);
  const std::uint64_t connection = process.line.connection;
  process.line = {};
  process.line.connection = connection + 1;
  process.hosted = std::make_unique<HostedAccount>(journal, std::move(hands), "m" + std::to_string(index_of(machine)));
  ++outcome_.hostings;
  tell(machine, "hosts in term " + std::to_string(process.hosted->term()) + " from entry " + std::to_string(journal.end(the_account::shard)));
  connect(machine);
}

void ClusterWorld::stop_hosting(Machine& machine) {
  Process& process = *machine.process;
  tell(machine, "hosts no more");
  ++process.line.connection;
  process.line.connected = false;
  process.line.waiting.clear();
  process.line.in_flight.clear();
  process.line.down.clear();
  process.hosted.reset();
}

// First what is on its way is answered, for a moment; then the account is taken down; then leadership is handed on, with the promise
// that nothing more leaves here.
void ClusterWorld::hand_over(Machine& machine) {
  Process& process = *machine.process;
  if (process.hosted) {
    const bool drained = process.line.waiting.empty() && process.line.in_flight.empty();
    if (!drained && process.line.connected && now_ - process.given_up_at < drain_max) return;
    stop_hosting(machine);
    const auto refusal = process.journal->replica()->transfer(process.successor, true);
    return tell(machine, std::string("hands over: ") + consensus::reason_of(refusal));
  }
  if (now_ - process.given_up_at > patience_for_a_successor) process.journal->replica()->resign("nobody took it over");
}

// Folds what is committed while another node leads; what it comes to is compared now and then.
void ClusterWorld::stand_by(Machine& machine) {
  Process& process = *machine.process;
  if (!process.journal->replica() || process.hosted) return;
  const consensus::Member* me = consensus::find(process.journal->replica()->core_inside().members(), machine.id);
  if (!me || me->duty == consensus::Duty::witness) return;
  if (!process.standby) process.standby = std::make_unique<Standby>(account_program(), the_account::shard, *process.journal);
  process.standby->follow(process.journal->committed(the_account::shard), 64);
  if (!dice_.chance(10)) return;
  watch_.same_state(*process.standby);
  process.standby.reset();
}

}  // namespace tally::cluster_simulation
