#include "persistence/replication/opened_shard.hpp"

#include "persistence/log_walk.hpp"
#include "persistence/replication/stored_group.hpp"
#include "persistence/wire.hpp"

namespace tally::replication {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

std::string loss_of(Offset end, std::uint64_t saves, Offset acknowledged, std::uint64_t promised) {
  if (end < acknowledged)
    return "the log ends before it, and entries up to " + std::to_string(acknowledged) + " were acknowledged";
  if (saves < promised) return "what was promised after it is forgotten";
  return {};
}

}  // namespace

OpenedShard open_shard(const LogRows& log, ShardNumber number, Symbol name, Offset acknowledged, std::uint64_t promised) {
  OpenedShard opened;
  opened.link = last_link(log, number, name);
  GroupRows group = read_group_rows(log, number, name);
  StoredReplica& stored = opened.stored;
  std::shared_ptr<ValueBlock> block;
  opened.end = walk_entries(log, number, name, 1, [&](Offset offset, std::string_view value, std::span<const std::byte>) {
    if (offset <= opened.link.last) return;
    if (!block || block->bytes.size() > block_bytes) {
      block = std::make_shared<ValueBlock>();
      block->first = offset;
      stored.unchained.push_back(block);
    }
    const auto bytes = wire::bytes_of(value);
    block->bytes.insert(block->bytes.end(), bytes.begin(), bytes.end());
    block->sizes.push_back(static_cast<std::uint32_t>(bytes.size()));
  });
  const Offset end = opened.end;
  if (end < opened.link.last) throw JournalDamaged(name, end + 1, "it is missing, and the hash chain reaches beyond it");

  const Index last_index = std::max(group.marks.index_of(end), group.marks.all().empty() ? 0 : group.marks.all().back().index);
  const bool empty = group.base.index == 0;  // it was never told the log
  if (!empty && last_index < group.base.index) throw JournalDamaged(name, end + 1, "it is missing, and the base of its log is beyond it");
  stored.stored = read_stored(log, number, name, group, last_index);
  stored.committed = group.committed;
  stored.saves = group.promise.saves;
  stored.founding = std::move(group.founding);
  stored.marks = std::move(group.marks);
  opened.loss = loss_of(end, stored.saves, acknowledged, promised);
  return opened;
}

}  // namespace tally::replication
