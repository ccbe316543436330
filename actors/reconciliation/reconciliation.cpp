// The decisions. What they record is in recording.cpp.
#include "actors/reconciliation/reconciliation.hpp"

#include <algorithm>

namespace tally {

namespace {

using Output = Out<Reconciliation::Events>;

std::string numbered(const char* what, std::uint64_t number) { return std::string(what) + ":" + std::to_string(number); }

void set_deadline(std::string name, std::int64_t in_ms, const Moment& moment, Output& out) {
  out(DeadlineSet{EntityRef{Reconciliation::kind, moment.self}, std::move(name), moment.now + in_ms * ns_per_ms});
}

void ask(const ReconciliationState& state, std::string cause, const Moment& moment, Output& out) {
  const std::uint64_t number = state.request_count + 1;
  out(VenueStateRequested{number, std::move(cause), AccountId(moment.self)});
  set_deadline(numbered("answer", number), Reconciliation::answer_wait_ms, moment, out);
}

// The venue could not say, or said it while we traded: later again, or give up aloud.
void ask_later(const VenueRequest& request, const Moment& moment, Output& out) {
  if (request.attempt < Reconciliation::attempts_max)
    return set_deadline(numbered("retry", request.number), Reconciliation::backoff_ms << (request.attempt - 1), moment, out);
  out(AlertTriggered{RuleId("VENUE_UNREACHABLE"), Severity::critical, std::string(moment.self.text()),
                     "The venue gave no complete account of itself in " + std::to_string(request.attempt) +
                         " attempts. It is not taken to be flat; ask again when it can be reached.",
                     moment.now});
}

using NumberedDrift = std::pair<std::uint64_t, OpenDrift>;

const NumberedDrift* drift_of(const ReconciliationState& state, DriftKind kind, ProductId product) {
  const auto place = std::ranges::find_if(
      state.drifts, [&](const auto& drift) { return drift.second.kind == kind && drift.second.product == product; });
  return place == state.drifts.end() ? nullptr : &*place;
}

// The end of a drift that gives nobody anything.
DriftResolved ended(const NumberedDrift& drift, DriftResolution resolution, std::string reason, Time now) {
  const auto& [number, open] = drift;
  return {number, open.kind, resolution, open.product, open.difference, {}, {}, std::move(reason), 1, now, {}};
}

// Makes the open drift of a product, where there is one, say `difference` from now on.
struct Restatement {
  DriftKind kind;
  ProductId product;
  Quantity difference;
  Quantity expected;
  Quantity reported;
  DriftResolution gone;     // why there is none any more
  const char* gone_reason;
};

// True where a new drift was reported. `numbered_up` counts those of this decision.
bool restate(const ReconciliationState& state, const Restatement& to, std::uint64_t& numbered_up, Time now, Output& out) {
  const NumberedDrift* open = drift_of(state, to.kind, to.product);
  if ((open ? open->second.difference : Quantity{}) == to.difference) return false;
  const bool none = to.difference == Quantity{};
  if (open)
    out(none ? ended(*open, to.gone, to.gone_reason, now)
             : ended(*open, DriftResolution::superseded, "The difference is another one now; a new drift stands for it.", now));
  if (none) return false;
  const char* playbook = to.kind == DriftKind::position ? "docs/runbooks/drift.md#position-drift"
                                                        : "docs/runbooks/drift.md#target-residual";
  out(DriftDetected{state.drift_count + ++numbered_up, to.kind, to.product, to.expected, to.reported, to.difference, playbook,
                    now});
  return true;
}

void restate_residual(const ReconciliationState& state, ProductId product, DriftResolution gone, const char* gone_reason,
                      const Moment& moment, Output& out) {
  Quantity residual;
  for (const auto& [id, order] : state.orders)
    if (order.product == product) residual += order.residual;
  const auto position = state.positions.find(product);
  const Quantity confirmed = position == state.positions.end() ? Quantity{} : position->second.ours;
  std::uint64_t numbered_up = 0;
  restate(state, {DriftKind::target_residual, product, residual, confirmed + residual, confirmed, gone, gone_reason}, numbered_up,
          moment.now, out);
}

// A difference that is not the one already known.
bool differs_anew(const ReconciliationState& state, ProductId product, const ComparedPosition& position) {
  const NumberedDrift* open = drift_of(state, DriftKind::position, product);
  return position.reported - position.ours != (open ? open->second.difference : Quantity{});
}

bool disturbed(const ReconciliationState& state) {
  return std::ranges::any_of(state.positions, [&](const auto& line) {
    return line.second.moved && differs_anew(state, line.first, line.second);
  });
}

bool in_doubt(const ReconciliationState& state) {
  return std::ranges::any_of(state.orders, [](const auto& order) { return order.second.in_doubt; });
}

void alert_drift(ProductId product, const ComparedPosition& position, Time now, Output& out) {
  out(AlertTriggered{RuleId("POSITION_DRIFT"), Severity::critical, std::string(product.text()),
                     "The venue holds " + position.reported.text() + ", our book " + position.ours.text() + ".", now});
}

// Moved under every attempt: nobody can say yet whether it is a drift.
void alert_unsettled(ProductId product, Time now, Output& out) {
  out(AlertTriggered{RuleId("RECONCILIATION_UNSETTLED"), Severity::warning, std::string(product.text()),
                     "Fills kept coming while the venue was asked; the comparison of this product is not settled.", now});
}

void compare(const ReconciliationState& state, const Moment& moment, Output& out) {
  std::uint64_t differences = 0;
  std::uint64_t numbered_up = 0;
  for (const auto& [product, position] : state.positions) {
    const Quantity difference = position.reported - position.ours;
    if (difference != Quantity{}) ++differences;
    if (position.moved && difference != Quantity{} && differs_anew(state, product, position)) {
      alert_unsettled(product, moment.now, out);
      continue;
    }
    const bool anew = restate(state,
                              {DriftKind::position, product, difference, position.ours, position.reported,
                               DriftResolution::explained_by_fills, "The venue's position and ours agree again."},
                              numbered_up, moment.now, out);
    if (anew) alert_drift(product, position, moment.now, out);
  }
  out(ReconciliationCompleted{state.request->number, differences == 0, differences});
}

void deny(const IdempotencyKey& key, std::string_view rule, std::string reason, Output& out) {
  out(CommandDenied{key, RuleId(rule), std::move(reason)});
}

// Why a drift cannot be resolved as asked; empty where it can.
std::string misfit(const ReconciliationState& state, const OpenDrift& drift, const ResolveDrift& command) {
  if (drift.kind == DriftKind::target_residual)
    return command.subscription || command.price ? "A target residual is acknowledged: it has no quantity to give." : "";
  if (!command.subscription || !command.price || *command.price == Price{})
    return "A position drift is given to a subscription at a price; name both.";
  const auto taker = state.subscriptions.find(*command.subscription);
  if (taker == state.subscriptions.end()) return "There is no subscription of that name.";
  if (taker->second != drift.product) return "That subscription trades another product.";
  return "";
}

DriftResolved acknowledged(const NumberedDrift& drift, const ResolveDrift& command, Time now) {
  DriftResolved resolved = ended(drift, DriftResolution::acknowledged, command.reason, now);
  resolved.key = command.key;
  return resolved;
}

DriftResolved assigned(const ReconciliationState& state, const NumberedDrift& drift, const ResolveDrift& command, Time now) {
  DriftResolved resolved = ended(drift, DriftResolution::assigned, command.reason, now);
  resolved.key = command.key;
  resolved.price = *command.price;
  resolved.subscription = command.subscription;
  resolved.multiplier = state.positions.at(resolved.product).multiplier;
  return resolved;
}

// Openings are armed by a comparison, not by a word: the last drift's assignment asks for one.
bool awaits_comparison(const ReconciliationState& state, std::uint64_t resolved) {
  return !state.clean && !state.request && std::ranges::none_of(state.drifts, [&](const auto& drift) {
    return drift.first != resolved && drift.second.kind == DriftKind::position;
  });
}

}  // namespace

void Reconciliation::decide(const State& state, const AccountConfigured&, const Moment& moment, Out<Events>& out) {
  if (state.every_ms > 0 && state.schedule_at == Time{}) set_deadline("schedule", state.every_ms, moment, out);
}

void Reconciliation::decide(const State& state, const ShardStarted&, const Moment& moment, Out<Events>& out) {
  ask(state, "start", moment, out);
}

void Reconciliation::decide(const State& state, const RequestReconciliation& request, const Moment& moment, Out<Events>& out) {
  if (state.request && state.request->asked) return;  // joins it
  ask(state, request.cause, moment, out);
}

void Reconciliation::decide(const State& state, const DeadlineReached& reached, const Moment& moment, Out<Events>& out) {
  if (reached.name == "schedule") {
    if (state.every_ms <= 0 || state.schedule_at != Time{}) return;
    set_deadline("schedule", state.every_ms, moment, out);
    if (!state.request) ask(state, "schedule", moment, out);
    return;
  }
  if (reached.name == "doubt" && in_doubt(state)) {
    if (!state.request) return ask(state, "order in doubt", moment, out);
    return set_deadline("doubt", doubt_wait_ms, moment, out);  // what is asked now was asked before
  }
  if (!state.request) return;
  if (state.request->asked && reached.name == numbered("answer", state.request->number))
    return ask_later(*state.request, moment, out);
  if (!state.request->asked && reached.name == numbered("retry", state.request->number))
    return ask(state, state.request->cause, moment, out);
}

void Reconciliation::decide(const State& state, const VenueStateFolded& report, const Moment& moment, Out<Events>& out) {
  if (!state.request || !state.request->asked || report.request != state.request->number) return;  // late: another is asked
  if (!report.complete) return ask_later(*state.request, moment, out);
  if (disturbed(state) && state.request->attempt < attempts_max) return ask_later(*state.request, moment, out);
  compare(state, moment, out);
}

void Reconciliation::decide(const State& state, const ResolveDrift& command, const Moment& moment, Out<Events>& out) {
  const std::uint64_t* said = state.answered.find({{}, command.key});
  if (said && *said == command.drift) return;  // a retry changes nothing
  if (said) return deny(command.key, "KEY_REUSED", "This key already resolved another drift.", out);
  if (command.by.empty()) return deny(command.key, "OPERATOR_MISSING", "The command names no operator.", out);
  if (command.reason.empty()) return deny(command.key, "REASON_MISSING", "A drift is resolved for a reason; name it.", out);
  const auto drift = state.drifts.find(command.drift);
  if (drift == state.drifts.end())
    return deny(command.key, "DRIFT_UNKNOWN",
                "Drift " + std::to_string(command.drift) + " is not open; it may be resolved already.", out);
  if (std::string why = misfit(state, drift->second, command); !why.empty())
    return deny(command.key, "RESOLUTION_REFUSED", std::move(why), out);

  if (drift->second.kind == DriftKind::target_residual) return out(acknowledged(*drift, command, moment.now));
  out(assigned(state, *drift, command, moment.now));
  if (awaits_comparison(state, drift->first)) ask(state, "drift assigned", moment, out);
}

void Reconciliation::decide(const State& state, const OrderCommanded& order, const Moment& moment, Out<Events>& out) {
  restate_residual(state, order.batch.product, DriftResolution::superseded, "A newer order restates what is wanted.", moment,
                   out);
}

void Reconciliation::decide(const State&, const OrderInDoubt&, const Moment& moment, Out<Events>& out) {
  set_deadline("doubt", doubt_wait_ms, moment, out);
}

void Reconciliation::decide(const State& state, const OrderFilled& fill, const Moment& moment, Out<Events>& out) {
  restate_residual(state, fill.batch.product, DriftResolution::explained_by_fills, "A late fill completed the order.", moment,
                   out);
}

void Reconciliation::decide(const State& state, const OrderRejected& rejected, const Moment& moment, Out<Events>& out) {
  restate_residual(state, rejected.batch.product, DriftResolution::superseded, "The order was rejected.", moment, out);
}

void Reconciliation::decide(const State& state, const OrderCanceled& canceled, const Moment& moment, Out<Events>& out) {
  restate_residual(state, canceled.batch.product, DriftResolution::superseded, "The order was closed.", moment, out);
}

}  // namespace tally
