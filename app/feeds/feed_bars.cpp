#include "app/feeds/feed_bars.hpp"

namespace tally {
namespace {

constexpr std::int64_t read_before_ns = 60 * ns_per_s;   // by how much our clock may be ahead of the venue's

bool has_prices(const BarObserved& bar) {
  return bar.low > Price{} && bar.low <= bar.open && bar.low <= bar.close && bar.open <= bar.high && bar.close <= bar.high;
}

}  // namespace

FeedBars::FeedBars(const FeedSetting& setting) : source_("tape:" + setting.feed) {
  for (const FeedProduct& one : setting.products) {
    Product& product = products_[one.seen_as];
    product.setting = one;
    if (one.from != FeedBarsFrom::venue)
      product.building.emplace(bars::Timeframe::parse(one.bars), setting.lateness_ms * ns_per_ms);
  }
}

void FeedBars::knows(ProductId product, Time closed_at) {
  for (auto& [name, of] : products_)
    if (of.setting.product == product && (!of.known || *of.known < closed_at)) of.known = closed_at;
}

std::optional<Time> FeedBars::built_from() const {
  std::optional<Time> from;
  for (const auto& [name, product] : products_) {
    if (!product.building || !product.known) continue;
    const Time begin = *product.known + -read_before_ns;
    if (!from || begin < *from) from = begin;
  }
  return from;
}

void FeedBars::take(const Message& message, Time received_at, Out& out) {
  if (!first_) first_ = received_at;
  ++counters_.records;
  const auto of = [&](const auto& said) {
    const auto it = products_.find(said.product);
    if (it != products_.end()) take(it->second, said, out);
  };
  if (const auto* bar = std::get_if<MarketBar>(&message)) of(*bar);
  else if (const auto* trade = std::get_if<TradeTick>(&message)) of(*trade);
  else if (const auto* quote = std::get_if<QuoteTick>(&message)) of(*quote);
  else if (const auto* report = std::get_if<FeedReported>(&message)) take(*report, out);
  pass(received_at, out);
}

void FeedBars::pass(Time now, Out& out) {
  for (auto& [name, product] : products_)
    if (product.building) product.building->pass(now.ns, [&](const TickBars::Bar& bar) { built(product, bar, out); });
}

void FeedBars::take(Product& product, const MarketBar& bar, Out& out) {
  if (product.building || !bar.final || bar.of != BarOf::trades) return;
  if (bar.timeframe != product.setting.bars) {
    ++counters_.other_timeframe;
    return;
  }
  emit(product, {product.setting.product, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.opened_at, bar.closed_at}, out);
}

void FeedBars::take(Product& product, const TradeTick& trade, Out& out) {
  if (!product.ticks.take(trade)) return;
  out.marks.push_back({product.setting.product, trade.price, source_, trade.at, {}});
  if (product.setting.from == FeedBarsFrom::trades) add(product, trade.at, trade.price, trade.size, out);
}

void FeedBars::take(Product& product, const QuoteTick& quote, Out& out) {
  if (!product.ticks.take(quote)) return;
  const Time at = quote.at == Time{} ? quote.received_at : quote.at;   // venues state no time of a quote
  MidPriceCaptured top;
  top.product = product.setting.product;
  top.state = product.ticks.state();
  if (const auto& bid = product.ticks.bid()) top.bid = bid->price;
  if (const auto& ask = product.ticks.ask()) top.ask = ask->price;
  const auto mid = product.ticks.mid();
  if (mid) top.mid = *mid;
  top.source = source_;
  top.book_hash = quote.update_id;
  top.at = at;
  out.tops.push_back(std::move(top));
  if (mid && product.setting.from == FeedBarsFrom::quotes) add(product, at, *mid, {}, out);
}

// What stood before is not known to stand.
void FeedBars::take(const FeedReported& report, Out& out) {
  if (report.event == FeedEvent::gap || report.event == FeedEvent::dropped) ++counters_.gaps;
  const bool lost =
      report.event == FeedEvent::started || report.event == FeedEvent::disconnected || report.event == FeedEvent::stopped;
  const bool silent = report.event == FeedEvent::stale && (report.stream == "quote" || report.stream.empty());
  if (!lost && !silent) return;
  for (auto& [name, product] : products_) {
    if (!report.product.empty() && report.product != name) continue;
    if (lost) product.ticks.restart();
    MidPriceCaptured top;
    top.product = product.setting.product;
    top.state = BookState::missing;
    top.source = source_;
    top.at = report.received_at;
    out.tops.push_back(std::move(top));
  }
}

void FeedBars::add(Product& product, Time at, Price price, Quantity size, Out& out) {
  const std::uint64_t late = product.building->late();
  product.building->add(at.ns, price, size, [&](const TickBars::Bar& bar) { built(product, bar, out); });
  counters_.late_ticks += product.building->late() - late;
}

void FeedBars::built(Product& product, const TickBars::Bar& bar, Out& out) {
  if (product.known && bar.bucket.end <= product.known->ns) {
    ++counters_.known;
    return;
  }
  if (bar.bucket.start < first_->ns) {
    ++counters_.not_whole;
    return;
  }
  emit(
      product,
      {product.setting.product, bar.open, bar.high, bar.low, bar.close, bar.volume, Time{bar.bucket.start}, Time{bar.bucket.end}},
      out);
}

void FeedBars::emit(Product& product, const BarObserved& bar, Out& out) {
  if (!has_prices(bar) || bar.closed_at <= bar.opened_at) {
    ++counters_.without_price;
    return;
  }
  if (product.known && bar.closed_at <= *product.known) {
    ++counters_.known;
    return;
  }
  product.known = bar.closed_at;
  ++counters_.bars;
  out.bars.push_back(bar);
}

}  // namespace tally
