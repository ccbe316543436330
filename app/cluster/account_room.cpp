// Who has room: a leader whose disk is nearly full hands its accounts over to a node that has some. Where none has, it goes on as a node
// alone does: new commands are refused, reports, flats and halts get in.
#include <spdlog/spdlog.h>

#include "app/cluster/hosting.hpp"

namespace tally {
namespace {

using namespace std::chrono_literals;
using consensus::Refusal;
using replication::NodeId;

constexpr auto pause_between_rounds = 1s;

}  // namespace

NodeId HostedAccount::successor_with_room() const {
  const auto replica = here_.journal->replica(account_);
  if (!replica) return consensus::nobody;
  for (const replication::MemberStatus& member : replica->members)
    if (member.id != here_.journal->self() && member.duty == consensus::Duty::voter && !member.suspect && here_.reaches(member.id) &&
        here_.has_room(member.id))
      return member.id;
  return consensus::nobody;
}

void HostedAccount::hand_over_without_room() {
  const std::uint64_t term = leading();
  const auto now = std::chrono::steady_clock::now();
  if (term == 0 || here_.journal->accepts_commands() || now < room_sought_at_ + pause_between_rounds) return;
  room_sought_at_ = now;
  const NodeId successor = successor_with_room();
  if (successor == consensus::nobody) {
    spdlog::warn("{}: the disk has {} MiB left, and no other node has more room: new commands are refused", account_.text(),
                 here_.journal->free_bytes() >> 20);
    return;
  }
  spdlog::warn("{}: the disk has {} MiB left: leadership goes to {:016x}", account_.text(), here_.journal->free_bytes() >> 20, successor);
  give_up(term);
  stop_hosting();
  if (here_.journal->transfer(account_, successor, true) != Refusal::none) take_back(term);
}

}  // namespace tally
