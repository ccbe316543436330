#include "actors/venues/binance/feed.hpp"

#include <set>
#include <stdexcept>

namespace tally::binance {

using market::DepthFeed;
using market::FeedState;

namespace {

market::DepthLimits depth_limits(const FeedRules& rules) {
  market::DepthLimits limits;
  limits.stale_after_ns = rules.depth_stale_ms * ns_per_ms;
  return limits;
}

std::string refusal(const std::vector<ProductStreams>& products, const FeedRules& rules) {
  if (products.empty()) return "no product is asked for";
  std::set<std::string> symbols;
  std::set<ProductId> names;
  for (const ProductStreams& product : products) {
    if (product.symbol.empty() || product.symbol.size() > 32) return "a symbol is empty or longer than 32 characters";
    for (const char c : product.symbol)
      if ((c < 'A' || c > 'Z') && (c < '0' || c > '9'))
        return "symbol '" + product.symbol + "' is not upper-case letters and digits";
    for (const char c : product.bars)
      if ((c < 'a' || c > 'z') && c != 'M' && (c < '0' || c > '9')) return "'" + product.bars + "' is no interval of bars";
    if (product.bars.size() > 4) return "'" + product.bars + "' is no interval of bars";
    if (!symbols.insert(product.symbol).second) return "symbol " + product.symbol + " is there twice";
    if (!names.insert(product.product).second) return "product " + std::string(product.product.text()) + " is there twice";
    if (stream_count({&product, 1}) == 0) return "no stream of " + product.symbol + " is asked for";
  }
  if (stream_count(products) > streams_max) return "more than " + std::to_string(streams_max) + " streams on one connection";
  if (rules.backoff_ms < 1 || rules.backoff_ms_max < rules.backoff_ms) return "backoffMs is below 1, or above backoffMsMax";
  if (rules.snapshots_per_minute < 1 || rules.snapshot_levels < 1) return "snapshotsPerMinute and snapshotLevels are at least 1";
  for (const std::int64_t ms : {rules.stable_after_ms, rules.connect_within_ms, rules.ping_after_ms, rules.pong_within_ms,
                                rules.connection_age_ms_max, rules.depth_stale_ms, rules.tick_stale_ms, rules.snapshot_within_ms,
                                rules.backoff_ms_max})
    if (ms < 1 || ms > 1'000'000'000) return "a length of time is below 1 ms or above 11 days";
  if (rules.frame_bytes_max < 1'024 || rules.snapshot_bytes_max < 1'024) return "frames and snapshots have at least 1024 bytes";
  if (rules.malformed_max < 1) return "malformedMax is at least 1";
  return {};
}

}  // namespace

Feed::Feed(VenueId venue, std::vector<ProductStreams> products, const FeedRules& rules, std::uint64_t seed)
    : venue_(venue),
      products_(std::move(products)),
      rules_(rules),
      backoff_(rules.backoff_ms, rules.backoff_ms_max, seed),
      budget_(rules.snapshots_per_minute) {
  const std::string why = refusal(products_, rules_);
  if (!why.empty()) throw std::invalid_argument(why);
  const std::int64_t ticks_stale = rules_.tick_stale_ms * ns_per_ms, depth_stale = rules_.depth_stale_ms * ns_per_ms;
  for (const ProductStreams& product : products_)
    states_.push_back({DepthFeed(depth_limits(rules_)),
                       market::TickFeed(ticks_stale),
                       {Stream{"trade", product.trades, ticks_stale, {}, false},
                        Stream{"quote", product.quotes, ticks_stale, {}, false},
                        Stream{"depth", product.depth, depth_stale, {}, false},
                        Stream{"bar", !product.bars.empty(), ticks_stale, {}, false}},
                       false,
                       Backoff(rules_.backoff_ms, rules_.backoff_ms_max, seed + states_.size() + 1),
                       Time{INT64_MIN}});
}

void Feed::start(Time now, Output& out) {
  started_ = true;
  connect_from_ = now;
  for (ProductState& state : states_)
    for (Stream& stream : state.streams) stream.last = now;
  report(FeedEvent::started, {}, {}, 0, {}, now, out);
  tick(now, out);
}

void Feed::stop(Time now, Output& out) {
  report(FeedEvent::stopped, {}, {}, 0, {}, now, out);
  started_ = false;
}

void Feed::tick(Time now, Output& out) {
  if (!started_) return;
  if (link_ == LinkState::waiting && now >= connect_from_) {
    link_ = LinkState::connecting;
    connecting_since_ = now;
    closing_ = false;
    out.actions.push_back(Connect{});
  }
  keep_alive(now, out);
  watch_silence(now, out);
  ask_snapshots(now, out);
}

void Feed::connected(Time now, Output& out) {
  link_ = LinkState::connected;
  connected_at_ = heard_at_ = now;
  pinged_at_.reset();
  malformed_in_a_row_ = 0;
  asked_.reset();
  ++counters_.connects;
  report(FeedEvent::connected, {}, {}, 0, {}, now, out);
}

void Feed::lost(std::string_view why, Time now, Output& out) {
  if (link_ == LinkState::waiting) return;
  if (link_ == LinkState::connected) {
    ++counters_.disconnects;
    report(FeedEvent::disconnected, {}, {}, 0, std::string(why), now, out);
    if (now - connected_at_ >= rules_.stable_after_ms * ns_per_ms) backoff_.reset();
  } else {
    ++counters_.connect_failures;
  }
  link_ = LinkState::waiting;
  asked_.reset();
  for (ProductState& state : states_) {  // what stood is not known to stand
    state.depth.restart();
    state.ticks.restart();
    state.had_update = false;
  }
  connect_from_ = now + backoff_.next_ms() * ns_per_ms;
}

void Feed::heard(Time now) {
  heard_at_ = now;
  pinged_at_.reset();
}

void Feed::text(std::string_view frame, Time now, Output& out) {
  heard(now);
  ++counters_.messages;
  counters_.bytes += frame.size();
  auto parsed = parse_stream(frame, products_, venue_, now);
  if (const Nothing* nothing = std::get_if<Nothing>(&parsed)) {
    if (*nothing == Nothing::answer) ++counters_.answers;
    if (*nothing == Nothing::unknown) ++counters_.unknown;
    if (*nothing != Nothing::malformed) return;
    ++counters_.malformed;
    if (++malformed_in_a_row_ >= rules_.malformed_max) close("too many messages in a row that are none of the protocol's", out);
    return;
  }
  malformed_in_a_row_ = 0;
  Said& said = std::get<Said>(parsed);
  std::visit([&](auto& content) { take(said.product, content, now, out); }, said.content);
}

void Feed::take(std::size_t product, TradeTick& tick, Time now, Output& out) {
  ++counters_.trades;
  market::TickFeed& ticks = states_[product].ticks;
  const std::uint64_t missed = ticks.counters().missed;
  if (ticks.take(tick)) seen(product, trade, now, out);
  if (const std::uint64_t left_out = ticks.counters().missed - missed; left_out > 0) {
    ++counters_.gaps;
    report(FeedEvent::gap, product, "trade", left_out, {}, now, out);
  }
  out.messages.push_back(std::move(tick));
}

void Feed::take(std::size_t product, QuoteTick& tick, Time now, Output& out) {
  ++counters_.quotes;
  if (states_[product].ticks.take(tick)) seen(product, quote, now, out);
  out.messages.push_back(std::move(tick));
}

void Feed::take(std::size_t product, DepthUpdate& update, Time now, Output& out) {
  ++counters_.depth_updates;
  ProductState& state = states_[product];
  const std::uint64_t last = state.depth.last_update_id();
  const auto taken = state.depth.take(update);
  if (taken == DepthFeed::Taken::applied || taken == DepthFeed::Taken::kept) seen(product, depth, now, out);
  if (taken == DepthFeed::Taken::kept) state.had_update = true;
  if (taken == DepthFeed::Taken::gap) {
    state.had_update = true;
    ++counters_.gaps;
    report(FeedEvent::gap, product, "depth", update.first_update_id - last - 1, {}, now, out);
  }
  out.messages.push_back(std::move(update));
  ask_snapshots(now, out);
}

void Feed::take(std::size_t product, MarketBar& taken, Time now, Output& out) {
  ++counters_.bars;
  seen(product, bar, now, out);
  if (taken.final) {
    ++counters_.final_bars;
    counters_.final_bar_late_ns_max = std::max(counters_.final_bar_late_ns_max, now - taken.closed_at);
  }
  out.messages.push_back(std::move(taken));
}

void Feed::snapshot(std::uint64_t request, std::string_view body, Time now, Output& out) {
  if (!asked_ || request != requests_) return;  // of a connection that is gone
  const std::size_t product = *asked_;
  auto parsed = parse_snapshot(body, products_[product], venue_, now);
  if (!parsed) return snapshot_failed(request, 200, 0, now);
  asked_.reset();
  ++counters_.snapshots;
  ProductState& state = states_[product];
  const std::uint64_t gaps = state.depth.counters().gaps;
  state.depth.take(*parsed);
  out.messages.push_back(std::move(*parsed));
  if (state.depth.state() == FeedState::synchronized) {
    ++counters_.synchronized;
    state.retry.reset();
    report(FeedEvent::synchronized, product, "depth", 0, {}, now, out);
    return;
  }
  // Older than the first update that was kept: what lies between the two is not known.
  counters_.gaps += state.depth.counters().gaps - gaps;
  postpone(product, now);
}

void Feed::snapshot_failed(std::uint64_t request, unsigned status, std::int64_t retry_after_s, Time now) {
  if (!asked_ || request != requests_) return;
  const std::size_t product = *asked_;
  asked_.reset();
  ++counters_.snapshot_failures;
  if (status == 429 || status == 418) {
    ++counters_.rate_limited;
    constexpr std::int64_t without_header_s = 60, most_s = 4 * 86'400;  // the venue's longest ban has three days
    const std::int64_t wait = retry_after_s > 0 ? std::min(retry_after_s, most_s) : without_header_s;
    budget_.forbid(now + wait * ns_per_s);
  }
  postpone(product, now);
}

std::size_t Feed::stale_streams() const {
  std::size_t count = 0;
  for (const ProductState& state : states_)
    for (const Stream& stream : state.streams) count += stream.stale;
  return count;
}

void Feed::report(FeedEvent event, std::optional<std::size_t> product, std::string_view stream, std::uint64_t count,
                  std::string detail, Time now, Output& out) {
  FeedReported report;
  report.venue = venue_;
  if (product) report.product = products_[*product].product;
  report.stream = stream;
  report.received_at = now;
  report.event = event;
  report.count = count;
  report.detail = std::move(detail);
  out.messages.push_back(std::move(report));
}

void Feed::close(std::string why, Output& out) {
  if (std::exchange(closing_, true)) return;
  out.actions.push_back(Close{std::move(why)});
}

void Feed::seen(std::size_t product, StreamKind kind, Time now, Output& out) {
  Stream& stream = states_[product].streams[kind];
  if (stream.stale) report(FeedEvent::resumed, product, stream.name, 0, {}, now, out);
  stream.stale = false;
  stream.last = now;
}

void Feed::keep_alive(Time now, Output& out) {
  const auto ms = [&](Time since) { return (now - since) / ns_per_ms; };
  if (link_ == LinkState::connecting && ms(connecting_since_) > rules_.connect_within_ms) close("no connection in time", out);
  if (link_ != LinkState::connected) return;
  if (ms(connected_at_) > rules_.connection_age_ms_max) return close("before the venue ends the connection by its age", out);
  if (pinged_at_) {
    if (ms(*pinged_at_) > rules_.pong_within_ms) close("no answer to a ping", out);
  } else if (ms(heard_at_) > rules_.ping_after_ms) {
    pinged_at_ = now;
    ++counters_.pings;
    out.actions.push_back(Ping{});
  }
}

// The alarm where nothing comes that could be counted, lost connections included.
void Feed::watch_silence(Time now, Output& out) {
  for (std::size_t product = 0; product < states_.size(); ++product)
    for (Stream& stream : states_[product].streams) {
      if (!stream.wanted || stream.stale || now - stream.last <= stream.stale_ns) continue;
      stream.stale = true;
      ++counters_.stale_alarms;
      const std::string detail = "silent for " + std::to_string((now - stream.last) / ns_per_ms) + " ms";
      report(FeedEvent::stale, product, stream.name, 0, detail, now, out);
    }
}

// One at a time, in the order of products; one that failed waits, so that the others have their turn.
void Feed::ask_snapshots(Time now, Output& out) {
  if (link_ != LinkState::connected) return;
  if (asked_ && now - asked_at_ > 2 * rules_.snapshot_within_ms * ns_per_ms) snapshot_failed(requests_, 0, 0, now);
  for (std::size_t product = 0; product < states_.size() && !asked_; ++product) {
    ProductState& state = states_[product];
    if (!products_[product].depth || !state.had_update || state.depth.state() == FeedState::synchronized) continue;
    if (now < state.snapshot_from) continue;
    if (!budget_.take(now)) {
      ++counters_.snapshots_delayed;
      return;
    }
    asked_ = product;
    asked_at_ = now;
    ++counters_.snapshot_requests;
    out.actions.push_back(AskSnapshot{product, ++requests_});
  }
}

void Feed::postpone(std::size_t product, Time now) {
  ProductState& state = states_[product];
  state.snapshot_from = now + state.retry.next_ms() * ns_per_ms;
}

}  // namespace tally::binance
