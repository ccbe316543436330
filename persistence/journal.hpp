// The journal contract: one ordered, durable log of entries per shard. Two implementations keep it: in memory and
// RocksDB; the same tests hold both to it.
//
// Laws
//  - One writer per shard. append() takes entries whose offsets follow the sequenced end without a gap, or throws
//    JournalError and takes none.
//  - Appended entries are *sequenced*: readable here at once. They are *committed* when durable; committed(shard)
//    never falls, and on_commit is called in offset order, from the journal's own thread (in memory: from append).
//  - An entry is stored whole or not at all. After a crash the journal ends at an entry's end, at or after the last
//    committed one that was ever reported.
//  - A failed write or sync ends the process after a message; it is never retried.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "messages/entry.hpp"

namespace tally {

struct JournalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The disk is below its reserve: new commands are refused, what is under way is finished.
struct DiskReserveReached : JournalError {
  using JournalError::JournalError;
};

using Bytes = std::vector<std::byte>;
using EntryPtr = std::shared_ptr<const Entry>;

class Journal {
 public:
  virtual ~Journal() = default;

  // Sequences `entries` of `shard`, the first at `expected` == end(shard) + 1. Returns at once.
  virtual void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries) = 0;

  virtual Offset end(Symbol shard) const = 0;         // last sequenced; 0 when empty
  virtual Offset committed(Symbol shard) const = 0;   // last durable

  // Called with the new committed offset of `shard`. One subscriber a shard; set before the first append.
  virtual void on_commit(Symbol shard, std::function<void(Offset)> call) = 0;

  // Blocks until `offset` is committed. For tests, tools and shutdown; never called by an actor.
  virtual void wait_committed(Symbol shard, Offset offset) = 0;

  // Up to `count` entries from `from` on, sequenced tail included. Short reads; nothing stays pinned.
  virtual std::vector<EntryPtr> read(Symbol shard, Offset from, std::size_t count) const = 0;

  // The first offset recorded at or after `time`; end + 1 where there is none.
  virtual Offset offset_at(Symbol shard, Time time) const = 0;

  virtual std::vector<Symbol> shards() const = 0;

  // Snapshot rows: caches, never the truth. The newest two of an entity are kept.
  struct SnapshotRow {
    EntityRef entity;
    Offset offset = 0;             // of the last entry it has folded
    int reducer_version = 0;
    std::uint64_t stream_sequence = 0;
    Bytes state;                   // stored bytes of the State
  };
  // Unsynced; becomes durable with some later append. A damaged row reads as absent.
  virtual void put_snapshots(Symbol shard, std::span<const SnapshotRow> rows) = 0;
  virtual std::optional<SnapshotRow> snapshot(Symbol shard, const EntityRef& entity) const = 0;
  virtual std::vector<SnapshotRow> snapshots(Symbol shard) const = 0;   // the newest of each entity
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

}  // namespace tally
