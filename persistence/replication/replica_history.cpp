// How a node that is far behind gets what is missing: as entries from its leader's disk, a piece at a time. No states are sent.
#include "persistence/consensus/membership.hpp"
#include "persistence/replication/replica.hpp"

namespace tally::replication {
namespace {

using consensus::LogEntry;
using consensus::Role;

constexpr consensus::Nanoseconds ask_again = 400'000'000;
constexpr std::size_t history_bytes_max = std::size_t{1} << 20;

}  // namespace

// What is missing is asked for piece by piece; each piece comes as an append from the leader's disk.
void Replica::ask_history() {
  if (!fetching_) return;
  const consensus::Log& log = core_.log();
  if (core_.commit() >= fetching_->index || core_.leader() == consensus::nobody || leads()) {
    fetching_.reset();
    core_.fetch_failed();  // over, one way or another; where something is still missing the leader offers again
    return;
  }
  const consensus::Nanoseconds now = hands_.clocks().monotonic;
  if (asked_at_ != 0 && now - asked_at_ < ask_again) return;
  asked_at_ = now;
  // From what is committed here: what follows may be another leader's.
  const consensus::Index after = log.holds(core_.commit()) ? core_.commit() : log.base().index;
  hands_.send(core_.leader(), {shard_.name, core_.hard_state().generation, core_.term(), core_.self(), core_.leader(),
                               HistoryRequest{after, log.chain_at(after)}});
}

// What is committed is history whoever leads, and whether or not an entry of this term is: where the majority needs the one that is behind,
// nothing of this term can be committed before it has caught up. A relay hands on what it alone has.
void Replica::answer_history(NodeId from, const HistoryRequest& request) {
  const bool leading = core_.role() == Role::leader || core_.role() == Role::relay;
  if (!leading || !consensus::find(core_.members(), from)) return;
  const auto reply = [&](auto body) {
    hands_.send(from, {shard_.name, core_.hard_state().generation, core_.term(), core_.self(), from, std::move(body)});
  };
  if (request.after == 0) {
    if (founding_) reply(Founding{*founding_});
    return;
  }
  if (request.after >= core_.commit()) return;
  consensus::Append append;
  append.previous = request.after;
  append.previous_chain = request.chain;
  append.commit = core_.commit();
  // Index 1 is the founding, which is no row.
  if (request.after > 1) {
    const auto previous = hands_.read(request.after, request.after, 0);
    if (previous.empty()) return;  // not on this disk so far
    append.previous_term = previous.front().term;
  }
  append.entries = hands_.read(request.after + 1, core_.commit(), history_bytes_max);
  Sha256 sum;
  Digest chain = request.chain;
  for (LogEntry& entry : append.entries) chain = entry.chain = consensus::chain_after(sum, chain, entry);
  reply(consensus::Body(std::move(append)));
}

}  // namespace tally::replication
