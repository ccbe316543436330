#include "actors/strategy/strategy.hpp"

#include <algorithm>
#include <cmath>

#include "actors/strategy/compile.hpp"
#include "actors/strategy/intent.hpp"
#include "messages/assert.hpp"

namespace tally {

using strategy::Evaluated;
using strategy::Program;
using strategy::RoleProgram;
using strategy::Routine;

namespace {

const StrategyBinding* binding_of(const std::vector<StrategyBinding>& bindings, std::string_view role) {
  const auto found = std::find_if(bindings.begin(), bindings.end(), [&](const StrategyBinding& b) { return b.role == role; });
  return found == bindings.end() ? nullptr : &*found;
}

}  // namespace

Strategy::Strategy(SignalSourceId name, std::string run_id) : name_(name), run_id_(std::move(run_id)) {}

std::optional<std::uint32_t> Strategy::role_named(std::string_view name) const {
  if (!program_) return std::nullopt;
  const auto& roles = program_->definition.roles;
  const auto found = std::find(roles.begin(), roles.end(), name);
  if (found == roles.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - roles.begin());
}

// ---- versions

std::optional<std::string> Strategy::objection_to(const Program& program, const std::vector<StrategyBinding>& bindings) const {
  const StrategyDefinition& next = program.definition;
  if (next.strategy != name_)
    return "the strategy is " + std::string(name_.text()) + ", not " + std::string(next.strategy.text());
  for (const std::string& role : next.roles)
    if (!binding_of(bindings, role)) return "role '" + role + "' is bound to no product";
  for (std::uint32_t role = 0; role < roles_.size(); ++role) {
    if (roles_[role].direction == 0) continue;
    const std::string& held = program_->definition.roles[role];
    const StrategyBinding* binding = binding_of(bindings, held);
    const bool has_rules =
        std::any_of(next.rules.begin(), next.rules.end(), [&](const StrategyRules& r) { return r.role == held; });
    if (!has_rules || binding->product != roles_[role].product)
      return "role '" + held + "' is not flat, and the new version " +
             (has_rules ? "binds it to another product" : "has no rules for it");
  }
  return std::nullopt;
}

StrategyVersionAdopted Strategy::adoption_of(const Program& program, std::vector<StrategyBinding> bindings) const {
  TALLY_ASSERT(between_moments());
  if (const auto objection = objection_to(program, bindings)) throw std::invalid_argument(*objection);
  return {name_, version_ + 1, program.params_hash, program.definition, std::move(bindings), Time{moment_}};
}

void Strategy::adopt(const StrategyVersionAdopted& version, std::span<const AnchorBar> warm_up) {
  if (version.version <= version_) return;
  end_moment();  // when the tape is taken again: where the next bar ended it and was none itself
  strategy::ProgramPtr program = strategy::compile(version.definition);
  std::vector<Role> roles(program->roles.size());
  for (std::uint32_t i = 0; i < roles.size(); ++i) {
    if (const auto before = role_named(program->definition.roles[i])) roles[i] = roles_[*before];
    roles[i].last_bar = INT64_MIN;
    const StrategyBinding* binding = binding_of(version.bindings, program->definition.roles[i]);
    if (binding) roles[i].product = binding->product;
  }
  version_ = version.version;
  program_ = std::move(program);
  roles_ = std::move(roles);
  memory_.emplace(program_);
  rate_.limit_to(program_->definition.rate_limit);
  all_roles_ = static_cast<std::uint32_t>((std::uint64_t{1} << roles_.size()) - 1);
  present_ = 0;
  quiet_until_ = version.after.ns;
  moment_ = INT64_MIN;
  for (const AnchorBar& bar : warm_up)
    if (bar.closed_at <= version.after.ns) advance({&bar, 1});
  end_moment();
  moment_ = version.after.ns;
}

// ---- what is journaled

StrategySwitched Strategy::switching_of(const IdempotencyKey& key, OperatorId by, bool running) const {
  return {key, by, name_, running, Time{between_moments() ? moment_ : moment_ - 1}};
}

void Strategy::record(const StrategySwitched& switched) {
  if (!between_moments() && moment_ <= switched.after.ns) end_moment();  // only when the tape is taken again, as in adopt
  running_ = switched.running;
}

void Strategy::record(const StrategyIntent& said) {
  const auto index = role_named(said.role);
  if (!index || said.anchor_closed_at.ns <= roles_[*index].said_at) return;
  roles_[*index].direction = said.direction.value;
  roles_[*index].said_at = said.anchor_closed_at.ns;
  if (said.direction.value != 0) rate_.count(said.anchor_closed_at.ns);
}

void Strategy::advise(std::string_view name, std::optional<double> value) {
  if (memory_) memory_->advise(name, value);
}

// ---- bars

std::size_t Strategy::advance(std::span<const AnchorBar> bars) {
  intents_.clear();
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const AnchorBar& bar = bars[i];
    if (!between_moments() && bar.closed_at > moment_) {
      judge_moment();
      if (!intents_.empty()) return i;
    }
    take(bar);
    if (!moment_is_full()) continue;
    judge_moment();
    if (!intents_.empty()) return i + 1;
  }
  return bars.size();
}

void Strategy::end_moment() {
  intents_.clear();
  if (!between_moments()) judge_moment();
}

void Strategy::take(const AnchorBar& bar) {
  if (bar.role >= roles_.size())
    throw std::invalid_argument("a bar of role " + std::to_string(bar.role) + ", which is not there");
  Role& role = roles_[bar.role];
  if (bar.closed_at < moment_ || bar.closed_at <= role.last_bar || (between_moments() && bar.closed_at == moment_)) {
    ++counts_.late_bars;
    return;
  }
  if (!std::isfinite(bar.bar.open + bar.bar.high + bar.bar.low + bar.bar.close + bar.bar.volume)) {
    ++counts_.bars_without_price;
    return;
  }
  moment_ = bar.closed_at;
  role.last_bar = bar.closed_at;
  present_ |= 1u << bar.role;
  memory_->take(bar.role, bar.closed_at, bar.bar);
}

void Strategy::judge_moment() {
  for (const RoleProgram& rules : program_->roles)
    if (rules.judged && (rules.roles_read & ~present_) == 0) judge(rules);
  present_ = 0;
}

void Strategy::judge(const RoleProgram& rules) {
  const Role& role = roles_[rules.role];
  bool known = true;
  // All of them, in every moment: crossings remember the moment before.
  const auto holds = [&](const Routine& routine) {
    if (!routine) return false;
    const Evaluated evaluated = memory_->evaluate(routine);
    known = known && evaluated.known;
    return evaluated.value != 0;
  };
  const bool rise = holds(rules.long_when), fall = holds(rules.short_when);
  const bool exit = holds(rules.exit_when), flat = holds(rules.flat_when);
  if (!known || moment_ <= role.said_at || moment_ <= quiet_until_) return;
  if (flat) return say(rules, 0, "flat", rules.flat_when);
  if (rise && !fall) return say(rules, 1, "long", rules.long_when);
  if (fall && !rise) return say(rules, -1, "short", rules.short_when);
  if (exit) return say(rules, 0, "exit", rules.exit_when);
}

void Strategy::say(const RoleProgram& rules, int wished, const char* rule, const Routine& reason) {
  Role& role = roles_[rules.role];
  if (wished == role.direction) return;
  StrategyIntent intent;
  if (wished != 0) {
    if (rules.stop_loss_ratio) {
      const Evaluated stop = memory_->evaluate(rules.stop_loss_ratio);
      if (stop.known) intent.stop_loss_ratio = strategy::stop_loss_ratio_of(stop.value);
    }
    std::uint64_t* withheld = nullptr;
    if (!running_) withheld = &counts_.withheld_switched_off;
    else if (rules.stop_loss_ratio && !intent.stop_loss_ratio) withheld = &counts_.withheld_stop;
    else if (!rate_.allows(moment_)) withheld = &counts_.withheld_rate_limit;
    if (withheld) {
      ++*withheld;
      if (role.direction == 0) return;
      wished = 0;
      intent.stop_loss_ratio.reset();
    }
  }
  if (wished != 0) {
    const Evaluated size = rules.size_hint ? memory_->evaluate(rules.size_hint) : Evaluated{};
    const Evaluated confidence = rules.confidence ? memory_->evaluate(rules.confidence) : Evaluated{};
    if (size.known) intent.size_hint = strategy::size_hint_of(size.value);
    if (confidence.known) intent.confidence = strategy::confidence_of(confidence.value);
    rate_.count(moment_);
  }
  role.direction = static_cast<std::int8_t>(wished);
  role.said_at = moment_;
  intent.strategy = name_;
  intent.version = version_;
  intent.params_hash = program_->params_hash;
  intent.role = program_->definition.roles[rules.role];
  intent.product = role.product;
  intent.anchor_closed_at = Time{moment_};
  intent.direction = Direction{role.direction};
  intent.rule = rule;
  intent.evidence = memory_->readings_of(reason);
  intent.run_id = run_id_;
  intents_.push_back(std::move(intent));
}

// ---- state

std::string Strategy::mark() const {
  return "strategy.v1 " + std::string(name_.text()) + ' ' + std::to_string(version_) + ' ' + program_->definition_hash + '\n';
}

template <class Self, class Visitor>
void Strategy::fields(Self& self, Visitor& visit) {
  auto& counts = self.counts_;
  visit(self.running_, self.moment_, self.quiet_until_, self.present_, counts.withheld_switched_off, counts.withheld_rate_limit,
        counts.withheld_stop, counts.late_bars, counts.bars_without_price);
  for (auto& role : self.roles_) visit(role.direction, role.said_at, role.last_bar);
  visit(self.rate_, *self.memory_);
}

std::string Strategy::checkpoint() const {
  indicators::StateWriter state;
  fields(*this, state);
  return mark() + state.take();
}

void Strategy::resume(std::string_view bytes) {
  const std::string own = mark();
  if (!bytes.starts_with(own)) throw indicators::StateError("not a checkpoint of " + own.substr(0, own.size() - 1));
  indicators::StateReader state(bytes.substr(own.size()));
  fields(*this, state);
  state.finish();
}

}  // namespace tally
