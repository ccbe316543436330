// What one decision says, and what the orders are like after it.
#pragma once

#include "actors/broker_session/broker_session.hpp"

namespace tally {

// What one decision says, together with the orders as it leaves them: a venue's own records may tell several things
// about one order. Copies are made of what is touched only; a decision about one report needs none. An order found
// here changes under its reference when something is said of it.
class Draft {
 public:
  enum class Copies : bool { none, touched };

  Draft(const BrokerSessionState& state, const Moment& moment, Out<BrokerSession::Events>& out, Copies copies)
      : state_(state), moment_(moment), out_(out), keeps_(copies == Copies::touched) {}

  const Moment& moment() const { return moment_; }

  const Order* find(const ClientOrderId& id) const {
    const auto touched = touched_.find(id);
    return touched == touched_.end() ? state_.find(id) : &touched->second;
  }

  template <class E>
  void operator()(E event) {
    if constexpr (requires(Order& order) { record(order, event); })
      if (keeps_) record(touched_.try_emplace(event.order, *find(event.order)).first->second, event);
    out_(std::move(event));
  }

  // Records and alerts; the same dispute once.
  void mismatch(const ClientOrderId& order, const ExecutionId& execution, RuleId why, Severity severity, std::string reason) {
    const Dispute dispute{order, execution, why};
    if (state_.disputes.contains(dispute) || (keeps_ && !disputed_.insert(dispute).second)) return;
    out_(ReportMismatched{order, execution, why, reason});
    out_(AlertTriggered{why, severity, std::string(order.text()), std::move(reason), moment_.now});
  }

 private:
  const BrokerSessionState& state_;
  const Moment& moment_;
  Out<BrokerSession::Events>& out_;
  bool keeps_;
  std::map<ClientOrderId, Order> touched_;
  std::set<Dispute> disputed_;
};

}  // namespace tally
