#include "app/strategies/strategy_runner.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "actors/strategy/anchor_bars.hpp"
#include "actors/strategy/intent.hpp"
#include "app/feeds/tape_place.hpp"

namespace tally {
namespace {

constexpr std::int64_t poll_files_every_ms = 1'000;
constexpr int late_after_bars = 2;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

struct StrategyRunner::Member {
  Member(const StrategySetting& setting)
      : watch(setting.file, setting.parameters), file(setting.file), bind(setting.bind), strategy(watch.program()->definition.strategy) {}

  StrategyWatch watch;
  std::string file;
  std::vector<StrategyBinding> bind;
  Strategy strategy;
  std::vector<Message> to_come;        // versions and switches of the shard that the tape has not reached, last first
  std::vector<StrategyBinding> bound;  // of the version that runs
  Time began_after{INT64_MIN};         // bars up to here taught the first version in silence
  std::vector<StrategyIntent> recorded;  // while it recovers
  strategy::ProgramPtr next;           // a file's new content, for the next boundary between moments
  std::vector<std::string> mistakes;
  std::set<std::string> switch_keys;
  std::uint64_t late_openings = 0;
  std::uint64_t other_bars = 0;

  SignalSourceId name() const { return strategy.program() ? strategy.program()->definition.strategy : watch.program()->definition.strategy; }
};

StrategyRunner::StrategyRunner(std::vector<StrategySetting> settings, std::shared_ptr<Journal> journal, Shards shards, Send send,
                               std::function<Time()> now)
    : journal_(std::move(journal)), shards_(shards), send_(std::move(send)), now_(std::move(now)), log_(journal_) {
  for (const StrategySetting& setting : settings) {
    auto member = std::make_unique<Member>(setting);
    for (const auto& other : members_)
      if (other->name() == member->name())
        throw std::invalid_argument(setting.file + ": strategy '" + std::string(member->name().text()) + "' runs from " + other->file + " already");
    for (const std::string& role : member->watch.program()->definition.roles)
      if (std::none_of(member->bind.begin(), member->bind.end(), [&](const StrategyBinding& bound) { return bound.role == role; }))
        throw std::invalid_argument(setting.file + ": role '" + role + "' is bound to nothing");
    members_.push_back(std::move(member));
  }
  recover();
  thread_ = std::thread([this] { run(); });
}

StrategyRunner::~StrategyRunner() {
  {
    std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

// ---- start

void StrategyRunner::recover() {
  const Offset tape_end = journal_->committed(shards_.venue);
  for (Message& fact : log_.take_recorded()) {
    const auto of = [&](SignalSourceId strategy) {
      const auto it = std::find_if(members_.begin(), members_.end(), [&](const auto& member) { return member->name() == strategy; });
      return it == members_.end() ? nullptr : it->get();
    };
    if (const auto* version = std::get_if<StrategyVersionAdopted>(&fact)) {
      Member* member = of(version->strategy);
      if (!member) continue;
      if (version->version == 1) adopt(*member, *version);
      else member->to_come.insert(member->to_come.begin(), fact);
    } else if (const auto* switched = std::get_if<StrategySwitched>(&fact)) {
      Member* member = of(switched->strategy);
      if (!member) continue;
      member->switch_keys.insert(std::string(switched->key.text()));
      member->to_come.insert(member->to_come.begin(), fact);
    } else if (const auto* intent = std::get_if<StrategyIntent>(&fact)) {
      Member* member = of(intent->strategy);
      if (!member) continue;
      member->strategy.record(*intent);
      member->recorded.push_back(*intent);
    }
  }
  Time newest{INT64_MIN};
  for_each_entry(*journal_, shards_.venue, 1, tape_end, [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (const auto* bar = std::get_if<BarObserved>(&event.body)) newest = std::max(newest, bar->closed_at);
  });
  // A strategy that is new here learns from the tape in silence.
  for (const auto& member : members_) {
    if (member->strategy.version() != 0) continue;
    StrategyVersionAdopted first = member->strategy.adoption_of(*member->watch.program(), member->bind);
    first.after = newest;
    record(member->name(), first);
    adopt(*member, first);
  }
  for (const auto& member : members_) {
    std::map<std::string, const StrategyIntent*> last;
    for (const StrategyIntent& intent : member->recorded) last[intent.role] = &intent;
    for (const auto& [role, intent] : last) said_.push_back({member.get(), *intent, true});
  }
  follow(tape_end);
  for (const auto& member : members_) {
    feed(*member, {}, {});  // what no bar came after
    member->recorded.clear();
    const bool changed = !(member->strategy.program()->definition == member->watch.program()->definition) || !(member->bound == member->bind);
    if (changed) member->next = member->watch.program();
  }
  send_said();
}

void StrategyRunner::adopt(Member& member, const StrategyVersionAdopted& version) {
  member.strategy.adopt(version, tape_of(version));
  member.bound = version.bindings;
  if (version.version == 1) member.began_after = version.after;
  for (const StrategyIntent& intent : member.recorded) member.strategy.record(intent);
}

// ---- at work

void StrategyRunner::notify() {
  {
    std::lock_guard lock(wake_mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

void StrategyRunner::settle() {
  std::lock_guard lock(mutex_);
  follow(journal_->committed(shards_.venue));
  send_said();
}

void StrategyRunner::run() {
  for (;;) {
    {
      std::unique_lock lock(wake_mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(poll_files_every_ms), [this] { return woken_ || stopping_; });
      woken_ = false;
      if (stopping_) return;
    }
    std::lock_guard lock(mutex_);
    if (steady_ms() - polled_at_ms_ >= poll_files_every_ms) poll_files();
    follow(journal_->committed(shards_.venue));
    send_said();
  }
}

void StrategyRunner::follow(Offset upto) {
  for_each_entry(*journal_, shards_.venue, next_, upto, [&](const Entry& entry) {
    const TapePlace place = tape_place_of(entry.producer).value_or(TapePlace{std::string(shards_.venue.text()), entry.offset});
    for (const Event& event : entry.events)
      if (const auto* bar = std::get_if<BarObserved>(&event.body))
        for (const auto& member : members_) take(*member, *bar, place);
  });
  next_ = std::max(next_, upto + 1);
}

void StrategyRunner::take(Member& member, const BarObserved& bar, TapePlace place) {
  const strategy::Program& program = *member.strategy.program();
  if (bar.closed_at <= member.began_after) return;
  for (const StrategyBinding& bound : member.bound) {
    if (bound.product != bar.product) continue;
    const auto role = std::find(program.definition.roles.begin(), program.definition.roles.end(), bound.role);
    if (role == program.definition.roles.end()) continue;
    if (bar.closed_at - bar.opened_at != program.anchor_ns) {
      ++member.other_bars;
      continue;
    }
    const AnchorBar anchor = strategy::anchor_bar_of(bar, static_cast<std::uint32_t>(role - program.definition.roles.begin()));
    feed(member, {&anchor, 1}, place);
  }
}

// Facts of the shard come between the bars where they came the first time, a new version of a file between two moments.
void StrategyRunner::feed(Member& member, std::span<const AnchorBar> bars, const TapePlace& place) {
  const auto due = [&](const Message& fact) {
    const Time after = std::holds_alternative<StrategySwitched>(fact) ? std::get<StrategySwitched>(fact).after : std::get<StrategyVersionAdopted>(fact).after;
    return bars.empty() || bars.front().closed_at > after.ns;
  };
  while (!member.to_come.empty() && due(member.to_come.back())) {
    if (const auto* switched = std::get_if<StrategySwitched>(&member.to_come.back())) member.strategy.record(*switched);
    else adopt(member, std::get<StrategyVersionAdopted>(member.to_come.back()));
    member.to_come.pop_back();
  }
  if (member.next && member.to_come.empty() && member.strategy.between_moments()) {
    if (const auto objection = member.strategy.objection_to(*member.next, member.bind)) {
      member.mistakes = {member.file + ": " + *objection};
    } else {
      const StrategyVersionAdopted version = member.strategy.adoption_of(*member.next, member.bind);
      record(member.name(), version);
      adopt(member, version);
      member.mistakes.clear();
      spdlog::info("strategy {} is version {} now", member.name().text(), version.version);
    }
    member.next = nullptr;
  }
  while (!bars.empty()) {
    bars = bars.subspan(member.strategy.advance(bars));
    for (const StrategyIntent& intent : member.strategy.intents()) say(member, intent, place);
    if (member.strategy.intents().empty()) return;
  }
}

void StrategyRunner::say(Member& member, StrategyIntent intent, const TapePlace& place) {
  intent.tape = place;
  record(intent.strategy, intent);
  said_.push_back({&member, std::move(intent)});
}

void StrategyRunner::record(SignalSourceId strategy, Message fact) {
  const auto* intent = std::get_if<StrategyIntent>(&fact);
  const Time at = intent ? intent->anchor_closed_at : now_();
  log_.append(strategy, std::move(fact), at, now_());
}

// An intent is said once it is durable.
void StrategyRunner::send_said() {
  if (said_.empty()) return;
  log_.wait();
  const Time now = now_();
  for (const auto& [member, intent, again] : said_) {
    const std::int64_t age = now - intent.anchor_closed_at;
    if (intent.direction.value != 0 && age > late_after_bars * member->strategy.program()->anchor_ns) {
      if (again) continue;
      ++member->late_openings;
      spdlog::warn("strategy {}: an opening of {} is {} s late and is not sent", intent.strategy.text(), intent.product.text(), age / ns_per_s);
      continue;
    }
    send_(strategy::signal_of(intent), "strategy:" + std::string(intent.strategy.text()));
  }
  said_.clear();
}

// The tape's bars of its roles: what a version learns from, up to its `after`.
std::vector<AnchorBar> StrategyRunner::tape_of(const StrategyVersionAdopted& version) const {
  const std::int64_t anchor_ns = strategy::compile(version.definition)->anchor_ns;
  const auto& roles = version.definition.roles;
  std::vector<AnchorBar> bars;
  for_each_entry(*journal_, shards_.venue, 1, journal_->committed(shards_.venue), [&](const Entry& entry) {
    for (const Event& event : entry.events) {
      const auto* bar = std::get_if<BarObserved>(&event.body);
      if (!bar || bar->closed_at > version.after || bar->closed_at - bar->opened_at != anchor_ns) continue;
      for (const StrategyBinding& bound : version.bindings) {
        const auto role = std::find(roles.begin(), roles.end(), bound.role);
        if (bound.product == bar->product && role != roles.end())
          bars.push_back(strategy::anchor_bar_of(*bar, static_cast<std::uint32_t>(role - roles.begin())));
      }
    }
  });
  return bars;
}

// ---- people

bool StrategyRunner::switch_strategy(SignalSourceId strategy, bool running, const IdempotencyKey& key, OperatorId by) {
  std::lock_guard lock(mutex_);
  for (const auto& member : members_) {
    if (member->name() != strategy) continue;
    if (!member->switch_keys.insert(std::string(key.text())).second) return true;
    const StrategySwitched switched = member->strategy.switching_of(key, by, running);
    record(strategy, switched);
    log_.wait();
    member->strategy.record(switched);
    return true;
  }
  return false;
}

void StrategyRunner::reload() {
  std::lock_guard lock(mutex_);
  poll_files();
  for (const auto& member : members_) feed(*member, {}, {});
}

void StrategyRunner::poll_files() {
  polled_at_ms_ = steady_ms();
  for (const auto& member : members_) {
    auto change = member->watch.poll();
    if (!change) continue;
    member->mistakes = std::move(change->mistakes);
    if (change->program && change->program->definition.strategy != member->name())
      member->mistakes = {member->file + ": is strategy '" + std::string(change->program->definition.strategy.text()) + "' now, not '" +
                          std::string(member->name().text()) + "'"};
    if (member->mistakes.empty()) member->next = change->program;
    for (const std::string& mistake : member->mistakes) spdlog::warn("strategy {} goes on as it was: {}", member->name().text(), mistake);
  }
}

std::vector<StrategyStatus> StrategyRunner::status() const {
  std::lock_guard lock(mutex_);
  std::vector<StrategyStatus> all;
  for (const auto& member : members_) {
    StrategyStatus status;
    status.strategy = member->name();
    status.version = member->strategy.version();
    status.running = member->strategy.running();
    status.file = member->file;
    const auto& roles = member->strategy.program()->definition.roles;
    for (std::uint32_t role = 0; role < roles.size(); ++role)
      for (const StrategyBinding& bound : member->bound)
        if (bound.role == roles[role]) status.roles.emplace_back(bound, member->strategy.direction(role));
    status.moment = Time{member->strategy.moment()};
    status.counts = member->strategy.counts();
    status.late_openings = member->late_openings;
    status.other_bars = member->other_bars;
    status.mistakes = member->mistakes;
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace tally
