// The rows beside a shard's entries that make its log a consensus log: what the replica promised, where its log in memory
// begins, and the entries that are not the journal's. Grammar: docs/formats/journal.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messages/symbol.hpp"
#include "persistence/consensus/types.hpp"
#include "persistence/log_format.hpp"

namespace tally::replication {

using consensus::Index;
using log_format::ShardNumber;

std::string promise_key(ShardNumber shard);
std::string base_key(ShardNumber shard);
std::string founding_key(ShardNumber shard);
std::string commit_key(ShardNumber shard);
log_format::Key mark_key(ShardNumber shard, Index index);

// `saves` counts what was promised or marked so far; a second record of it outside the database tells whether this one forgot.
struct Promise {
  consensus::HardState hard_state;
  std::uint64_t saves = 0;
  bool operator==(const Promise&) const = default;
};
struct MarkedEntry {
  Index index = 0;
  consensus::Term term = 0;
  consensus::EntryKind kind = consensus::EntryKind::noop;
  Offset before = 0;
  consensus::Payload payload;
};

// Each value carries a checksum over the shard's name and its fields. Reading answers nothing where it does not fit.
std::string promise_value(Symbol shard, const Promise& promise);
std::optional<Promise> read_promise(Symbol shard, std::string_view value);
// A base, and in the same form the founding one.
std::string base_value(Symbol shard, const consensus::Base& base);
std::optional<consensus::Base> read_base(Symbol shard, std::string_view value);
// How far the log was known to be committed when something was last written: a fact, and perhaps an old one.
std::string commit_value(Symbol shard, Index index);
std::optional<Index> read_commit(Symbol shard, std::string_view value);
std::string mark_value(Symbol shard, const MarkedEntry& entry);
std::optional<MarkedEntry> read_mark(Symbol shard, Index index, std::string_view value);

}  // namespace tally::replication
