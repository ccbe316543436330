#include "app/drill/run.hpp"

#include <time.h>

#include <chrono>
#include <random>
#include <thread>

#include "app/drill/bar_feed.hpp"
#include "app/drill/judge.hpp"
#include "app/drill/node_log.hpp"
#include "app/drill/witness.hpp"
#include "app/exit_code.hpp"
#include "app/venue/venue_process.hpp"
#include "persistence/atomic_file.hpp"

namespace tally::drill {
namespace {

// A bar every 40 ms, of 200 ms each: the account's time runs five times as fast as the clock, so that what waits some of its
// seconds (for the venue's answer, for an order on its way) waits long enough and is still seen to end.
constexpr int bar_pace_ms = 40;
constexpr std::int64_t bar_ns = 200 * ns_per_ms;
constexpr std::size_t bars_of_one = 10'000;     // more than the longest drill of one fault shows
constexpr std::size_t bars_a_fault = 500;       // 20 s: more than one in a row takes
constexpr int recovery_patience_ms = 30'000;
constexpr int quiet_ms = 1'000;                 // nothing more is recorded for so long: everything has arrived
constexpr int quiet_patience_ms = 15'000;
constexpr int whole_patience_ms = 60'000;       // for every node to be back
constexpr Pace quick{400, 1'500};               // in a row
constexpr int light_pause_ms = 100;
constexpr int between_ms = 300;                 // of load, and as much again by chance, between a cluster that is whole and the next fault

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

std::int64_t monotonic_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<job::Moment> moments_for(const Profile& profile, std::uint64_t seed, std::size_t bars_max) {
  std::vector<std::string> given;
  for (const ProductDefined& product : profile.products)
    given.push_back(std::string(product.product.text()) + "=generate:" + std::to_string(bars_max) + ':' + std::to_string(seed));
  auto moments = job::moments_of(profile.products, given, bars_max);
  Time opens = job::default_start;
  for (job::Moment& moment : moments) {
    for (job::Bar& bar : moment) bar.opened_at = opens, bar.closed_at = opens + bar_ns;
    opens = opens + bar_ns;
  }
  return moments;
}

LoadSettings load_settings(const World& world, int pause_ms, std::function<Ms()> now) {
  LoadSettings load;
  load.targets = world.targets();
  load.account = world.profile().account.account.symbol();
  for (const ProductDefined& product : world.profile().products) load.products.push_back(product.product);
  load.pause_ms = pause_ms;
  load.record = world.directory() / "attempts.jsonl";
  load.now = std::move(now);
  return load;
}

// What is to be held.
struct Plan {
  std::string name, what;
  std::vector<const Fault*> faults;
  Pace pace;
  int pause_ms = 20;          // of the load's senders
  std::size_t bars = bars_of_one;
  bool in_a_row = false;
};

// Drills under way.
class Drill {
 public:
  Drill(Plan plan, const DrillSettings& settings)
      : plan_(std::move(plan)),
        settings_(settings),
        world_(settings.directory, settings.profile, settings.nodes, plan_.faults.front()->certified),
        began_ns_(monotonic_ns()) {}

  DrillReport hold();

 private:
  Ms now() const { return (monotonic_ns() - began_ns_) / 1'000'000; }
  void tell(const std::string& what) const {
    if (settings_.tell) settings_.tell(what);
  }
  void watch(int ms);
  void strike(const Fault& fault, const Load& load);
  void recover(const Load& load, const FaultSeen& fault);
  void hold_all(const Load& load, std::minstd_rand& random);
  void wait_for_quiet();
  Evidence gather(const Load& load);
  void record_verdict(const DrillReport& report);

  const Plan plan_;
  const DrillSettings& settings_;
  World world_;
  const std::int64_t began_ns_;
  std::vector<LeaderSeen> leaders_;
  std::vector<FaultSeen> faults_;
  std::vector<CommandSeen> commands_;   // of loads that faults made
};

// Time passes, and is watched.
void Drill::watch(int ms) {
  for (const Ms until = now() + ms; now() < until; sleep_ms(20)) {
    world_.sample();
    auto leader = world_.leader();
    if (!leader) continue;
    leader->at = now();
    if (!leaders_.empty() && leaders_.back().node == leader->node && leaders_.back().term == leader->term) continue;
    leaders_.push_back(*leader);
    if (world_.clustered()) tell(leader->node + " leads in term " + std::to_string(leader->term));
  }
}

void Drill::strike(const Fault& fault, const Load& load) {
  FaultSeen seen;
  seen.drill = fault.name;
  Scene scene{world_, [this] { return now(); }, [this](int ms) { watch(ms); }, settings_.means, plan_.pace};
  world_.record("fault", fault.name, fault.what);
  fault.inject(scene, seen);
  tell((plan_.in_a_row ? std::to_string(faults_.size() + 1) + ": " : "") + seen.what);
  commands_.insert(commands_.end(), scene.commands.begin(), scene.commands.end());
  recover(load, seen);
  world_.record("healed", fault.name, seen.what);
  faults_.push_back(std::move(seen));
}

void Drill::recover(const Load& load, const FaultSeen& fault) {
  for (const Ms until = now() + recovery_patience_ms; load.acknowledged_after(fault.service_from) < 0 && now() < until;)
    watch(50);
  if (const Ms first = load.acknowledged_after(fault.service_from); first >= 0)
    tell("commands are acknowledged again " + std::to_string(first - fault.at) + " ms after the fault");
  else tell("no command is acknowledged " + std::to_string(recovery_patience_ms / 1'000) + " s after the fault");
  if (!plan_.in_a_row) watch(settings_.tail_ms);
}

void Drill::hold_all(const Load& load, std::minstd_rand& random) {
  for (const Fault* fault : plan_.faults) {
    try {
      if (plan_.in_a_row) {
        world_.wait_until_ready(whole_patience_ms);
        watch(between_ms + static_cast<int>(random() % between_ms));
      }
      strike(*fault, load);
    } catch (const CommandFailed& failed) {
      // What could not go on is a finding, too: it is judged with what was seen so far.
      FaultSeen seen;
      seen.drill = fault->name;
      seen.what = seen.unmet = failed.what();
      seen.at = seen.healed = seen.service_from = now();
      tell(seen.what);
      return faults_.push_back(std::move(seen));
    }
  }
}

// Until the venue has traded everything, and the account has recorded it.
void Drill::wait_for_quiet() {
  std::pair<std::size_t, std::uint64_t> before;
  Ms since = now();
  for (const Ms until = now() + quiet_patience_ms; now() < until && now() - since < quiet_ms; watch(100)) {
    const std::pair at{audit_of(world_.venue_data()).executions.size(), world_.committed()};
    if (at != before) since = now();
    before = at;
  }
}

Evidence Drill::gather(const Load& load) {
  Evidence evidence;
  evidence.began_ns = began_ns_;
  evidence.commands = load.commands();
  evidence.commands.insert(evidence.commands.end(), commands_.begin(), commands_.end());
  evidence.consumed = load.consumed();
  evidence.leaders = leaders_;
  evidence.faults = faults_;
  evidence.venue = audit_of(world_.venue_data());
  evidence.door = read_venue_history(venue_history_file(world_.venue_data()));
  const Symbol account = world_.profile().account.account.symbol();
  const std::int64_t began_wall_ms = wall_ms() - now();
  for (const DrillNode& node : world_.nodes()) {
    const auto log = log_seen(node.name, read_file(world_.directory() / (node.name + ".out")), began_wall_ms);
    evidence.log.insert(evidence.log.end(), log.begin(), log.end());
    evidence.nodes.push_back(journal_seen(node.name, node.data.path, node.data.journal(), account));
    evidence.nodes.back().resident_max = node.resident_max;
  }
  const RiskLimits& limits = world_.profile().limits;
  evidence.goals.position_max = limits.position_max.value_or(Quantity{});
  evidence.goals.order_quantity_max = limits.order_quantity_max.value_or(Quantity{});
  return evidence;
}

// The last word about it, in the account's journal: what is judged is what stood there before.
void Drill::record_verdict(const DrillReport& report) {
  try {
    world_.start_venue();
    for (DrillNode& node : world_.nodes()) world_.start_node(node);
    world_.record("verdict", report.name, verdict_line(report));
  } catch (const CommandFailed& failed) {
    tell(std::string("the verdict is not on record: ") + failed.what());
  }
  world_.stop_all();
}

DrillReport Drill::hold() {
  DrillReport report;
  report.name = plan_.name;
  report.what = plan_.what;
  report.nodes = settings_.nodes;
  report.began_at_ns = std::chrono::system_clock::now().time_since_epoch().count();
  tell(std::to_string(settings_.nodes) + (settings_.nodes == 1 ? " node" : " nodes") + " and a venue run in " +
       world_.directory().string());
  auto bars = std::make_unique<BarFeed>(world_.venue_address(), moments_for(world_.profile(), settings_.seed, plan_.bars), bar_pace_ms);
  Load load(load_settings(world_, plan_.pause_ms, [this] { return now(); }));
  while (bars->shown() == 0) sleep_ms(10);
  load.prepare();
  world_.record("begun", plan_.name, plan_.what);
  load.start();
  std::minstd_rand random(static_cast<std::uint32_t>(settings_.seed));
  watch(settings_.lead_in_ms + static_cast<int>(random() % 1'000));
  tell(std::to_string(load.acknowledged()) + " commands were acknowledged so far");
  hold_all(load, random);
  load.stop();
  watch(settings_.tail_ms);  // bars go on: what was in doubt is settled as time passes
  bars.reset();
  wait_for_quiet();
  world_.stop_all();
  const Evidence evidence = gather(load);
  report.faults = evidence.faults;
  report.timings = timings_of(evidence);
  report.outages = outages_of(evidence);
  report.counts = counts_of(evidence);
  report.verdicts = judge(evidence);
  report.took = now();
  write_file_atomically(world_.directory() / "report.json", report_json(report));
  record_verdict(report);
  return report;
}

}  // namespace

DrillReport run_drill(const Fault& fault, const DrillSettings& settings) {
  DrillReport skipped;
  skipped.name = fault.name;
  skipped.what = fault.what;
  skipped.nodes = settings.nodes;
  if (settings.nodes < fault.nodes) skipped.skipped = "it needs " + std::to_string(fault.nodes) + " nodes";
  else skipped.skipped = fault.missing(settings.means);
  if (!skipped.skipped.empty()) return skipped;
  return Drill({fault.name, fault.what, {&fault}, {}}, settings).hold();
}

DrillReport run_in_a_row(std::size_t count, const DrillSettings& settings) {
  std::vector<const Fault*> able;
  for (const Fault& fault : faults())
    if (fault.in_a_row && fault.nodes <= settings.nodes && fault.missing(settings.means).empty()) able.push_back(&fault);
  std::minstd_rand random(static_cast<std::uint32_t>(settings.seed));
  Plan plan{"in-a-row", std::to_string(count) + " faults in a row on one cluster", {}, quick, light_pause_ms,
            bars_of_one + count * bars_a_fault, true};
  for (std::size_t fault = 0; fault < count; ++fault) plan.faults.push_back(able[random() % able.size()]);
  return Drill(std::move(plan), settings).hold();
}

}  // namespace tally::drill
