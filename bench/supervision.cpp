// P7: a round over 10,000 subscription actors through the supervision tree, beside bare CAF actors in the same run;
// what an idle entity weighs; and how long the restart of one entity takes, 10,000 events after its snapshot.
//
// Goals: round <= 1.5 x bare CAF; idle actor <= 1.3 x a bare idle CAF actor and < 2 KiB above its own state; restart
// p99 < 100 ms.
#include <unistd.h>

#include <caf/all.hpp>
#include <fstream>

#include "actors/host/live/node.hpp"
#include "actors/host/shard/program_of.hpp"
#include "bench/floor_append.hpp"
#include "persistence/memory_journal.hpp"

using namespace tally;
using bench::median;
using bench::seconds_now;

namespace {

constexpr std::size_t crowd_size = 10'000;
constexpr int rounds = 15;

// One signal entity that calls, and a crowd that decides nothing: only the way there and back is measured.
struct Caller {
  static constexpr EntityKind kind = EntityKind::signal;
  static constexpr int reducer_version = 1;
  using Inputs = inputs<SendSignal>;
  using Events = events<SignalReceived>;
  struct State {
    std::uint64_t calls = 0;
  };
  static std::vector<SubscriptionId>& crowd() {
    static std::vector<SubscriptionId> ids;
    return ids;
  }
  static void decide(const State&, const SendSignal& signal, const Moment&, Out<Events>& out) {
    SignalReceived received;
    received.key = signal.key;
    received.subscriptions = crowd();
    out(std::move(received));
  }
  static void evolve(State& state, const SignalReceived&) { ++state.calls; }
};
BOOST_DESCRIBE_STRUCT(Caller::State, (), (calls))

struct Member {
  static constexpr EntityKind kind = EntityKind::subscription;
  static constexpr int reducer_version = 1;
  using Inputs = inputs<SignalReceived>;
  using Events = events<>;
  struct State {
    std::uint64_t heard = 0;
    std::int64_t numbers[7] = {};  // 64 bytes, as the bare actors have
  };
  static void decide(const State&, const SignalReceived&, const Moment&, Out<Events>&) {}
  static void evolve(State& state, const SignalReceived&) { ++state.heard; }
};
BOOST_DESCRIBE_STRUCT(Member::State, (), (heard))

void to_caller(const SendSignal& e, Keys& out) { out(e.product); }
void to_crowd(const SignalReceived& e, Keys& out) {
  for (std::uint32_t i = 0; i < e.subscriptions.size(); ++i) out(e.subscriptions[i], i);
}
using Crowd = Topology<entity_list<Caller, Member>, route_list<decides<SendSignal, Caller, to_caller>, decides<SignalReceived, Member, to_crowd>>>;

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  long size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// ---- the floor: bare CAF, the same fan-out and fan-in ----
struct BareState {
  std::uint64_t heard = 0;
  std::int64_t numbers[7] = {};
};
caf::behavior bare_member(caf::stateful_actor<BareState>* self) {
  return {[=](std::uint64_t round) {
    ++self->state.heard;
    return round;
  }};
}
using go = caf::atom_constant<caf::atom("go")>;
struct BareRoot {
  std::vector<caf::actor> members;
  std::size_t open = 0;
  caf::response_promise done;
};
caf::behavior bare_root(caf::stateful_actor<BareRoot>* self) {
  for (std::size_t i = 0; i < crowd_size; ++i) self->state.members.push_back(self->system().spawn(bare_member));
  return {
      [=](go) -> caf::result<std::uint64_t> {
        self->state.done = self->make_response_promise();
        self->state.open = crowd_size;
        for (auto& member : self->state.members) self->send(member, std::uint64_t{1});
        return self->state.done;
      },
      [=](std::uint64_t) {
        if (--self->state.open == 0) self->state.done.deliver(std::uint64_t{crowd_size});
      },
  };
}

class Bare {
 public:
  Bare() : configuration_(), system_(configuration_), self_(system_) {
    const double before = resident_bytes();
    root_ = system_.spawn(bare_root);
    round();
    bytes_each = (resident_bytes() - before) / crowd_size;
  }
  ~Bare() { self_->send_exit(root_, caf::exit_reason::kill); }
  double round() {
    const double began = seconds_now();
    self_->request(root_, caf::infinite, go::value).receive([](std::uint64_t) {}, [](caf::error&) { std::abort(); });
    return seconds_now() - began;
  }
  double bytes_each = 0;

 private:
  struct Configuration : caf::actor_system_config {
    Configuration() {
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-threads", std::size_t{2});
    }
  };
  Configuration configuration_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  caf::actor root_;
};

SendSignal call(int number) {
  SendSignal signal;
  signal.key = IdempotencyKey("k" + std::to_string(number));
  signal.product = ProductId("crowd");
  return signal;
}

}  // namespace

int main() {
  for (std::size_t i = 0; i < crowd_size; ++i) {
    char name[24];
    std::snprintf(name, sizeof name, "sub-%05zu", i);
    Caller::crowd().emplace_back(name);
  }
  static const ProgramOf<Crowd> program;
  const Symbol shard("bench");
  auto journal = std::make_shared<MemoryJournal>();
  Node node("n1", journal, std::make_shared<TimeAuthority>(TimeAuthority::Mode::live));
  ShardOptions options;
  options.shard = shard;
  options.program = &program;
  options.snapshot_every = 1'000'000'000;  // no snapshot in a measured round
  options.supervision.restarts_max = 1'000;       // this run restarts one entity again and again
  node.start_shard(options);
  node.settle();
  const double before = resident_bytes();
  node.submit_for(shard, call(0), "bench").get();
  node.settle();
  const double bytes_each = (resident_bytes() - before) / crowd_size;

  Bare bare;
  std::vector<double> ours, floor;
  for (int round = 1; round <= rounds; ++round) {
    floor.push_back(bare.round());
    const double began = seconds_now();
    node.submit_for(shard, call(round), "bench").get();
    ours.push_back(seconds_now() - began);
  }
  std::printf("P7 one round over %zu subscription actors: %.2f ms, bare CAF %.2f ms, ratio %.2f (goal <= 1.5)\n", crowd_size,
              median(ours) * 1e3, median(floor) * 1e3, median(ours) / median(floor));
  std::printf("P7 idle entity: %.0f B, bare idle CAF actor %.0f B, ratio %.2f (goal <= 1.3; < 2048 B above its 64 B state)\n", bytes_each,
              bare.bytes_each, bytes_each / bare.bytes_each);

  // Restart: the caller has no snapshot and, by then, 10,000 events of its own.
  for (int i = 0; i < 10'000; ++i) {
    SendSignal lonely = call(100 + i);
    lonely.product = ProductId("alone");
    node.submit(shard, {lonely}, "bench");
    if (i == 0) {
      node.settle();
      Caller::crowd().clear();
    }
  }
  node.settle();
  std::vector<double> restarts;
  for (int i = 0; i < 50; ++i) {
    node.inject_fault(shard, {EntityKind::signal, Symbol("alone")}, 1, "bench");
    SendSignal lonely = call(20'000 + i);
    lonely.product = ProductId("alone");
    node.submit_for(shard, lonely, "bench").get();
    node.settle();
    const auto last = journal->read(shard, journal->end(shard), 1).at(0);
    restarts.push_back(static_cast<double>(std::get<EntityRestarted>(last->events.at(0).body).duration_us) / 1e3);
  }
  std::sort(restarts.begin(), restarts.end());
  std::printf("Restart of an entity with 10,000 events since its snapshot: p50 %.1f ms, p99 %.1f ms (goal p99 < 100 ms)\n",
              restarts[restarts.size() / 2], restarts[restarts.size() * 99 / 100]);
}
