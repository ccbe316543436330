// The words of the consensus core: log entries, configurations, messages, what is to be persisted. Plain values.
//
// Rules, inputs and outputs are told in docs/consensus.md. Times are nanoseconds of one node's monotonic clock; no
// two nodes' times are ever compared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "persistence/sha256.hpp"

namespace tally::consensus {

using NodeId = std::uint64_t;      // random, kept in the data directory; 0 is nobody
using Generation = std::uint64_t;  // raised only by an operator's forced recovery; other generations are not heard
using Term = std::uint64_t;
using Index = std::uint64_t;       // of a log entry, from 1; the founding configuration stands at 1
using Round = std::uint64_t;       // of heartbeats, counted within one leadership
using Ticket = std::uint64_t;      // of something to persist, counted within one life of the process
using Nanoseconds = std::int64_t;

constexpr NodeId nobody = 0;

// A learner receives everything and counts for nothing. A witness votes and keeps the log, and runs no entities.
enum class Duty : std::uint8_t { learner, voter, witness };

struct Member {
  NodeId id = nobody;
  Duty duty = Duty::learner;
  bool operator==(const Member&) const = default;
};

enum class EntryKind : std::uint8_t { noop, command, configuration };
using Payload = std::shared_ptr<const std::vector<std::byte>>;  // never null

// `chain` is the hash of everything up to and including this entry: equal chains, equal histories.
struct LogEntry {
  Index index = 0;
  Term term = 0;
  EntryKind kind = EntryKind::noop;
  Payload payload;
  Digest chain{};
};

constexpr std::size_t entry_overhead = 96;
inline std::size_t bytes_of(const LogEntry& entry) { return entry.payload->size() + entry_overhead; }

// What must be known of everything up to `index` when it is no longer at hand: the manifest of a snapshot, and where
// the log in memory begins. `members` are always those of a committed configuration.
struct Base {
  Index index = 0;
  Term term = 0;
  Digest chain{};
  std::vector<Member> members;
  bool operator==(const Base&) const = default;
};

// `doubt` is the name of a loss: random, given when a start found less on disk than had been reported durable. While
// `suspect` holds, this node promises nothing: no vote, no candidacy, and nobody counts its replies.
struct HardState {
  Generation generation = 0;  // 0: a new node that has not been told
  Term term = 0;
  NodeId vote = nobody;
  std::uint64_t doubt = 0;
  bool suspect = false;
  bool operator==(const HardState&) const = default;
};

// What a node finds on its disk when it starts. A new node has nothing but an id.
struct Stored {
  HardState hard_state;
  Base base;
  std::vector<LogEntry> entries;  // from base.index + 1, without holes
};

struct VoteRequest {
  bool pre = false;     // asks whether a candidacy would succeed; changes nobody's state
  bool forced = false;  // the old leader asked for it
  Index last_index = 0;
  Term last_term = 0;
};
struct VoteReply {
  bool pre = false;
  bool granted = false;
};
struct Append {
  Index previous = 0;
  Term previous_term = 0;
  Digest previous_chain{};
  std::vector<LogEntry> entries;
  Index commit = 0;
};
// Soundness rides on every reply of a follower, so that nobody counts one that lost what it had promised.
struct Soundness {
  std::uint64_t doubt = 0;
  bool suspect = false;
  bool operator==(const Soundness&) const = default;
};
struct AppendReply {
  bool accepted = false;
  Index match = 0;      // accepted: everything up to here matched and is durable
  Index previous = 0;   // refused: what did not fit
  Index hint = 0;       // refused: nothing after here can match
  bool full = false;    // accepted, and what came after had no room in memory: offer it again later
  Soundness soundness;
};
struct Heartbeat {
  Round round = 0;
  Index commit = 0;          // never beyond what this follower is known to have
  std::uint64_t cleared = 0; // a doubt that is resolved
};
struct HeartbeatReply {
  Round round = 0;
  Index matched = 0;         // what this leader has shown to be its own log since we began to follow
  Soundness soundness;
};
// You lack what I have no longer at hand. The bulk is fetched elsewhere.
struct Install {
  Base base;
};
struct TimeoutNow {
  bool effects_stopped = false;  // the old leader has given up its lease for good
};
using Body = std::variant<VoteRequest, VoteReply, Append, AppendReply, Heartbeat, HeartbeatReply, Install, TimeoutNow>;

struct Message {
  Generation generation = 0;
  Term term = 0;
  NodeId from = nobody;
  NodeId to = nobody;
  Body body;
};

// One write, in this order, as a whole: drop what was stored before a new base, truncate, append. Reported by
// durable(ticket) when it and everything before it is synced.
struct Persist {
  Ticket ticket = 0;
  std::optional<HardState> hard_state;
  std::optional<Base> base;
  bool replaces_log = false;            // the base came from elsewhere: stored entries up to it come with the bulk,
                                        // those beyond it are dropped
  std::optional<Index> truncate_from;   // drop stored entries at and after
  std::vector<LogEntry> append;
};

// To be sent when `after` is durable; 0 waits for nothing.
struct Outgoing {
  Ticket after = 0;
  Message message;
};

// relay: a witness that leads for as long as it takes to hand on what it alone has. It serves nobody.
enum class Role : std::uint8_t { follower, candidate, leader, relay, stopped };

struct RoleChange {
  Role role = Role::follower;
  Term term = 0;
  NodeId leader = nobody;
  bool predecessor_stopped = false;  // leader: the one of the term before gave up its lease before it asked for this
  const char* why = "";              // no longer leader: for a person
};

// `index`: everything up to here must be applied before the reader looks. Not ok: leadership was lost; unknown.
struct ReadDone {
  std::uint64_t id = 0;
  bool ok = false;
  Index index = 0;
};

struct Output {
  std::optional<Persist> persist;
  std::vector<Outgoing> messages;
  std::vector<LogEntry> committed;      // each once, in order
  std::vector<RoleChange> changes;
  std::vector<ReadDone> reads;
  std::optional<Base> fetch;            // get what is missing up to here, then say installed() or fetch_failed()
  std::optional<Round> round_begun;     // heartbeats of this round are among the messages
  std::optional<Round> round_confirmed; // a quorum has answered it
  std::optional<std::string> diverged;  // this replica contradicts the leader: it has stopped, and stays so
};

enum class Refusal : std::uint8_t {
  none,
  stopped,
  not_leader,
  transferring,
  own_term_not_committed,
  change_pending,
  already_member,
  no_member,
  already_voter,
  not_electable,
  suspect,
  not_caught_up,
  last_voters,
  too_large,
  full,
};
const char* reason_of(Refusal refusal);

}  // namespace tally::consensus
