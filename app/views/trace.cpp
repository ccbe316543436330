#include "app/views/trace.hpp"

#include <algorithm>
#include <map>

#include "messages/json_codec.hpp"

namespace tally {
namespace {

constexpr std::pair<const char*, const char*> stage_names[] = {
    {"S01", "execution intent"}, {"S02", "desired position"}, {"S03", "risk gate"},    {"S04", "order command"},
    {"S05", "provider event"},   {"S06", "reconciliation"},   {"S07", "operator view"},
};
enum Stage : std::size_t { intent_stage, desired, risk, command, provider, reconciliation, operator_view };

std::string signed_text(Quantity quantity) { return (quantity > Quantity{} ? "+" : "") + quantity.text(); }
std::string side_text(Side side) { return side == Side::buy ? "buy" : "sell"; }

// Follows all intents at once: one pass over the journal, a record goes to every intent it is about.
class TraceFold {
 public:
  explicit TraceFold(std::optional<IntentId> only) : only_(only) {}

  void fold(const Entry& entry) {
    entry_ = &entry;
    for (const Event& event : entry.events) std::visit([&](const auto& body) { take(body); }, event.body);
  }

  std::vector<IntentTrace> result(Symbol account) && {
    for (IntentTrace& trace : traces_) {
      trace.account = AccountId(account);
      trace.venue = venue_;
      conclude(trace);
    }
    return std::move(traces_);
  }

 private:
  IntentTrace* find(const IntentId& intent) {
    const auto it = index_.find(intent);
    return it == index_.end() ? nullptr : &traces_[it->second];
  }

  template <class Visit>
  void each_of(const BatchId& batch, Visit visit) {
    if (const auto it = batches_.find(batch); it != batches_.end())
      for (const IntentId& intent : it->second)
        if (IntentTrace* trace = find(intent)) visit(*trace);
  }

  void record(IntentTrace& trace, Stage stage, const char* what, std::string text, std::string note = {}) {
    trace.stages[stage].records.push_back({entry_->offset, entry_->at, what, std::move(text), std::move(note)});
  }

  void take(const AccountConfigured& configured) { venue_ = configured.venue; }

  void take(const IntentCreated& created) {
    if (only_ && *only_ != created.intent) return;
    index_[created.intent] = traces_.size();
    IntentTrace& trace = traces_.emplace_back();
    for (const auto& [stage, name] : stage_names) trace.stages.push_back({stage, name, {}});
    trace.intent = created.intent;
    trace.investor = created.investor;
    trace.source = created.source;
    trace.product = created.product;
    trace.desired_position = created.target;
    trace.wanted = created.close + created.open;
    trace.confirmed_position = created.target - created.close - created.open;
    trace.risk_decision = "not judged";
    trace.provider_callback = "none";
    trace.operator_flag = "working";
    record(trace, intent_stage, "IntentCreated",
           std::string(shape::enumerator_name(created.reason)) + ": close " + signed_text(created.close) + ", open " +
               signed_text(created.open) + " " + std::string(created.product.text()) + ", sized at " + created.price.text() +
               ", virtual capital " + created.virtual_capital.text() +
               (created.stop_loss_ratio ? ", stop " + created.stop_loss_ratio->text() : ""),
           created.price_source);
    record(trace, desired, "IntentCreated",
           "target " + signed_text(created.target) + " from " + signed_text(trace.confirmed_position));
  }

  void take(const IntentReleased& released) {
    IntentTrace* trace = find(released.intent);
    if (!trace) return;
    trace->operator_flag = "released " + std::string(released.rule.text());
    record(*trace, reconciliation, "IntentReleased",
           signed_text(released.quantity) + " given up: " + std::string(released.rule.text()), released.reason);
  }

  void take(const IntentCancelRequested& cancel) {
    if (IntentTrace* trace = find(cancel.intent)) record(*trace, command, "IntentCancelRequested", "what is not traded yet is wanted no more");
  }

  void take(const NettingBatchFormed& formed) {
    auto& intents = batches_[formed.batch];
    for (const BatchRow& row : formed.rows) {
      intents.push_back(row.intent);
      if (IntentTrace* trace = find(row.intent))
        record(*trace, risk, "NettingBatchFormed", "judged in batch " + text_of(formed.batch) + " of " + std::to_string(formed.rows.size()) +
                                                       " intents, mark " + formed.mark.text());
    }
  }

  void take(const RiskApproved& approved) {
    each_of(approved.batch, [&](IntentTrace& trace) {
      if (!trace.risk_decision.starts_with("rejected"))
        trace.risk_decision = approved.scope == ApprovalScope::whole ? "approved" : "closing approved";
      record(trace, risk, "RiskApproved", "buy " + approved.buy.text() + ", sell " + approved.sell.text() + ", limits version " +
                                              std::to_string(approved.limits_version));
    });
  }

  void take(const RiskRejected& rejected) {
    for (const IntentId& intent : rejected.intents) {
      IntentTrace* trace = find(intent);
      if (!trace) continue;
      trace->risk_decision = "rejected " + std::string(rejected.rule.text());
      record(*trace, risk, "RiskRejected", std::string(rejected.rule.text()), rejected.reason);
    }
  }

  void take(const NetOrderRequested& requested) {
    each_of(requested.batch, [&](IntentTrace& trace) {
      record(trace, command, "NetOrderRequested", "net " + side_text(requested.side) + " " + requested.quantity.text());
    });
  }

  void take(const OrderCommanded& commanded) {
    each_of(commanded.batch, [&](IntentTrace& trace) {
      trace.orders.push_back(commanded.order);
      record(trace, command, "OrderCommanded", std::string(commanded.order.text()) + " " + side_text(commanded.side) + " " +
                                                   commanded.quantity.text() + " " +
                                                   std::string(shape::enumerator_name(commanded.type)));
    });
  }

  void take(const InternalNettingSettled& cross) {
    for (const SplitRow& row : cross.rows) {
      IntentTrace* trace = find(row.intent);
      if (!trace) continue;
      trace->provider_callback = "crossed at mid";
      share(*trace, row);
      record(*trace, command, "InternalNettingSettled",
             signed_text(row.quantity) + " crossed at mid " + cross.mid.text() + ", cash " + row.cash.text(), cross.mid_source);
    }
  }

  void take(const FillSplit& split) {
    for (const SplitRow& row : split.rows) {
      IntentTrace* trace = find(row.intent);
      if (!trace) continue;
      share(*trace, row);
      trace->provider_callback = trace->filled == trace->wanted ? "filled" : "partial_fill";
      record(*trace, provider, "FillSplit",
             "filled " + signed_text(row.quantity) + " of " + signed_text(split.quantity) + " at " + split.price.text() + ", cash " +
                 row.cash.text() + ", fee " + row.fee.text() + ", residual " + row.residual.text());
    }
  }

  static void share(IntentTrace& trace, const SplitRow& row) {
    trace.filled += row.quantity;
    trace.confirmed_position += row.quantity;
  }

  void take(const OrderSubmitted& order) { of_provider(order.batch, "OrderSubmitted", "the venue took " + std::string(order.order.text()), ""); }
  void take(const OrderAccepted& order) {
    each_of(order.batch, [&](IntentTrace& trace) { trace.venue_orders.push_back(order.venue_order); });
    of_provider(order.batch, "OrderAccepted", "the venue's order " + std::string(order.venue_order.text()), "accepted");
  }
  void take(const OrderFilled& fill) {
    of_provider(fill.batch, "OrderFilled",
                side_text(fill.side) + " " + fill.last_quantity.text() + " at " + fill.last_price.text() + ", cumulative " +
                    fill.cumulative_quantity.text() + ", leaves " + fill.leaves_quantity.text(),
                "");
  }
  void take(const OrderRejected& order) {
    of_provider(order.batch, "OrderRejected", std::string(order.rule.text()), "rejected", order.reason);
  }
  void take(const OrderCanceled& order) {
    of_provider(order.batch, "OrderCanceled", "unfilled " + order.unfilled.text(), "canceled", order.reason);
  }
  void take(const OrderInDoubt& order) { of_provider(order.batch, "OrderInDoubt", "nobody knows whether the venue has it", "unknown", order.reason); }

  void of_provider(const BatchId& batch, const char* what, const std::string& text, const char* callback, const std::string& note = {}) {
    each_of(batch, [&](IntentTrace& trace) {
      if (*callback != 0 && trace.filled == Quantity{}) trace.provider_callback = callback;
      record(trace, provider, what, text, note);
    });
  }

  void take(const IntentsReturned& returned) {
    for (const ReturnedRow& row : returned.rows)
      if (IntentTrace* trace = find(row.intent))
        record(*trace, reconciliation, "IntentsReturned",
               "unfilled " + signed_text(row.unfilled) + ": " + std::string(returned.rule.text()), returned.reason);
  }

  // A drift of the product while the intent was the latest on it.
  void take(const DriftDetected& drift) {
    const auto it = std::find_if(traces_.rbegin(), traces_.rend(), [&](const IntentTrace& t) { return t.product == drift.product; });
    if (it == traces_.rend()) return;
    open_drifts_[drift.drift] = static_cast<std::size_t>(traces_.rend() - it) - 1;
    record(*it, reconciliation, "DriftDetected",
           "expected " + signed_text(drift.expected) + ", provider " + signed_text(drift.reported) + ", residual " +
               signed_text(drift.difference),
           drift.playbook);
  }

  void take(const DriftResolved& resolved) {
    const auto it = open_drifts_.find(resolved.drift);
    if (it == open_drifts_.end()) return;
    record(traces_[it->second], reconciliation, "DriftResolved",
           std::string(shape::enumerator_name(resolved.resolution)) + " " + signed_text(resolved.quantity), resolved.reason);
    open_drifts_.erase(it);
  }

  void take(const ReconciliationCompleted& completed) {
    for (std::size_t i = compared_; i < traces_.size(); ++i)
      record(traces_[i], reconciliation, "ReconciliationCompleted",
             completed.clean ? "the provider's positions agree" : std::to_string(completed.differences) + " differences");
    compared_ = traces_.size();
  }

  void take(const AlertTriggered& alert) {
    for (IntentTrace& trace : traces_)
      if (alert.subject == text_of(trace.intent) || alert.subject == trace.intent.subscription.text())
        record(trace, operator_view, "AlertTriggered", std::string(alert.rule.text()), alert.text);
  }

  template <class M>
  void take(const M&) {}

  void conclude(IntentTrace& trace) {
    trace.residual = trace.wanted - trace.filled;
    if (trace.residual == Quantity{}) trace.operator_flag = "done";
    const bool drifts = std::any_of(open_drifts_.begin(), open_drifts_.end(),
                                    [&](const auto& drift) { return &traces_[drift.second] == &trace; });
    if (drifts) trace.operator_flag = "drift visible for review";
    record(trace, operator_view, "Summary",
           "target " + signed_text(trace.desired_position) + ", filled " + signed_text(trace.filled) + ", confirmed " +
               signed_text(trace.confirmed_position) + ", residual " + signed_text(trace.residual) + ": " + trace.operator_flag);
  }

  std::optional<IntentId> only_;
  const Entry* entry_ = nullptr;
  VenueId venue_;
  std::vector<IntentTrace> traces_;
  std::map<IntentId, std::size_t> index_;
  std::map<BatchId, std::vector<IntentId>> batches_;
  std::map<std::uint64_t, std::size_t> open_drifts_;   // drift -> trace
  std::size_t compared_ = 0;                           // traces that some comparison followed
};

}  // namespace

std::vector<IntentTrace> traces(const Journal& journal, Symbol account, const std::optional<IntentId>& only) {
  TraceFold fold(only);
  for_each_entry(journal, account, 1, journal.committed(account), [&](const Entry& entry) { fold.fold(entry); });
  return std::move(fold).result(account);
}

}  // namespace tally
