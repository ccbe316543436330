#include "app/strategies/strategy_runner.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "actors/strategy/anchor_bars.hpp"
#include "actors/strategy/compile.hpp"
#include "actors/strategy/intent.hpp"
#include "app/feeds/tape_place.hpp"
#include "app/strategies/strategy_facts.hpp"

namespace tally {
namespace {

constexpr std::int64_t look_every_ms = 1'000;
constexpr std::int64_t offer_again_ms = 50;   // what the account's inlet refused
constexpr int late_after_bars = 2;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string producer_of(SignalSourceId strategy) { return "strategy:" + std::string(strategy.text()); }

SignalSourceId strategy_of(const Message& fact) {
  if (const auto* version = std::get_if<StrategyVersionAdopted>(&fact)) return version->strategy;
  if (const auto* switched = std::get_if<StrategySwitched>(&fact)) return switched->strategy;
  return std::get<StrategyIntent>(fact).strategy;
}

bool holds_bar_of(const Entry& entry, const StrategyIntent& intent) {
  return std::any_of(entry.events.begin(), entry.events.end(), [&](const Event& event) {
    const auto* bar = std::get_if<BarObserved>(&event.body);
    return bar && bar->closed_at >= intent.anchor_closed_at;  // the bar that decided, or the one that ended its moment
  });
}

// Nothing of it was recorded.
bool is_refusal(const std::string& why) { return why == "INLET_FULL" || why == "DISK_RESERVE"; }

}  // namespace

StrategyRunner::StrategyRunner(const std::vector<StrategySetting>& settings, Ports ports)
    : ports_(std::move(ports)),
      learn_([this](const StrategyVersionAdopted& version) { return learned(version); }),
      record_([this](const Message& fact) { record(strategy_of(fact), fact); }) {
  for (const StrategySetting& setting : settings) {
    auto member = std::make_unique<StrategyMember>(setting);
    if (const StrategyMember* other = member_of(member->name()))
      throw std::invalid_argument(setting.file + ": strategy '" + std::string(member->name().text()) + "' runs from " +
                                  other->file() + " already");
    members_.push_back(std::move(member));
  }
  ports_.bars->listen([this] {
    {
      std::lock_guard lock(wake_mutex_);
      woken_ = true;
    }
    wake_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

StrategyRunner::~StrategyRunner() {
  ports_.bars->listen(nullptr);
  {
    std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  ports_.bars->stop();
  thread_.join();
  std::lock_guard lock(mutex_);
  keep_place();
}

StrategyMember* StrategyRunner::member_of(SignalSourceId strategy) {
  const auto it = std::find_if(members_.begin(), members_.end(), [&](const auto& member) { return member->name() == strategy; });
  return it == members_.end() ? nullptr : it->get();
}

// ---- from what is recorded to where it was

// False where the tape's end is not known so far, or the log as it is now is not durable.
bool StrategyRunner::begin() {
  const auto end = ports_.bars->end();
  if (!end) {
    say_trouble("the venue has not said so far what it recorded");
    return false;
  }
  if (!settled_log_) settled_log_ = ports_.journal->end(ports_.account);
  if (ports_.journal->committed(ports_.account) < *settled_log_) return false;
  for (const auto& member : members_) member->forget();
  next_ = 1;
  last_ = nullptr;
  const auto kept = kept_checkpoint(*ports_.journal, ports_.account, ports_.bars->shard());
  if (!kept || kept->taken > *end || !restore(*kept)) {
    for (const auto& member : members_) member->forget();
    take_facts(0);
    check_tape();
    adopt_first();
  }
  kept_at_ = next_ - 1;
  known_end_ = *end;
  caught_up_ = false;
  begun_ = true;
  settled_log_.reset();
  say_trouble("");
  return true;
}

// False where what was kept cannot be gone on from; what it left behind is to be forgotten.
bool StrategyRunner::restore(const StrategyCheckpoint& kept) {
  try {
    for (const auto& member : members_) {
      const auto it = std::find_if(kept.members.begin(), kept.members.end(),
                                   [&](const auto& row) { return row.version.strategy == member->name(); });
      if (it == kept.members.end()) return false;
      member->restore(*it);
    }
  } catch (const std::exception& error) {
    spdlog::warn("strategies: the kept place in {} is of no use: {}", ports_.bars->shard().text(), error.what());
    return false;
  }
  take_facts(kept.facts);
  if (std::any_of(members_.begin(), members_.end(), [](const auto& member) { return member->overtaken(); })) return false;
  if (kept.last) {
    const BarTape::Piece piece = ports_.bars->read(kept.last->offset);
    if (piece.entries.empty() || !(piece.entries.front()->offset == kept.last->offset && piece.entries.front()->at == kept.last->at &&
                                   piece.entries.front()->recorded_at == kept.last->recorded_at))
      throw TapeUnavailable("the venue's records are others than those that the strategies judged: at " + std::to_string(kept.last->offset) +
                            " stands another one");
  }
  check_tape();
  last_ = kept.last;
  next_ = kept.taken + 1;
  return true;
}

void StrategyRunner::take_facts(Offset after) {
  const StrategyFacts recorded = strategy_facts(*ports_.journal, ports_.account, after);
  for (const Message& fact : recorded.facts)
    if (StrategyMember* member = member_of(strategy_of(fact))) member->take_fact(fact);
  facts_ = recorded.through;
}

// What was said last of the venue's own record must stand there: a venue that lost its records would have every bar judged again.
void StrategyRunner::check_tape() {
  const auto end = ports_.bars->end().value_or(0);
  for (const auto& member : members_) {
    const StrategyIntent* last = member->last_recorded();
    if (!last || !last->tape || last->tape->tape != ports_.bars->shard().text()) continue;
    const BarTape::Piece piece = last->tape->offset <= end ? ports_.bars->read(last->tape->offset) : BarTape::Piece{};
    if (piece.entries.empty() || piece.entries.front()->offset != last->tape->offset || !holds_bar_of(*piece.entries.front(), *last))
      throw TapeUnavailable("the venue has not the bar at " + std::to_string(last->tape->offset) + " that strategy '" +
                            std::string(member->name().text()) + "' judged: its records are others");
  }
}

// A strategy that is new here learns from the tape in silence.
void StrategyRunner::adopt_first() {
  std::optional<Time> newest;
  for (const auto& member : members_) {
    if (member->is_new()) {
      if (!newest) {
        newest = Time{INT64_MIN};
        read_tape(*ports_.bars, 1, [&](const Entry& entry) {
          for (const Event& event : entry.events)
            if (const auto* bar = std::get_if<BarObserved>(&event.body)) newest = std::max(*newest, bar->closed_at);
        });
      }
      const StrategyVersionAdopted first = member->first_version(*newest);
      record(member->name(), first);
      member->take_fact(first);
    }
    member->start(learn_);
  }
}

// The tape's bars of its roles: what a version learns from, up to its `after`.
std::vector<AnchorBar> StrategyRunner::learned(const StrategyVersionAdopted& version) {
  std::vector<AnchorBar> bars;
  if (version.after.ns == INT64_MIN) return bars;
  const std::int64_t anchor_ns = strategy::compile(version.definition)->anchor_ns;
  const auto& roles = version.definition.roles;
  read_tape(*ports_.bars, 1, [&](const Entry& entry) {
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

void StrategyRunner::start_over(const std::string& why) {
  begun_ = false;
  settled_log_.reset();
  said_.clear();
  say_trouble(why);
}

void StrategyRunner::say_trouble(const std::string& why) {
  if (why == trouble_) return;
  if (!why.empty()) spdlog::warn("strategies: no bar is judged now: {}", why);
  else spdlog::info("strategies: bars are judged");
  trouble_ = why;
}

// ---- at work

void StrategyRunner::run() {
  for (std::int64_t pause_ms = 0;;) {
    {
      std::unique_lock lock(wake_mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(pause_ms), [this] { return woken_ || stopping_; });
      woken_ = false;
      if (stopping_) return;
    }
    {
      std::lock_guard lock(mutex_);
      if (begun_ && steady_ms() - polled_at_ms_ >= look_every_ms) poll_files(false);
    }
    settle();
    std::lock_guard lock(mutex_);
    pause_ms = said_.empty() && begun_ ? look_every_ms : offer_again_ms;
    if (!begun_ && !settled_log_) pause_ms = look_every_ms;
  }
}

bool StrategyRunner::stopping() {
  std::lock_guard lock(wake_mutex_);
  return stopping_;
}

Offset StrategyRunner::judged() const {
  std::lock_guard lock(mutex_);
  return begun_ && said_.empty() ? next_ - 1 : 0;
}

void StrategyRunner::settle() {
  try {
    while (!stopping() && step()) {
    }
  } catch (const TapeUnavailable& error) {   // thrown before anything was changed, or it began anew
    std::lock_guard lock(mutex_);
    say_trouble(error.what());
  } catch (const std::exception& error) {
    std::lock_guard lock(mutex_);
    start_over(error.what());
  }
}

// The next piece of the tape. False: there is nothing to do now.
bool StrategyRunner::step() {
  Offset from = 0;
  {
    std::lock_guard lock(mutex_);
    if (!begun_ && !begin()) return false;
    if (!record_said()) return false;
    if (!caught_up_ && next_ > known_end_) {
      for (const auto& member : members_) member->caught_up(ports_.files_at_start, learn_, record_);
      caught_up_ = true;
    }
    from = next_;
  }
  if (ports_.bars->end().value_or(0) < from) return false;
  const BarTape::Piece piece = ports_.bars->read(from);
  std::lock_guard lock(mutex_);
  if (!begun_ || next_ != from) return true;  // somebody else took it meanwhile
  say_trouble("");
  take_piece(piece);
  return said_.empty();
}

void StrategyRunner::take_piece(const BarTape::Piece& piece) {
  try {
    for (const EntryPtr& entry : piece.entries) {
      take(*entry);
      last_ = entry;
      next_ = entry->offset + 1;
      if (!record_said()) return;
    }
    next_ = piece.through + 1;
  } catch (...) {
    begun_ = false;  // half taken is of no use
    throw;
  }
  if (caught_up_ && next_ - 1 - kept_at_ >= keep_every) keep_place();
}

void StrategyRunner::take(const Entry& entry) {
  const TapePlace place = tape_place_of(entry.producer).value_or(TapePlace{std::string(ports_.bars->shard().text()), entry.offset});
  for (const Event& event : entry.events) {
    const auto* bar = std::get_if<BarObserved>(&event.body);
    if (!bar) continue;
    for (const auto& member : members_)
      for (StrategyIntent& intent : member->take(*bar, learn_, record_)) {
        intent.tape = place;
        said_.push_back({member.get(), std::move(intent)});
      }
  }
}

// False where the account does not take it now. Where nobody knows whether it did, the log is asked: everything begins anew.
bool StrategyRunner::record_said() {
  for (; !said_.empty(); said_.pop_front())
    if (!record_one(said_.front())) return false;
  return true;
}

bool StrategyRunner::record_one(const Said& said) {
  const StrategyIntent& intent = said.intent;
  const std::int64_t age = ports_.now() - intent.anchor_closed_at;
  const bool late = intent.direction.value != 0 && age > late_after_bars * said.member->anchor_ns();
  std::vector<Message> messages;
  if (!late) messages.push_back(strategy::signal_of(intent));
  messages.push_back(intent);
  const Outcome outcome = recorded(std::move(messages), intent.strategy);
  if (!outcome.accepted && !is_refusal(outcome.refusal)) {
    start_over("whether an intent was recorded is not known (" + outcome.refusal + ")");
    return false;
  }
  say_trouble(outcome.accepted ? "" : "the account refuses an intent: " + outcome.refusal);
  if (!outcome.accepted) return false;
  facts_ = outcome.offset;
  if (late) {
    ++said.member->late_openings;
    spdlog::warn("strategy {}: an opening of {} is {} s late and is not sent", intent.strategy.text(), intent.product.text(), age / ns_per_s);
  }
  return true;
}

// A node that lost the lead may have to stop before anybody knows.
Outcome StrategyRunner::recorded(std::vector<Message> messages, SignalSourceId strategy) {
  std::future<Outcome> answer = ports_.record(std::move(messages), producer_of(strategy));
  while (answer.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready)
    if (stopping()) return {false, "STOPPING", 0, {}};
  return answer.get();
}

void StrategyRunner::record(SignalSourceId strategy, const Message& fact) {
  const Outcome outcome = recorded({fact}, strategy);
  if (!outcome.accepted) throw NotRecorded(outcome.refusal);
  facts_ = outcome.offset;
}

void StrategyRunner::keep_place() {
  if (!begun_ || !caught_up_ || !said_.empty() || kept_at_ == next_ - 1) return;
  StrategyCheckpoint checkpoint{facts_, next_ - 1, last_, {}};
  for (const auto& member : members_) checkpoint.members.push_back(member->checkpoint());
  keep_checkpoint(*ports_.journal, ports_.account, ports_.bars->shard(), checkpoint);
  kept_at_ = next_ - 1;
}

// ---- people

bool StrategyRunner::switch_strategy(SignalSourceId strategy, bool running, const IdempotencyKey& key, OperatorId by) {
  std::lock_guard lock(mutex_);
  StrategyMember* const member = member_of(strategy);
  if (!member) return false;
  if (member->was_switched(key)) return true;
  const StrategySwitched fact = member->switching(key, by, running);
  try {
    record(strategy, fact);
  } catch (const NotRecorded& not_recorded) {
    if (!is_refusal(not_recorded.what())) start_over("whether a switch was recorded is not known");
    throw;
  }
  if (begun_ && caught_up_) member->switched(fact);
  else if (begun_) member->take_fact(fact);   // behind what was recorded before it
  return true;
}

void StrategyRunner::reload() {
  std::lock_guard lock(mutex_);
  poll_files(true);
  if (!begun_ || !caught_up_) return;
  try {
    for (const auto& member : members_) member->between_bars(learn_, record_);
  } catch (...) {
    begun_ = false;
    throw;
  }
}

void StrategyRunner::poll_files(bool as_filed) {
  polled_at_ms_ = steady_ms();
  for (const auto& member : members_) member->poll(as_filed);
}

std::vector<StrategyStatus> StrategyRunner::status() const {
  std::lock_guard lock(mutex_);
  std::vector<StrategyStatus> all;
  for (const auto& member : members_) {
    const Strategy& strategy = member->strategy();
    all.push_back({member->name(), strategy.version(), strategy.running(), member->file(), member->roles(), Time{strategy.moment()},
                   strategy.counts(), member->late_openings, member->other_bars, member->mistakes()});
  }
  return all;
}

std::string StrategyRunner::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

}  // namespace tally
