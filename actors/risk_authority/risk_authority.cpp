// The decisions. What they record is in recording.cpp, the rules they ask in rules.cpp.
#include "actors/risk_authority/risk_authority.hpp"

#include <algorithm>
#include <array>

#include "actors/risk_authority/rules.hpp"

namespace tally {

namespace {

using Output = Out<RiskAuthority::Events>;

constexpr const char* sweep = "reservations";

bool judged(const RiskState& state, const BatchId& batch) {
  const auto product = state.products.find(batch.product);
  if (product == state.products.end()) return false;
  const bool shared = batch.kind == BatchKind::shared;
  return batch.number <= (shared ? product->second.judged_shared : product->second.judged_withdrawal);
}

void count(BatchCase& asked, const BatchRow& row) {
  if (row.close > Quantity{}) asked.buy_close += row.close;
  else asked.sell_close -= row.close;
  if (row.open > Quantity{}) asked.buy_open += row.open;
  else asked.sell_open -= row.open;
}

BatchCase case_of(const RiskState& state, const NettingBatchFormed& batch, Time now) {
  BatchCase asked{state, state.products.at(batch.batch.product), batch, now, {}, {}, {}, {}};
  for (const BatchRow& row : batch.rows) count(asked, row);
  return asked;
}

// What the ladder denied: at most one rule a direction.
struct Denial {
  const OpeningRule* rule = nullptr;
  Sides sides;
  std::string reason;
};
using Denials = std::array<Denial, 2>;

void note(Denials& denials, const OpeningRule* rule, Sides sides, std::string reason) {
  Denial& first = denials[0];
  if (!first.rule) {
    first = {rule, sides, std::move(reason)};
  } else if (first.rule == rule) {  // one fact a batch and rule
    first.sides = {first.sides.buy || sides.buy, first.sides.sell || sides.sell};
    first.reason += " " + reason;
  } else {
    denials[1] = {rule, sides, std::move(reason)};
  }
}

void reject(const NettingBatchFormed& batch, const Denial& denial, Output& out) {
  RiskRejected rejected{batch.batch, RuleId(denial.rule->id), denial.reason, {}};
  for (const BatchRow& row : batch.rows)
    if (row.open > Quantity{} ? denial.sides.buy : row.open < Quantity{} && denial.sides.sell)
      rejected.intents.push_back(row.intent);
  out(std::move(rejected));
}

DeadlineSet sweep_deadline(const Moment& moment, Time at) {
  return {EntityRef{RiskAuthority::kind, moment.self}, sweep, at};
}

void approve(const BatchCase& asked, ApprovalScope scope, const Moment& moment, Output& out) {
  const RiskState& state = asked.state;
  const bool opens = asked.openings().any();
  const Time expires_at = opens ? moment.now + state.limits.reservation_ttl_ms * ns_per_ms : Time{};
  out(RiskApproved{asked.batch.batch, scope, asked.buy(), asked.sell(), state.limits_version, expires_at});
  if (opens && (state.sweep_at == Time{} || expires_at < state.sweep_at)) out(sweep_deadline(moment, expires_at));
}

void halt_for(const RiskState& state, std::string_view rule, std::string reason, std::uint64_t count, const Moment& moment,
              Output& out) {
  const RuleId id(rule);
  out(AlertTriggered{id, Severity::critical, std::string(moment.self.text()), reason, moment.now});
  const IdempotencyKey key(std::string(rule) + ":" + std::to_string(state.halt_count + count));
  out(TradingHalted{key, OperatorId{}, id, std::move(reason)});
}

void watch_losses(const RiskState& state, const Moment& moment, Output& out) {
  static const RuleId drawdown_rule("DRAWDOWN_EXCEEDED");
  static const RuleId daily_loss_rule("DAILY_LOSS_EXCEEDED");
  std::uint64_t count = 0;
  if (drawdown_exceeded(state) && !state.halts.contains(drawdown_rule))
    halt_for(state, drawdown_rule.text(),
             "Equity fell by " + drawdown(state).text() + " from " + state.peak.text() + ", beyond a share of " +
                 state.limits.drawdown_max->text() + ". Openings are halted.",
             ++count, moment, out);
  if (daily_loss_exceeded(state) && !state.halts.contains(daily_loss_rule))
    halt_for(state, daily_loss_rule.text(),
             "Equity fell by " + daily_loss(state).text() + " since the UTC day began, beyond " +
                 state.limits.daily_loss_max->text() + ". Openings are halted.",
             ++count, moment, out);
}

// `unrecorded`: rejections decided just now, which the state does not hold yet.
void watch_rejections(const RiskState& state, std::int64_t unrecorded, const Moment& moment, Output& out) {
  const std::int64_t window = state.limits.reject_alert_window_ms * ns_per_ms;
  if (state.reject_alert_at != Time{} && moment.now - state.reject_alert_at < window) return;
  const auto recent = std::ranges::count_if(state.rejections, [&](Time at) { return moment.now - at < window; });
  if (recent + unrecorded < state.limits.reject_alert_count) return;
  out(AlertTriggered{RuleId("REJECT_RATE"), Severity::warning, std::string(moment.self.text()),
                     std::to_string(recent + unrecorded) + " rejections within " +
                         std::to_string(state.limits.reject_alert_window_ms) + " ms.",
                     moment.now});
}

void deny(const IdempotencyKey& key, std::string_view rule, std::string reason, Output& out) {
  out(CommandDenied{key, RuleId(rule), std::move(reason)});
}

void refuse_anonymous(const IdempotencyKey& key, Output& out) {
  deny(key, "OPERATOR_MISSING", "The command names no operator.", out);
}

}  // namespace

void RiskAuthority::decide(const State& state, const NettingBatchFormed& batch, const Moment& moment, Out<Events>& out) {
  if (judged(state, batch.batch)) return;
  BatchCase asked = case_of(state, batch, moment.now);
  if (!asked.openings().any()) return approve(asked, ApprovalScope::whole, moment, out);

  watch_losses(state, moment, out);
  Denials denials;
  Sides by;
  while (asked.openings().any()) {
    const OpeningRule* rule = first_broken(asked, by);
    if (!rule) break;
    note(denials, rule, by, rule->reason(asked));
    asked.deny(by);
  }
  for (const Denial& denial : denials)
    if (denial.rule) reject(batch, denial, out);
  if (asked.openings().any()) approve(asked, ApprovalScope::whole, moment, out);
  else if (asked.buy() > Quantity{} || asked.sell() > Quantity{}) approve(asked, ApprovalScope::closing, moment, out);
  if (denials[0].rule) watch_rejections(state, 1, moment, out);
}

void RiskAuthority::decide(const State& state, const MarkCaptured&, const Moment& moment, Out<Events>& out) {
  watch_losses(state, moment, out);
}

void RiskAuthority::decide(const State& state, const OrderRejected&, const Moment& moment, Out<Events>& out) {
  watch_rejections(state, 0, moment, out);
}

// Releases what expired without an order, and looks again when the next one will.
void RiskAuthority::decide(const State& state, const DeadlineReached& reached, const Moment& moment, Out<Events>& out) {
  if (reached.name != sweep || state.sweep_at != Time{}) return;  // not ours, or a later one is set
  Time next;
  for (const auto& [id, product] : state.products)
    for (const Reservation& reservation : product.reservations) {
      if (!reservation.opens || reservation.commanded) continue;
      if (reservation.expires_at <= moment.now)
        out(ReservationReleased{reservation.batch, RuleId("EXPIRED"), abs(reservation.buy - reservation.sell)});
      else if (next == Time{} || reservation.expires_at < next) next = reservation.expires_at;
    }
  if (next != Time{}) out(sweep_deadline(moment, next));
}

void RiskAuthority::decide(const State&, const EntityStopped& stopped, const Moment& moment, Out<Events>& out) {
  out(AlertTriggered{RuleId("ENTITY_STOPPED"), Severity::critical, text_of(stopped.entity),
                     "It failed " + std::to_string(stopped.attempt) + " times on entry " + std::to_string(stopped.input) +
                         " and waits for an operator: " + stopped.cause,
                     moment.now});
}

void RiskAuthority::decide(const State& state, const InputQuarantined& aside, const Moment& moment, Out<Events>& out) {
  static const RuleId rule("INPUT_QUARANTINED");
  if (state.halts.contains(rule)) return;
  halt_for(state, rule.text(),
           text_of(aside.entity) + " will never see entry " + std::to_string(aside.input) +
               ", so what it knows of the account is in doubt. Openings are halted.",
           1, moment, out);
}

void RiskAuthority::decide(const State& state, const ChangeLimits& change, const Moment&, Out<Events>& out) {
  if (state.limits_version > 0 && change.key == state.limits_key) return;
  if (change.by.empty()) return refuse_anonymous(change.key, out);
  if (std::string why = invalid_limit(change.limits); !why.empty()) return deny(change.key, "LIMIT_INVALID", why + ".", out);
  out(LimitsChanged{change.key, change.by, state.limits_version + 1, change.limits});
}

void RiskAuthority::decide(const State& state, const HaltTrading& halt, const Moment&, Out<Events>& out) {
  const RuleId rule("TRADING_HALTED");
  const auto standing = state.halts.find(rule);
  if (standing != state.halts.end() && standing->second.key == halt.key) return;
  if (halt.by.empty()) return refuse_anonymous(halt.key, out);
  if (standing != state.halts.end())
    return deny(halt.key, "ALREADY_HALTED",
                "Openings are already halted by " + std::string(standing->second.by.text()) + ": " + standing->second.reason,
                out);
  out(TradingHalted{halt.key, halt.by, rule, halt.reason});
}

void RiskAuthority::decide(const State& state, const RequestRearm& request, const Moment&, Out<Events>& out) {
  if (state.rearm_pending && request.key == state.rearm_key) return;
  if (request.by.empty()) return refuse_anonymous(request.key, out);
  if (state.halts.empty()) return deny(request.key, "NOT_HALTED", "Openings are not halted.", out);
  out(RearmRequested{request.key, request.by, state.rearm_count + 1, request.reason});
}

void RiskAuthority::decide(const State& state, const ConfirmRearm& confirm, const Moment&, Out<Events>& out) {
  if (!state.rearm_pending && !confirm.key.empty() && confirm.key == state.rearm_key) return;
  if (confirm.by.empty()) return refuse_anonymous(confirm.key, out);
  if (!state.rearm_pending)
    return deny(confirm.key, "REARM_NOT_REQUESTED", "No request to re-arm is waiting: ask for one first.", out);
  if (confirm.request != state.rearm_count)
    return deny(confirm.key, "REARM_REQUEST_DIFFERS",
                "Request " + std::to_string(state.rearm_count) + " is waiting, not " + std::to_string(confirm.request) + ".",
                out);
  if (drawdown_exceeded(state) || daily_loss_exceeded(state))
    return deny(confirm.key, "LOSS_STILL_EXCEEDED",
                "The loss is still beyond its limit (drawdown " + drawdown(state).text() + ", today " + daily_loss(state).text() +
                    "): change the limit first.",
                out);
  out(TradingRearmed{confirm.key, confirm.by, confirm.request});
}

}  // namespace tally
