#include "app/cluster/hosting.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <semaphore>

#include "actors/host/shard/standby.hpp"
#include "actors/programs.hpp"
#include "app/feeds/feed_view.hpp"
#include "app/node_operations.hpp"
#include "app/starting_point.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using consensus::Refusal;
using replication::NodeId;

constexpr auto round = 200ms;
constexpr std::size_t standby_piece = 4'096;  // entries between two looks at who leads
constexpr auto patience_for_the_end = 10s;
constexpr auto patience_for_a_lease = 2s;
constexpr auto patience_for_a_successor = 1s;
constexpr auto pause_max = 12'800ms;          // between two tries to host
constexpr int failures_max = 5;               // to host, in a row
constexpr auto pause_after_a_bad_fold = 10s;
constexpr auto look_again = 50ms;

// Of this process. Where another node falls, all that it led may have to start here at once: too many at a time take the processor
// from the heartbeats of those that run, and lose them, too.
std::counting_semaphore<> starts{16};

struct StartPlace {
  ~StartPlace() { starts.release(); }
};

}  // namespace

CommandFailed no_leader(Symbol shard) {
  return {exit_refused, "NO_LEADER: no node leads '" + std::string(shard.text()) + "' at present; try again"};
}

HostedAccount::HostedAccount(Symbol account, Surroundings surroundings) : account_(account), here_(std::move(surroundings)) {
  thread_ = std::thread([this] { live(); });
}

HostedAccount::~HostedAccount() {
  begin_end();
  thread_.join();
}

void HostedAccount::begin_end() {
  ending_ = true;
  here_.leaderships.wake(account_);
}

void HostedAccount::live() {
  for (;;) {
    here_.leaderships.wait(account_, round);
    if (ending_) break;
    try {
      follow_leadership();
      hand_over_without_room();
      stand_by();
    } catch (const std::exception& error) {
      spdlog::error("{}: {}", account_.text(), error.what());
    }
  }
  stop_hosting();
}

// ---- hosting ----

void HostedAccount::follow_leadership() {
  const std::uint64_t term = leading();
  const auto now = steady_clock::now();
  std::uint64_t hosted = 0;
  bool given_up = false;
  bool nobody_took_it = false;
  {
    std::shared_lock lock(mutex_);
    if (hosting_) hosted = hosting_->term;
    given_up = term != 0 && term == given_up_;
    nobody_took_it = given_up && now - given_up_at_ > patience_for_a_successor;
  }
  if (hosted != 0 && (hosted != term || given_up)) stop_hosting();
  if (hosted != 0 && hosted == term) forget_failures();
  if (nobody_took_it) here_.journal->resign(account_, "nobody took it over");  // without effects this leadership is of no use
  if (term != 0 && term != tried_) {   // what failed in another leadership may not fail in this one
    tried_ = term;
    failures_ = 0;
    not_before_ = {};
  }
  if (stepping_aside_ && term != 0 && !given_up) here_.journal->resign(account_, "this node is about to stop");
  if (term == 0 || hosted == term || given_up || stepping_aside_ || now < not_before_) return;
  while (!starts.try_acquire_for(look_again))
    if (ending_ || stepping_aside_ || leading() != term) return;
  const StartPlace place;
  {
    std::unique_lock lock(mutex_);
    if (given_up_ == term) return;  // since we looked
    building_ = true;
  }
  try {
    start_hosting(term);
    failures_ = 0;
  } catch (const std::exception& error) {
    spdlog::error("{}: not hosted in term {}: {}", account_.text(), term, error.what());
    ++failures_;
    not_before_ = steady_clock::now() + std::min<std::chrono::milliseconds>(pause_max, round * (1 << std::min(failures_, 10)));
    if (failures_ >= failures_max && leading() == term) failed_to_host(term, error.what());
  }
  finish_building();
}

void HostedAccount::start_hosting(std::uint64_t term) {
  const auto began = steady_clock::now();
  auto hosting = std::make_shared<Hosting>();
  hosting->term = term;
  ActingRight right;
  right.may_act = [this, term] { return may_act_soon(term); };
  right.term = [term] { return term; };
  right.standby = std::move(standby_);
  right.among_others = true;
  const auto file = here_.data.account_profile(account_);
  Profile profile = read_profile(file);
  if (profile.account.account.symbol() != account_)
    throw CommandFailed(exit_usage, file.string() + " is the profile of '" + std::string(profile.account.account.text()) + "'");
  if (profile.venue_reach.address.empty())
    throw CommandFailed(exit_usage, "the venue of a cluster's account is outside of it: name venue.address in " + file.string());
  hosting->node = std::make_unique<AccountNode>(std::move(profile), here_.journal, here_.node, std::move(right));
  hosting->feeds = follow_feeds(*hosting->node);
  hosting->operations = node_operations(*hosting->node, here_.stop);
  hosting->operations["feeds"] = [&feeds = hosting->feeds](const json::object&) { return feeds_json(feeds); };
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
  spdlog::info("{}: hosted in term {} after {} ms", account_.text(), term, took.count());
  record_failures(*hosting);
  hosted_at_ = steady_clock::now();
  std::unique_lock lock(mutex_);
  hosting_ = std::move(hosting);
  closing_ = false;
}

void HostedAccount::stop_hosting() {
  std::shared_ptr<Hosting> ended;
  closing_ = true;
  {
    std::unique_lock lock(mutex_);  // whoever is inside has ended: a lost leadership answers UNKNOWN at once
    ended = std::move(hosting_);
    building_ = true;
  }
  ended.reset();
  finish_building();
}

void HostedAccount::finish_building() {
  {
    std::unique_lock lock(mutex_);
    building_ = false;
  }
  ended_.notify_all();
}

bool HostedAccount::hosts() const {
  std::shared_lock lock(mutex_);
  return hosting_ != nullptr;
}

// An effect waits for the lease of a new leader, on its link's own thread.
bool HostedAccount::may_act_soon(std::uint64_t term) const {
  const auto until = steady_clock::now() + patience_for_a_lease;
  while (leading() == term) {
    if (here_.journal->may_act(account_)) return true;
    if (steady_clock::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

// ---- standing by ----

// Folds what is committed while another node leads, so that taking over need not begin at the beginning.
void HostedAccount::stand_by() {
  if (hosts() || !here_.runs() || steady_clock::now() < fold_not_before_) return;
  if (!standby_) standby_ = std::make_shared<Standby>(account_program(), account_, *here_.journal);
  try {
    const Offset committed = here_.journal->committed(account_);
    while (leading() == 0 && !ending_ && !standby_->follow(committed, standby_piece)) continue;
    if (standby_->followed() >= pointed_ + standby_piece) {
      starting_point(*here_.journal, account_);  // kept in the journal's cache
      pointed_ = standby_->followed();
    }
  } catch (...) {
    standby_.reset();  // half folded is of no use
    fold_not_before_ = steady_clock::now() + pause_after_a_bad_fold;
    throw;
  }
}

// ---- answering ----

json::object HostedAccount::run(const std::string& name, const json::object& request) {
  refuse_parked();
  if (closing_) throw no_leader(account_);
  std::shared_lock lock(mutex_);
  if (!hosting_) throw no_leader(account_);
  const auto operation = hosting_->operations.find(name);
  if (operation == hosting_->operations.end()) throw CommandFailed(exit_usage, "unknown op");
  return operation->second(request);
}

// Few threads answer other nodes for all accounts: one that hangs must not have them all.
json::object HostedAccount::run_for_node(const std::string& name, const json::object& request) {
  struct Place {
    std::atomic<int>& count;
    const int before = count++;
    ~Place() { --count; }
  } const place{asked_by_nodes_};
  if (place.before >= asked_by_nodes_max)
    throw CommandFailed(exit_refused, "BUSY: '" + std::string(account_.text()) + "' has too many questions of other nodes to answer");
  return run(name, request);
}

// ---- handing over ----

// Takes the account down for the rest of this leadership; the thread that hosts does it.
void HostedAccount::give_up(std::uint64_t term) {
  closing_ = true;
  {
    std::unique_lock lock(mutex_);
    given_up_ = term;
    given_up_at_ = steady_clock::now();
  }
  here_.leaderships.wake(account_);
}

// True where nothing of it is on its way any more.
bool HostedAccount::wait_given_up(std::uint64_t term, steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, until, [&] { return !building_ && (!hosting_ || hosting_->term != term); });
}

void HostedAccount::transfer(NodeId target) {
  const std::uint64_t term = leading();
  if (term == 0) throw no_leader(account_);
  if (target == here_.journal->self()) return;
  if (here_.reaches(target) && !here_.has_room(target))
    throw CommandFailed(exit_refused, "DISK_RESERVE: the disk of that node is nearly full, or it does not answer: it had better not lead '" +
                                          std::string(account_.text()) + "'");
  give_up(term);
  const bool effects_stopped = wait_given_up(term, steady_clock::now() + patience_for_the_end);
  const Refusal refusal = here_.journal->transfer(account_, target, effects_stopped);
  if (refusal == Refusal::none) return;
  take_back(term);
  throw CommandFailed(exit_refused, "leadership of '" + std::string(account_.text()) + "' was not handed over: " + consensus::reason_of(refusal));
}

// It was not handed over. Where the lease was given up already the leadership is over, too.
void HostedAccount::take_back(std::uint64_t term) {
  std::unique_lock lock(mutex_);
  if (given_up_ != term) return;
  given_up_ = 0;
  closing_ = false;
}

void HostedAccount::begin_step_aside() {
  stepping_aside_ = true;
  if (const std::uint64_t term = leading(); term != 0) give_up(term);
}

void HostedAccount::finish_step_aside(steady_clock::time_point until) {
  const std::uint64_t term = leading();
  if (term == 0) return;
  const bool effects_stopped = wait_given_up(term, until);
  const auto replica = here_.journal->replica(account_);
  for (const replication::MemberStatus& member : replica->members) {
    if (member.id == here_.journal->self() || member.duty != consensus::Duty::voter || member.suspect) continue;
    if (here_.journal->transfer(account_, member.id, effects_stopped) == Refusal::none) return;
  }
}

}  // namespace tally
