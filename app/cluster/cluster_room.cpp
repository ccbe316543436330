// Who has room: a leader whose disk is nearly full hands over to a node that has some. Where none has, it goes on as a node alone
// does: new commands are refused, reports, flats and halts get in.
#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "app/cluster/cluster_node.hpp"
#include "app/exit_code.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using consensus::Refusal;
using replication::NodeId;

constexpr auto patience_for_an_answer = 500ms;
constexpr auto pause_between_rounds = 1s;

}  // namespace

json::object ClusterNode::room() const { return {{"room", journal_->has_room_to_lead()}}; }

bool ClusterNode::has_room(NodeId peer) {
  try {
    return calls_->ask(peer, {{"op", "room"}}, patience_for_an_answer).at("room").as_bool();
  } catch (const CommandFailed& failed) {
    return failed.code == exit_usage;   // of a version that does not know the question: as before there was one
  }
}

NodeId ClusterNode::successor_with_room() {
  for (const replication::ReplicaStatus& replica : journal_->replicas())
    for (const replication::MemberStatus& member : replica.members)
      if (replica.shard == account_ && member.id != journal_->self() && member.duty == consensus::Duty::voter && !member.suspect &&
          reaches(member.id) && has_room(member.id))
        return member.id;
  return consensus::nobody;
}

void ClusterNode::hand_over_without_room() {
  const std::uint64_t term = leading();
  const auto now = std::chrono::steady_clock::now();
  if (term == 0 || journal_->accepts_commands() || now < room_sought_at_ + pause_between_rounds) return;
  room_sought_at_ = now;
  const NodeId successor = successor_with_room();
  if (successor == consensus::nobody) {
    spdlog::warn("{}: the disk has {} MiB left, and no other node has more room: new commands are refused", account_.text(),
                 journal_->free_bytes() >> 20);
    return;
  }
  spdlog::warn("{}: the disk has {} MiB left: leadership goes to {:016x}", account_.text(), journal_->free_bytes() >> 20, successor);
  give_up_here(term);
  if (journal_->transfer(account_, successor, true) != Refusal::none) take_back(term);
}

}  // namespace tally
