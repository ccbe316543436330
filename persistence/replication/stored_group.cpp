#include "persistence/replication/stored_group.hpp"

#include "persistence/consensus/log.hpp"
#include "persistence/consensus/membership.hpp"

namespace tally::replication {
namespace {

std::optional<std::string> side_row(const LogRows& log, Symbol shard, const std::string& key) {
  std::optional<std::string> value;
  read_rows_of(shard, 1, [&] { value = log.get(Family::side, key); });
  return value;
}

std::optional<consensus::Base> base_row(const LogRows& log, Symbol shard, const std::string& key, const char* what) {
  const auto value = side_row(log, shard, key);
  if (!value) return std::nullopt;
  auto base = read_base(shard, *value);
  if (!base) throw JournalDamaged(shard, 1, std::string(what) + " is damaged");
  return base;
}

}  // namespace

GroupRows read_group_rows(const LogRows& log, ShardNumber number, Symbol shard) {
  GroupRows rows;
  const auto promise = side_row(log, shard, promise_key(number));
  const auto read = promise ? read_promise(shard, *promise) : std::nullopt;
  if (!read) throw JournalDamaged(shard, 1, promise ? "what it promised is damaged" : "what it promised is missing");
  rows.promise = *read;
  if (auto base = base_row(log, shard, base_key(number), "its base")) rows.base = std::move(*base);
  if (const auto value = side_row(log, shard, commit_key(number))) {
    const auto committed = read_commit(shard, *value);
    if (!committed) throw JournalDamaged(shard, 1, "how far it is committed is damaged");
    rows.committed = *committed;
  }
  rows.committed = std::max(rows.committed, rows.base.index);
  rows.founding = base_row(log, shard, founding_key(number), "its founding");
  const log_format::Key begin = mark_key(number, 0);
  const log_format::Key beyond = mark_key(number + 1, 0);
  read_rows_of(shard, 1, [&] {
    log.scan(Family::side, log_format::view(begin), log_format::view(beyond), 0, [&](std::string_view key, std::string_view value) {
      const auto parsed = log_format::parse_key('m', key);
      const auto mark = parsed ? read_mark(shard, parsed->offset, value) : std::nullopt;
      if (!mark) throw JournalDamaged(shard, 1, "a mark of its consensus log is damaged");
      rows.marks.add(mark->index, mark->before);
      return true;
    });
  });
  return rows;
}

std::vector<consensus::LogEntry> read_log_entries(const LogRows& log, ShardNumber number, Symbol shard, const Marks& marks, Index from,
                                                  Index to, std::size_t bytes) {
  std::vector<consensus::LogEntry> entries;
  std::size_t sum = 0;
  const auto room = [&] { return entries.empty() || sum < bytes; };
  const auto take_marks = [&](Index next) {
    for (; next <= to && marks.holds(next) && room(); ++next) {
      const auto value = side_row(log, shard, std::string(log_format::view(mark_key(number, next))));
      const auto mark = value ? read_mark(shard, next, *value) : std::nullopt;
      if (!mark) return false;
      entries.push_back({next, mark->term, mark->kind, mark->payload, {}});
      sum += consensus::bytes_of(entries.back());
    }
    return next <= to && room();
  };
  if (!take_marks(from)) return entries;
  const Index first = from + entries.size();
  const log_format::Key begin = log_format::entry_key(number, marks.offset_at(first));
  const log_format::Key beyond = log_format::entry_key(number, marks.offset_at(to) + 1);
  Offset offset = marks.offset_at(first);
  read_rows_of(shard, offset, [&] {
    log.scan(Family::entries, log_format::view(begin), log_format::view(beyond), 0, [&](std::string_view key, std::string_view value) {
      const auto parsed = log_format::parse_key('e', key);
      if (!parsed || parsed->offset != offset) return false;
      const auto stored = log_format::entry_bytes(shard, offset, value);
      auto payload = std::make_shared<const std::vector<std::byte>>(stored.begin(), stored.end());
      const Index index = marks.index_of(offset++);
      entries.push_back({index, log_format::term_of(value), consensus::EntryKind::command, std::move(payload), {}});
      sum += consensus::bytes_of(entries.back());
      return room() && take_marks(index + 1);
    });
  });
  return entries;
}

consensus::Stored read_stored(const LogRows& log, ShardNumber number, Symbol shard, const GroupRows& rows, Index last) {
  consensus::Stored stored{rows.promise.hard_state, rows.base, {}};
  if (rows.base.index == 0 || last <= rows.base.index) return stored;
  stored.entries = read_log_entries(log, number, shard, rows.marks, rows.base.index + 1, last, SIZE_MAX);
  Sha256 sum;
  Digest chain = rows.base.chain;
  for (consensus::LogEntry& entry : stored.entries) chain = entry.chain = consensus::chain_after(sum, chain, entry);
  return stored;
}

std::vector<consensus::Member> newest_members(const consensus::Stored& stored) {
  for (auto entry = stored.entries.rbegin(); entry != stored.entries.rend(); ++entry)
    if (entry->kind == consensus::EntryKind::configuration)
      if (auto members = consensus::decode_members(entry->payload)) return *members;
  return stored.base.members;
}

}  // namespace tally::replication
