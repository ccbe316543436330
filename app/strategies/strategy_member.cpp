#include "app/strategies/strategy_member.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/strategy/anchor_bars.hpp"

namespace tally {
namespace {

constexpr std::int64_t end_of_time = INT64_MAX;

Time after_of(const Message& fact) {
  if (const auto* switched = std::get_if<StrategySwitched>(&fact)) return switched->after;
  return std::get<StrategyVersionAdopted>(fact).after;
}

}  // namespace

StrategyMember::StrategyMember(const StrategySetting& setting)
    : watch_(setting.file, setting.parameters),
      file_(setting.file),
      bind_(setting.bind),
      name_(watch_.program()->definition.strategy),
      strategy_(name_) {
  for (const std::string& role : watch_.program()->definition.roles)
    if (std::none_of(bind_.begin(), bind_.end(), [&](const StrategyBinding& bound) { return bound.role == role; }))
      throw std::invalid_argument(file_ + ": role '" + role + "' is bound to nothing");
}

// ---- from what was recorded to where it was

void StrategyMember::forget() {
  strategy_ = Strategy(name_);
  first_.reset();
  running_.reset();
  to_come_.clear();
  began_after_ = Time{INT64_MIN};
  recorded_.clear();
  next_ = nullptr;
  switch_keys_.clear();
  late_openings = other_bars = 0;
}

void StrategyMember::restore(const StrategyCheckpoint::Member& kept) {
  strategy_.adopt(kept.version);
  strategy_.resume(kept.state);
  running_ = kept.version;
  began_after_ = kept.began_after;
  late_openings = kept.late_openings;
  other_bars = kept.other_bars;
  switch_keys_.insert(kept.switch_keys.begin(), kept.switch_keys.end());
}

StrategyCheckpoint::Member StrategyMember::checkpoint() const {
  return {*running_, strategy_.checkpoint(), began_after_, late_openings, other_bars, {switch_keys_.begin(), switch_keys_.end()}};
}

void StrategyMember::take_fact(const Message& fact) {
  if (const auto* version = std::get_if<StrategyVersionAdopted>(&fact)) {
    if (version->version <= strategy_.version()) return;
    if (version->version == 1) first_ = *version;
    else to_come_.insert(to_come_.begin(), fact);
  } else if (const auto* switched = std::get_if<StrategySwitched>(&fact)) {
    if (switch_keys_.insert(std::string(switched->key.text())).second) to_come_.insert(to_come_.begin(), fact);
  } else if (const auto* intent = std::get_if<StrategyIntent>(&fact)) {
    recorded_.push_back(*intent);
    strategy_.record(*intent);
  }
}

StrategyVersionAdopted StrategyMember::first_version(Time after) const {
  StrategyVersionAdopted first = strategy_.adoption_of(*watch_.program(), bind_);
  first.after = after;
  return first;
}

bool StrategyMember::overtaken() const {
  return std::any_of(to_come_.begin(), to_come_.end(), [&](const Message& fact) { return after_of(fact).ns < strategy_.moment(); });
}

void StrategyMember::start(const Learn& learn) {
  if (first_) adopt(*first_, learn);
}

void StrategyMember::adopt(const StrategyVersionAdopted& version, const Learn& learn) {
  const std::vector<AnchorBar> bars = learn(version);
  strategy_.adopt(version, bars);
  running_ = version;
  if (version.version == 1) began_after_ = version.after;
  for (const StrategyIntent& intent : recorded_) strategy_.record(intent);
}

bool StrategyMember::file_differs() const {
  return !(running_->definition == watch_.program()->definition) || !(running_->bindings == bind_);
}

void StrategyMember::caught_up(bool as_filed, const Learn& learn, const Record& record) {
  take_due(end_of_time, learn);  // what no bar came after
  recorded_.clear();
  if (!file_differs()) return;
  if (as_filed) next_ = watch_.program();
  else mistakes_ = {file_ + ": says something else here than version " + std::to_string(running_->version) +
                    ", which goes on; tally strategy reload adopts it"};
  between_bars(learn, record);
}

// ---- at work

// Switches and versions that were recorded before a bar of that close came.
void StrategyMember::take_due(std::int64_t closed_at, const Learn& learn) {
  while (!to_come_.empty() && closed_at > after_of(to_come_.back()).ns) {
    const Message fact = std::move(to_come_.back());
    to_come_.pop_back();
    if (const auto* switched = std::get_if<StrategySwitched>(&fact)) strategy_.record(*switched);
    else adopt(std::get<StrategyVersionAdopted>(fact), learn);
  }
}

void StrategyMember::between_bars(const Learn& learn, const Record& record) {
  if (!next_ || !to_come_.empty() || !strategy_.between_moments()) return;
  if (const auto objection = strategy_.objection_to(*next_, bind_)) {
    mistakes_ = {file_ + ": " + *objection};
  } else {
    const StrategyVersionAdopted version = strategy_.adoption_of(*next_, bind_);
    const std::vector<AnchorBar> bars = learn(version);  // before it is recorded: a tape may be out of reach
    record(version);
    adopt(version, [&](const StrategyVersionAdopted&) { return bars; });
    mistakes_.clear();
    spdlog::info("strategy {} is version {} now", name_.text(), version.version);
  }
  next_ = nullptr;
}

std::vector<StrategyIntent> StrategyMember::take(const BarObserved& bar, const Learn& learn, const Record& record) {
  std::vector<StrategyIntent> said;
  if (bar.closed_at <= began_after_) return said;
  take_due(bar.closed_at.ns, learn);
  between_bars(learn, record);
  const auto& roles = strategy_.program()->definition.roles;
  for (const StrategyBinding& bound : running_->bindings) {
    const auto role = std::find(roles.begin(), roles.end(), bound.role);
    if (bound.product != bar.product || role == roles.end()) continue;
    if (bar.closed_at - bar.opened_at != anchor_ns()) {
      ++other_bars;
      continue;
    }
    const AnchorBar anchor = strategy::anchor_bar_of(bar, static_cast<std::uint32_t>(role - roles.begin()));
    for (std::span<const AnchorBar> left(&anchor, 1); !left.empty();) {
      left = left.subspan(strategy_.advance(left));
      said.insert(said.end(), strategy_.intents().begin(), strategy_.intents().end());
      if (strategy_.intents().empty()) break;
    }
  }
  return said;
}

StrategySwitched StrategyMember::switching(const IdempotencyKey& key, OperatorId by, bool running) const {
  if (strategy_.version() == 0) return {key, by, name_, running, Time{INT64_MIN}};  // not read so far: before whatever comes
  return strategy_.switching_of(key, by, running);
}

void StrategyMember::switched(const StrategySwitched& fact) {
  switch_keys_.insert(std::string(fact.key.text()));
  strategy_.record(fact);
}

void StrategyMember::poll(bool as_filed) {
  if (auto change = watch_.poll()) {
    mistakes_ = std::move(change->mistakes);
    if (change->program && change->program->definition.strategy != name_)
      mistakes_ = {file_ + ": is strategy '" + std::string(change->program->definition.strategy.text()) + "' now, not '" +
                   std::string(name_.text()) + "'"};
    if (mistakes_.empty()) next_ = change->program;
    for (const std::string& mistake : mistakes_) spdlog::warn("strategy {} goes on as it was: {}", name_.text(), mistake);
  } else if (as_filed && running_ && file_differs() && watch_.program()->definition.strategy == name_) {
    next_ = watch_.program();
  }
}

std::vector<std::pair<StrategyBinding, Direction>> StrategyMember::roles() const {
  std::vector<std::pair<StrategyBinding, Direction>> all;
  if (!running_) return all;
  const auto& roles = strategy_.program()->definition.roles;
  for (std::uint32_t role = 0; role < roles.size(); ++role)
    for (const StrategyBinding& bound : running_->bindings)
      if (bound.role == roles[role]) all.emplace_back(bound, strategy_.direction(role));
  return all;
}

}  // namespace tally
