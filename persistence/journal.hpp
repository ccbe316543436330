// The journal contract: one ordered, durable log of entries per shard. Two implementations keep it: in memory and
// RocksDB; the same tests hold both to it.
//
// Laws
//  - One writer per shard. append() takes entries whose offsets follow the sequenced end without a gap, or throws
//    JournalError and takes none. It never waits for a disk.
//  - Appended entries are *sequenced*: readable here at once. They are *committed* when durable; committed(shard)
//    never falls, and on_commit is called in offset order, from the journal's own thread (in memory: from append).
//  - An entry is stored whole or not at all. After a crash the journal ends at an entry's end, at or after the last
//    committed one that was ever reported.
//  - A failed write or sync ends the process after a message (exit code 70); it is never retried.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "messages/entry.hpp"
#include "persistence/cache.hpp"

namespace tally {

struct JournalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The disk is below its reserve: new commands are refused, what is under way is finished.
struct DiskReserveReached : JournalError {
  using JournalError::JournalError;
};
// What is stored is not what was written, from `offset` of `shard` on.
struct JournalDamaged : JournalError {
  JournalDamaged(Symbol which, Offset first_bad, const std::string& why)
      : JournalError(std::string(which.text()) + " is damaged at offset " + std::to_string(first_bad) + ": " + why),
        shard(which),
        offset(first_bad),
        cause(why) {}
  Symbol shard;
  Offset offset;
  std::string cause;  // without the shard and the offset
};

using Bytes = std::vector<std::byte>;
using EntryPtr = std::shared_ptr<const Entry>;

// When an append becomes durable. A cascade whose entries are appended `soon`, its last `now`, costs one sync instead
// of two: the first entry does not start a sync that the last one would have to wait out.
enum class Commit : std::uint8_t {
  now,   // begin as soon as the disk is free
  soon,  // more follows at once: wait for a `now`, but no longer than a fraction of a millisecond
};

class Journal {
 public:
  virtual ~Journal() = default;

  // Sequences `entries` of `shard`, the first at `expected` == end(shard) + 1. Returns at once. No entries with
  // Commit::now: what was appended `soon` is all there is.
  virtual void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries, Commit when) = 0;
  void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries) { append(shard, expected, entries, Commit::now); }

  // One entry that stays the caller's: a journal that stores only bytes then allocates nothing an entry.
  virtual void append(Symbol shard, const Entry& entry) {
    const EntryPtr copy = std::make_shared<const Entry>(entry);
    append(shard, entry.offset, std::span(&copy, 1), Commit::now);
  }

  // The term in which this node writes `shard` from now on, above the terms of all that is there. Waits until all of it is
  // committed, so never called where a disk must not be waited for. Throws JournalError where another node leads.
  virtual std::uint64_t take_over(Symbol shard);

  virtual Offset end(Symbol shard) const = 0;         // last sequenced; 0 when empty
  virtual Offset committed(Symbol shard) const = 0;   // last durable

  // Called with the new committed offset of `shard`. One subscriber a shard; set before the first append.
  virtual void on_commit(Symbol shard, std::function<void(Offset)> call) = 0;

  // Blocks until `offset` is committed. Throws JournalError where that will not be known here: leadership was lost. For tests,
  // tools and shutdown; never called by an actor.
  virtual void wait_committed(Symbol shard, Offset offset) = 0;

  // Up to `count` entries from `from` on, sequenced tail included; fewer where they are large, none only at the end.
  // Short reads; nothing stays pinned. Throws JournalDamaged rather than return what was not written.
  virtual std::vector<EntryPtr> read(Symbol shard, Offset from, std::size_t count) const = 0;

  // The first offset recorded at or after `time`; end + 1 where there is none.
  virtual Offset offset_at(Symbol shard, Time time) const = 0;

  virtual std::vector<Symbol> shards() const = 0;     // ascending

  // False while the disk is below its reserve: the inlet then refuses new commands. An append of an outside input
  // throws DiskReserveReached, unless it only reports on what is under way (see disk_reserve.hpp).
  virtual bool accepts_commands() const { return true; }

  // Snapshot rows: caches, never the truth. The newest two of an entity are kept.
  struct SnapshotRow {
    EntityRef entity;
    Offset offset = 0;             // of the last entry it has folded
    int reducer_version = 0;
    std::uint64_t stream_sequence = 0;
    Bytes state;                   // stored bytes of the State
  };
  // Unsynced; lands once the entry at its offset is committed, so no row is ever ahead of the log. A damaged row
  // reads as absent, with a log line.
  virtual void put_snapshots(Symbol shard, std::span<const SnapshotRow> rows) = 0;
  virtual std::optional<SnapshotRow> snapshot(Symbol shard, const EntityRef& entity) const = 0;
  virtual std::vector<SnapshotRow> snapshots(Symbol shard) const = 0;   // the newest of each entity

  // Rows beside the log that may vanish: snapshots and indices.
  virtual Cache& cache() const = 0;
};

// Reads [from, to] in pieces of bounded size.
template <class Visit>
void for_each_entry(const Journal& journal, Symbol shard, Offset from, Offset to, Visit visit) {
  constexpr std::size_t piece = 256;
  while (from <= to) {
    const auto entries = journal.read(shard, from, piece);
    if (entries.empty()) return;
    for (const EntryPtr& entry : entries) {
      if (entry->offset > to) return;
      visit(*entry);
    }
    from = entries.back()->offset + 1;
  }
}

// What every append checks first. Throws JournalError where the entries do not follow `end` without a gap.
void check_sequence(Symbol shard, Offset end, Offset expected, std::span<const EntryPtr> entries);

// The first offset in [1, end] whose entry was recorded at or after `time`; end + 1 where there is none. Recorded
// times never fall within a shard.
Offset first_recorded_at(const Journal& journal, Symbol shard, Time time);

}  // namespace tally
