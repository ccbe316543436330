// The journal of a running node, read over its control socket: as of the moment it was opened, so that several passes over it
// see the same entries. Nothing can be written through it.
#pragma once

#include <map>

#include "app/control_client.hpp"
#include "persistence/journal.hpp"

namespace tally {

class RemoteJournal final : public Journal {
 public:
  explicit RemoteJournal(ControlClient client);

  using Journal::append;
  void append(Symbol shard, Offset expected, std::span<const EntryPtr> entries, Commit when) override;  // throws JournalError
  Offset end(Symbol shard) const override;
  Offset committed(Symbol shard) const override { return end(shard); }
  void on_commit(Symbol, std::function<void(Offset)>) override {}
  void wait_committed(Symbol, Offset) override {}
  std::vector<EntryPtr> read(Symbol shard, Offset from, std::size_t count) const override;
  Offset offset_at(Symbol shard, Time time) const override { return first_recorded_at(*this, shard, time); }
  std::vector<Symbol> shards() const override;

  void put_snapshots(Symbol, std::span<const SnapshotRow>) override {}
  std::optional<SnapshotRow> snapshot(Symbol, const EntityRef&) const override { return std::nullopt; }
  std::vector<SnapshotRow> snapshots(Symbol) const override { return {}; }
  Cache& cache() const override { return cache_; }

 private:
  mutable ControlClient client_;
  std::map<Symbol, Offset> ends_;
  mutable MemoryCache cache_;
};

}  // namespace tally
