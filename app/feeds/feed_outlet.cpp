#include "app/feeds/feed_outlet.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "app/account_node.hpp"
#include "app/feeds/tape_place.hpp"
#include "app/starting_point.hpp"
#include "app/venue/bar_shower.hpp"
#include "app/venue/bar_tape.hpp"

namespace tally {
namespace {

constexpr Offset looked_back = 65'536;   // entries of a venue elsewhere; what is older is found by its close
constexpr Offset piece = 256;
constexpr int answer_seconds = 5;        // a node that stops leading waits no longer for it

// The last record of that tape whose bar stands in the venue's journal; 0 where there is none.
Offset last_shown_of(const Journal& journal, Symbol venue, const std::string& tape) {
  for (Offset to = journal.committed(venue); to > 0;) {
    const Offset from = to > piece ? to - piece + 1 : 1;
    Offset last = 0;
    for_each_entry(journal, venue, from, to, [&](const Entry& entry) {
      const auto place = tape_place_of(entry.producer);
      if (place && place->tape == tape) last = place->offset;
    });
    if (last > 0) return last;
    to = from - 1;
  }
  return 0;
}

}  // namespace

FeedOutlet::FeedOutlet(AccountNode& node, std::string feed) : node_(node), feed_(std::move(feed)) {}

std::string FeedOutlet::source_at(Offset record) const {
  return tape_producer(node_.venue_is_remote() ? node_.name() + '/' + feed_ : feed_, record);
}

FeedOutlet::Known FeedOutlet::known(const std::vector<ProductId>& products) {
  if (node_.venue_is_remote()) return known_elsewhere(products);
  Known known;
  for (const auto& [product, bar] : starting_point(node_.journal(), node_.venue()).bars) known.closes[product] = bar.closed_at;
  known.record = last_shown_of(node_.journal(), node_.venue(), "tape:" + feed_);
  return known;
}

// Backwards, until this node's place and a bar of each product were found.
FeedOutlet::Known FeedOutlet::known_elsewhere(const std::vector<ProductId>& products) {
  BarTape& tape = node_.tape();
  const auto end = tape.end();
  if (!end) throw TapeUnavailable("the venue has not said so far what it recorded");
  const std::string own = "tape:" + node_.name() + '/' + feed_;
  Known known;
  const auto take = [&](const Entry& entry) {
    const auto place = tape_place_of(entry.producer);
    if (place && place->tape == own) known.record = std::max(known.record, place->offset);
    const bool of_feed = place && (place->tape == own || place->tape.ends_with('/' + feed_));
    for (const Event& event : entry.events) {
      const auto* bar = std::get_if<BarObserved>(&event.body);
      if (!bar) continue;
      Time& newest = known.closes.try_emplace(bar->product, bar->closed_at).first->second;
      newest = std::max(newest, bar->closed_at);
      if (of_feed) known.followed_to = std::max(known.followed_to.value_or(bar->closed_at), bar->closed_at);
    }
  };
  const auto found = [&] {
    return known.record > 0 &&
           std::all_of(products.begin(), products.end(), [&](ProductId product) { return known.closes.contains(product); });
  };
  const Offset oldest = *end > looked_back ? *end - looked_back : 0;
  for (Offset to = *end; to > oldest && !found();) {
    const Offset from = to > piece ? to - piece + 1 : 1;
    for (Offset at = from; at <= to;) {
      const BarTape::Piece read = tape.read(at);
      for (const EntryPtr& entry : read.entries)
        if (entry->offset <= to) take(*entry);
      if (read.through < at) break;
      at = read.through + 1;
    }
    to = from - 1;
  }
  return known;
}

Outcome FeedOutlet::show(const BarObserved& bar, Offset record) {
  const std::string source = source_at(record);
  if (!node_.venue_is_remote()) {
    std::promise<Outcome> taken;
    node_.show({&bar, 1}, source, [&](const Outcome& outcome) { taken.set_value(outcome); });
    Outcome outcome = taken.get_future().get();
    if (outcome.accepted) node_.settle();
    return outcome;
  }
  if (!node_.may_act()) throw std::runtime_error("this node may not act: its lease is over");
  BarShower venue(node_.profile().venue_reach.address, answer_seconds);  // a new one: it closes what is silent between two bars
  venue.show({&bar, 1}, source);
  // Not settled: an account that is no longer led here never is.
  const Offset end = venue.end();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(answer_seconds);
  while (!node_.judged_up_to(end) && node_.may_act() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return {true, {}, 0, {}};
}

}  // namespace tally
