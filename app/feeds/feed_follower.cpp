#include "app/feeds/feed_follower.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

#include "app/account_node.hpp"
#include "messages/stored.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "persistence/tape/tape_survey.hpp"

namespace tally {
namespace {

constexpr std::int64_t look_every_ms = 10;        // at the tape's live end
constexpr std::int64_t look_again_ms = 1'000;     // for a tape that cannot be read
constexpr std::int64_t offer_again_ms = 50;       // a bar that the node's inlet refused
constexpr std::int64_t read_before_ns = 60 * ns_per_s;
constexpr std::int64_t final_within_ns = 5 * ns_per_s;

}  // namespace

FeedFollower::FeedFollower(AccountNode& node, FeedSetting setting)
    : node_(node),
      setting_(std::move(setting)),
      live_clock_(node.profile().clock == ClockChoice::live),
      outlet_(node, setting_.feed),
      bars_(setting_) {
  status_.setting = setting_;
  thread_ = std::thread([this] { run(); });
}

FeedFollower::~FeedFollower() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

FeedStatus FeedFollower::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

bool FeedFollower::pause(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

void FeedFollower::set_state(FeedState state, std::string trouble) {
  std::lock_guard lock(mutex_);
  if (!trouble.empty() && trouble != status_.trouble) spdlog::warn("feed {}: {}", setting_.feed, trouble);
  if (state == FeedState::live && status_.state != state)
    spdlog::info("feed {}: at the live end, offset {}", setting_.feed, status_.offset);
  status_.state = state;
  status_.trouble = std::move(trouble);
}

void FeedFollower::run() {
  do {
    try {
      start_over();
      follow();
      return;
    } catch (const std::exception& error) {
      set_state(FeedState::waiting, error.what());
    }
  } while (!pause(look_again_ms));
}

// What was read and not shown is read again; what the venue has it is asked for once.
void FeedFollower::start_over() {
  if (!asked_) {
    std::vector<ProductId> products;
    for (const FeedProduct& product : setting_.products) products.push_back(product.product);
    FeedOutlet::Known known = outlet_.known(products);
    shown_ = std::move(known.closes);
    shown_at_ = known.record;
    followed_to_ = known.followed_to;
    asked_ = true;
  }
  const FeedCounters counted = bars_.counters();
  bars_ = FeedBars(setting_);
  bars_.counters() = counted;
  for (const auto& [product, closed_at] : shown_) bars_.knows(product, closed_at);
}

// Returns when it is told to stop.
void FeedFollower::follow() {
  TapeReader reader(setting_.tape);
  begin_at(reader);
  set_state(FeedState::reading);
  for (;;) {
    if (pause(0)) return;
    bool there = false;
    try {
      there = reader.next();
    } catch (const TapeDamaged& damaged) {
      ++bars_.counters().damaged;
      spdlog::error("feed {}: {}; what it held is not known here", setting_.feed, damaged.what());
      reader.skip_damage();
      continue;
    }
    if (there) {
      take(reader);
      continue;
    }
    set_state(FeedState::live);
    if (live_clock_) {   // what was received by now was read
      FeedBars::Out out;
      bars_.pass(node_.time().now(), out);
      deliver(out, node_.time().now());
    }
    if (pause(look_every_ms)) return;
  }
}

void FeedFollower::begin_at(TapeReader& reader) {
  if (shown_at_ > 0) {
    if (const auto built_from = bars_.built_from()) reader.seek(*built_from);
    else reader.seek(shown_at_ + 1);
    return;
  }
  // Another node showed it up to there, from a tape of its own. What was received since is looked for by time; a recorder's clock
  // may be behind by a minute.
  if (followed_to_) return reader.seek(std::min(bars_.built_from().value_or(*followed_to_), *followed_to_) + -read_before_ns);
  if (begin_ == 0 && setting_.begin == FeedBegin::now) begin_ = survey_tape(setting_.tape, false).synced + 1;
  if (begin_ > 0) reader.seek(begin_);
}

void FeedFollower::take(TapeReader& reader) {
  const tape_format::Record& record = reader.record();
  FeedCounters& counters = bars_.counters();
  if (const auto& missing = reader.missing()) {
    counters.missing_offsets += missing->to - missing->from + 1;
    ++counters.gaps;
  }
  FeedBars::Out out;
  const Time at = record.at;
  at_ = record.offset;
  try {
    bars_.take(message_of(record), at, out);
  } catch (const StoredError& error) {
    ++counters.damaged;
    spdlog::error("feed {}: record {}: {}", setting_.feed, record.offset, error.what());
  }
  {
    std::lock_guard lock(mutex_);
    status_.offset = record.offset;
    status_.at = at;
    status_.counters = counters;
  }
  deliver(out, at);
}

void FeedFollower::deliver(const FeedBars::Out& out, Time received_at) {
  if (live_clock_) {   // on a clock of bars, prices between bars would be of the future
    for (const MarkCaptured& mark : out.marks) node_.market().set(mark);
    for (const MidPriceCaptured& top : out.tops) node_.market().set(top);
  }
  for (const BarObserved& bar : out.bars) {
    if (!show(bar)) return;
    shown_at_ = at_;
    shown_[bar.product] = bar.closed_at;
    const std::int64_t delay = (live_clock_ ? node_.time().now() : received_at) - bar.closed_at;
    std::lock_guard lock(mutex_);
    status_.counters = bars_.counters();
    BarDelay& of = status_.delays[bar.product];
    of.closed_at = bar.closed_at;
    of.last_ns = delay;
    of.longest_ns = std::max(of.longest_ns, delay);
    ++of.bars;
    of.within_5s += delay <= final_within_ns;
  }
}

// False where it was told to stop before the node took the bar.
bool FeedFollower::show(const BarObserved& bar) {
  for (;;) {
    const Outcome outcome = outlet_.show(bar, at_);
    if (outcome.accepted) return true;
    if (bars_.counters().refused++ == 0) spdlog::warn("feed {}: the node refuses bars: {}", setting_.feed, outcome.refusal);
    if (pause(offer_again_ms)) return false;
  }
}

FeedFollowers follow_feeds(AccountNode& node) {
  FeedFollowers feeds;
  for (const FeedSetting& setting : node.profile().feeds) feeds.push_back(std::make_unique<FeedFollower>(node, setting));
  return feeds;
}

}  // namespace tally
