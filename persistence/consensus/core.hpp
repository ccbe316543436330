// One replica of one replicated log: a pure state machine. Inputs change memory only; take_output() says what is to be
// done about it, in an order that the driver must keep:
//
//   1. persist     written and synced as one; persists stay in order. A failure ends the process
//   2. messages    each leaves when its ticket is durable, those without a ticket at once
//   3. committed   applied in order; what depends on the role (effects, reads, answers) asks the role again
//
// Laws: at most one leader a term; what was handed out as committed is in every later leader's log, at its index; a
// promise (vote, acknowledgement) leaves only when what it rests on is durable here. Docs: docs/consensus.md.
//
// Nothing here reads a clock, draws a number, writes, sends or locks. Time and the seed of the jitter are inputs.
#pragma once

#include <map>
#include <set>
#include <span>

#include "persistence/consensus/log.hpp"
#include "persistence/consensus/membership.hpp"
#include "persistence/consensus/mutations.hpp"
#include "persistence/consensus/progress.hpp"

namespace tally::consensus {

struct Settings {
  NodeId self = nobody;
  std::uint64_t seed = 1;                            // of the jitter, and of the name of a loss: fresh at every start
  Nanoseconds heartbeat = 100'000'000;
  Nanoseconds election_min = 400'000'000;            // a follower that heard its leader within it elects nobody else
  Nanoseconds election_spread = 300'000'000;
  Nanoseconds resend = 400'000'000;                  // a window that did not move for so long is sent again
  Nanoseconds disk_stall_max = 2'000'000'000;        // a leader that could not persist for so long steps down
  std::size_t append_bytes_max = std::size_t{256} << 10;   // of one append message, unless one entry alone is larger
  std::size_t entry_bytes_max = std::size_t{16} << 20;
  std::size_t window_messages_max = 64;              // per follower
  std::size_t window_bytes_max = std::size_t{4} << 20;
  std::size_t log_bytes_max = std::size_t{64} << 20;       // in memory
  std::size_t log_bytes_kept = std::size_t{16} << 20;      // of that, half to all, for followers that are a little behind
  std::size_t reads_max = 4'096;                     // waiting
};

struct Proposed {
  Refusal refusal = Refusal::none;
  Index index = 0;
  Term term = 0;  // the entry is ours only where it is committed in this term
};

class Core {
 public:
  // `lost`: this start found less on disk than had been reported durable (a second record says so, not the core).
  Core(Settings settings, Stored stored, Nanoseconds now, bool lost = false);

  void tick(Nanoseconds now);  // at least every heartbeat / 2, and before other inputs
  void step(const Message& message);
  void durable(Ticket ticket);
  void applied(Index index);
  // What `fetch` asked for, or a part of the way to it, is durable here, its chain verified. Where entries reached that far
  // meanwhile, nothing is replaced.
  void installed(const Base& base);
  void fetch_failed();               // or no longer needed; the leader offers again

  Proposed propose(Payload payload) { return propose(std::span(&payload, 1)); }
  Proposed propose(std::span<const Payload> payloads);  // all of them, in order, or none; answers the last one's index
  Refusal transfer(NodeId target, bool effects_stopped);
  Refusal change(const Change& change);
  Refusal read(std::uint64_t id);
  void resign(const char* why = "it was asked to");  // a leader steps down: the clock lied, a signal said so
  // This node had better not lead (its disk is filling up): it stands only where nobody else came to lead for long. Who leads
  // already goes on until somebody hands leadership over.
  void stand_aside(bool aside) { aside_ = aside; }

  Output take_output();

  // What anybody may know.
  Role role() const { return role_; }
  Term term() const { return hard_.term; }
  const HardState& hard_state() const { return hard_; }
  NodeId leader() const { return leader_; }
  NodeId self() const { return settings_.self; }
  bool suspect() const { return hard_.suspect; }
  Index commit() const { return commit_; }
  Index applied_index() const { return applied_; }
  const Log& log() const { return log_; }
  const std::vector<Member>& members() const { return membership_.newest(); }
  Index members_index() const { return membership_.newest_index(); }
  std::size_t memory_bytes() const { return log_.bytes(); }
  const Progress* progress_of(NodeId id) const;

 private:
  struct Unsaved {
    Ticket ticket;
    Index last;          // of the log, when it was handed out
    Nanoseconds since;
  };
  struct Read {
    std::uint64_t id;
    Index index;
    Round round;
  };
  struct Transfer {
    NodeId target = nobody;
    bool effects_stopped = false;
    bool asked = false;  // it was told to stand
    Nanoseconds until = 0;
  };

  // core.cpp: what all inputs share
  void become_follower(Term term, NodeId leader, const char* why = "another term has begun");
  void set_role(Role role, const char* why = "");
  void stop(std::string why);
  void send(NodeId to, Body body, Ticket after);
  void send_as(Term term, NodeId to, Body body, Ticket after);
  Ticket everything_so_far() const { return unsaved_ ? issued_ + 1 : issued_; }
  Nanoseconds jitter();
  Nanoseconds patience() { return settings_.election_min + jitter(); }
  bool forsaken() const { return now_ - heard_leader_at_ > 4 * (settings_.election_min + settings_.election_spread); }
  void excuse_silence(Nanoseconds gap);
  void save_hard_state();
  bool nothing_unsaved() const { return !unsaved_ && waiting_.empty(); }
  bool disk_stalled() const;
  bool am(Duty duty) const;
  Soundness soundness() const { return {hard_.doubt, hard_.suspect}; }
  bool leads() const { return role_ == Role::leader || role_ == Role::relay; }
  bool append_entry(EntryKind kind, Payload payload);
  void learn_members(const LogEntry& entry);
  void commit_to(Index index);
  void trim(std::size_t kept);
  bool room_for(std::size_t entry_bytes, std::size_t bytes_max);

  // election.cpp
  void campaign(bool pre, bool forced);
  void count_votes();
  void become_leader();
  void on(const Message& message, const VoteRequest& request);
  void on(const Message& message, const VoteReply& reply);
  void on(const Message& message, const TimeoutNow& order);
  bool hears_a_leader() const;
  bool up_to_date(const VoteRequest& request) const;

  // follower.cpp
  void on(const Message& message, const Append& append);
  void on(const Message& message, const Heartbeat& heartbeat);
  void on(const Message& message, const Install& install);
  void accept(NodeId leader, Index match, bool full = false);
  void refuse(NodeId leader, Index previous, Index hint);
  void follow(const Message& message);
  void take(NodeId leader, const Append& append);
  bool take_entries(const Append& append, Index& matched);
  void truncate_from(Index index);

  // leader.cpp
  void on(const Message& message, const AppendReply& reply);
  void on(const Message& message, const HeartbeatReply& reply);
  bool heard(NodeId from, const Soundness& soundness);
  void advance_commit();
  void track_members();
  void send_appends();
  void send_append(NodeId to, Progress& progress);
  void begin_round();
  void confirm_rounds();
  void begin_reads();
  void resolve_doubts();
  bool quorum_answers() const;
  void drive_transfer();
  bool own_term_committed() const { return log_.term_at(commit_) == hard_.term; }

  Settings settings_;
  HardState hard_;
  Log log_;
  Membership membership_;
  std::uint64_t random_;

  Role role_ = Role::follower;
  NodeId leader_ = nobody;
  Nanoseconds now_;
  Nanoseconds heard_leader_at_;
  Nanoseconds election_at_;
  Nanoseconds excused_until_;  // this process did not run: what others said meanwhile waits to be read
  bool aside_ = false;
  unsigned candidacies_ = 0;   // in vain, in a row
  Index commit_;
  Index applied_;
  Index matched_ = 0;          // what this term's leader has shown to be its own log, too
  std::optional<Base> fetching_;

  // What is to be persisted next, and what was handed out and is not durable yet.
  bool unsaved_ = false;
  Persist next_persist_;
  bool base_moved_ = false;
  Ticket issued_ = 0;
  Ticket hard_state_ticket_ = 0;
  std::deque<Unsaved> waiting_;
  Index durable_ = 0;          // the log up to here is on disk

  // A candidate's.
  bool pre_ = false;
  bool forced_ = false;
  bool own_vote_durable_ = false;
  Ticket own_vote_ticket_ = 0;
  std::set<NodeId> granted_;
  bool predecessor_stopped_ = false;
  bool ahead_of_candidates_ = false;  // a witness that refused somebody: it alone may hold what is committed

  // A leader's.
  std::map<NodeId, Progress> followers_;
  Nanoseconds heartbeat_at_ = 0;
  Round round_ = 0;
  Round confirmed_ = 0;
  std::deque<Read> reads_;     // those of round 0 wait until an entry of this term is committed
  Transfer transfer_;

  Output out_;
};

}  // namespace tally::consensus
