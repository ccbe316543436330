#include "app/job/performance.hpp"

#include <algorithm>
#include <stdexcept>

#include "app/views/account_books.hpp"

namespace tally::job {
namespace {

constexpr const char* feed = "job:bars";

std::size_t shortest(const std::vector<Series>& series) {
  std::size_t bars = series.front().bars.size();
  for (const Series& one : series) bars = std::min(bars, one.bars.size());
  return bars;
}

IdempotencyKey signal_key(std::size_t bar) { return IdempotencyKey("bar-" + std::to_string(bar)); }
IdempotencyKey act_key(const char* what, std::size_t bar) {
  return IdempotencyKey(std::string(what) + "-" + std::to_string(bar));
}

}  // namespace

Performance::Performance(AccountNode& node, const std::vector<Series>& series, Script script, Note note)
    : node_(node), series_(series), script_(std::move(script)), note_(std::move(note)), resumed_at_(node.time().now()),
      bars_(shortest(series)) {
  for (const std::string_view name : source_names)
    for (const Series& one : series_) watches_.push_back({make_source(name), SignalSourceId(name), &one});
}

bool Performance::step() {
  if (bar_ == bars_) return false;
  const std::vector<Message> signals = listen();  // also while passing over: sources remember
  std::vector<Bar> now;
  for (const Series& one : series_) now.push_back(one.bars[bar_]);
  if (now.front().closed_at >= resumed_at_) {
    node_.show(now, feed);
    node_.node().settle();
    const auto [first, last] = script_.equal_range(bar_);
    for (auto cue = first; cue != last; ++cue) act(cue->second);
    for (const Message& signal : signals) send(signal);
    node_.node().settle();
  }
  return ++bar_ < bars_;
}

std::vector<Message> Performance::listen() {
  std::vector<Message> signals;
  for (Watch& watch : watches_)
    if (const auto opinion = watch.source->after(watch.series->bars[bar_]))
      signals.push_back(
          SendSignal{signal_key(bar_), watch.name, watch.series->product.product, opinion->direction, opinion->stop_loss_ratio});
  return signals;
}

void Performance::act(const Cue& cue) {
  if (!cue.note.empty()) note_(cue.note);
  if (const auto* message = std::get_if<Message>(&cue.act)) return send(*message);
  if (const auto* fail = std::get_if<FailEntity>(&cue.act))
    return node_.node().inject_fault(node_.account(), fail->entity, 1, "drill: made to fail by the job");
  node_.node().settle();
  if (std::holds_alternative<TradeByTelephone>(cue.act)) trade_by_telephone();
  if (std::holds_alternative<ResolveDrifts>(cue.act)) resolve_drifts();
  if (std::holds_alternative<Rearm>(cue.act)) rearm();
}

void Performance::send(Message message) {
  const Outcome outcome = node_.command(std::move(message), "job");
  if (!outcome.accepted) throw std::runtime_error("the node refused an input: " + outcome.refusal);
}

// An order in our account that did not come from us.
void Performance::trade_by_telephone() {
  OrderCommanded order;
  order.order = ClientOrderId("TELEPHONE-1");
  order.batch = {ProductId("SPY"), BatchKind::shared, 1};
  order.quantity = Quantity::whole(5);
  order.commanded_at = node_.time().now();
  order.account = AccountId(node_.account());
  node_.node().submit(node_.venue(), {order}, "venue:telephone");
}

void Performance::resolve_drifts() {
  const AccountBooks books = account_books(node_.journal(), node_.account(), node_.venue());
  for (const auto& [number, drift] : books.drifts) {
    if (drift.resolution || drift.kind != DriftKind::position) continue;
    ResolveDrift resolve{act_key("drift", number), OperatorId("ada"), number, "bought by telephone", {}, {}};
    resolve.subscription = SubscriptionId(drift_taker);
    resolve.price = node_.market().mark(drift.product)->price;
    send(resolve);
  }
}

void Performance::rearm() {
  const Outcome asked = node_.command(RequestRearm{act_key("rearm", bar_), OperatorId("ada"), "drill over"}, "job");
  for (const EntryPtr& entry : asked.cascade)
    for (const Event& event : entry->events)
      if (const auto* request = std::get_if<RearmRequested>(&event.body))
        send(ConfirmRearm{act_key("confirm", bar_), OperatorId("ada"), request->request});
}

}  // namespace tally::job
