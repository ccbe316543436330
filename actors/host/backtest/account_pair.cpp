#include "actors/host/backtest/account_pair.hpp"

#include "actors/host/shard/effect_gate.hpp"
#include "actors/programs.hpp"
#include "actors/simulated_exchange/simulated_exchange.hpp"

namespace tally::backtest {

AccountPair::AccountPair(Symbol account, Symbol venue, Hooks hooks)
    : account_name_(account), venue_name_(venue), hooks_(std::move(hooks)),
      account_(account_program(), account, [this](const Entry& entry) { appended(false, entry); }),
      venue_(venue_program(), venue, [this](const Entry& entry) { appended(true, entry); }) {
  exchange_ = &venue_.state<SimulatedExchange>(venue.text());
}

void AccountPair::submit(Message message, Time now, const char* producer) {
  input_.clear();
  hooks_.capture(message, input_);
  input_.push_back(std::move(message));
  account_.submit(std::move(input_), now, producer);
  deliver(now);
}

void AccountPair::configure_venue(Message message, Time now) { venue_.submit(std::move(message), now); }

void AccountPair::show(const BarObserved& bar) {
  venue_.submit(Message(bar), bar.closed_at);
  deliver(bar.closed_at);
}

void AccountPair::take(const Deadline& deadline) {
  submit(Message(DeadlineReached{deadline.target, deadline.name, deadline.at}), deadline.at, "timer");
}

bool AccountPair::needs_bars() const {
  for (const auto& [product, market] : exchange_->markets)
    if (!market.working.empty()) return true;
  return false;
}

bool AccountPair::needs_bars(ProductId product) const { return tally::needs_bars(*exchange_, product); }

void AccountPair::appended(bool by_venue, const Entry& entry) {
  hooks_.sink(by_venue ? venue_name_ : account_name_, entry);
  for (const Event& event : entry.events)
    if (const Port port = port_of(event); port != Port::none) hops_.push_back({port == Port::venue, event.body});
}

void AccountPair::deliver(Time now) {
  while (!hops_.empty()) {
    Hop hop = std::move(hops_.front());
    hops_.pop_front();
    if (hop.to_venue) {
      to_venue(std::move(hop.message), now);
    } else {
      input_.clear();
      input_.push_back(std::move(hop.message));
      account_.submit(std::move(input_), now, "venue");
    }
  }
}

// As a node's link does it: what the venue's shard commits is released before its inlet answers that it took the order, so the
// account hears what the venue says of it first.
void AccountPair::to_venue(Message message, Time now) {
  const auto* command = std::get_if<OrderCommanded>(&message);
  std::optional<OrderSendReported> sent;
  if (command) {
    if (exchange_->settings && exchange_->settings->fills == FillModel::same_close) show_last_bar(command->batch.product);
    sent = OrderSendReported{command->order, SendOutcome::sent, ""};
  }
  venue_.submit(std::move(message), now);
  if (sent) hops_.push_back({false, std::move(*sent)});
}

// Only an order that trades at a close that was already seen needs a bar that nobody waited for.
void AccountPair::show_last_bar(ProductId product) {
  const BarObserved* bar = hooks_.last_bar(product);
  const VenueMarket* market = exchange_->market(product);
  if (bar && market && (!market->bar || market->bar->closed_at < bar->closed_at)) venue_.submit(Message(*bar), bar->closed_at);
}

}  // namespace tally::backtest
