#include "persistence/consensus/lease.hpp"

#include <algorithm>
#include <stdexcept>

#include "persistence/consensus/mutations.hpp"

namespace tally::consensus {

void Lease::check(const LeaseSettings& settings, Nanoseconds election_min) {
  if (settings.duration + settings.send_max > election_min)
    throw std::invalid_argument("a lease and its last effect must end before the shortest election timeout");
}

void Lease::lead(Clocks now, bool predecessor_stopped) {
  leads_ = true;
  const bool waits = !predecessor_stopped && !mutated(Mutation::lease_without_waiting_out);
  begins_at_ = now.boottime + (waits ? generously(settings_.duration + settings_.send_max) : 0);
  ends_at_ = now.boottime;
  rounds_.clear();
}

void Lease::lose() {
  leads_ = false;
  rounds_.clear();
}

void Lease::round_sent(Round round, Clocks now) {
  if (!leads_) return;
  if (rounds_.size() == rounds_max) rounds_.pop_front();
  rounds_.push_back({round, mutated(Mutation::lease_on_the_monotonic_clock) ? now.monotonic : now.boottime});
}

void Lease::round_confirmed(Round round) {
  while (!rounds_.empty() && rounds_.front().round <= round) {
    ends_at_ = std::max(ends_at_, rounds_.front().at + settings_.duration);
    rounds_.pop_front();
  }
}

bool Lease::slept(Clocks now) {
  const Nanoseconds apart = now.boottime - now.monotonic;
  const Nanoseconds before = apart_.value_or(apart);
  apart_ = apart;
  if (std::abs(apart - before) <= settings_.apart_max) {
    apart_ = before;  // small steps add up
    return false;
  }
  if (mutated(Mutation::lease_on_the_monotonic_clock)) return false;
  lose();
  return true;
}

bool Lease::may_act(Clocks now) {
  if (slept(now) || !leads_) return false;
  const Nanoseconds at = mutated(Mutation::lease_on_the_monotonic_clock) ? now.monotonic : now.boottime;
  return at >= begins_at_ && at < ends_at_;
}

bool Lease::give_up(Clocks now) {
  if (!leads_ || now.boottime < begins_at_) return false;
  lose();
  return true;
}

}  // namespace tally::consensus
