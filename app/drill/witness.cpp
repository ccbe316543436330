#include "app/drill/witness.hpp"

#include "actors/broker_session/rules.hpp"
#include "app/drill/entry_hash.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/verify.hpp"

namespace tally::drill {
namespace {

namespace fs = std::filesystem;

// Of a command's own key; empty for what has none.
std::string key_of(const Message& message) {
  return std::visit(
      []<class M>(const M& body) {
        if constexpr (requires { { body.key } -> std::convertible_to<IdempotencyKey>; }) return std::string(body.key.text());
        else return std::string();
      },
      message);
}

void see_fill(Offset offset, const OrderFilled& fill, NodeSeen& node) {
  node.fills.push_back({offset, std::string(fill.execution.text()), std::string(fill.order.text()),
                        std::string(fill.batch.product.text()),
                        fill.side == Side::buy ? fill.last_quantity : -fill.last_quantity});
}

std::uint64_t bytes_under(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code vanished;
  for (auto it = fs::recursive_directory_iterator(directory, vanished); !vanished && it != fs::recursive_directory_iterator();
       it.increment(vanished))
    if (it->is_regular_file(vanished)) bytes += it->file_size(vanished);
  return bytes;
}

}  // namespace

void see_entries(const Journal& journal, Symbol account, NodeSeen& node) {
  node.committed = journal.committed(account);
  for_each_entry(journal, account, 1, journal.end(account), [&](const Entry& entry) {
    EntrySeen seen;
    seen.offset = entry.offset;
    seen.term = entry.term;
    seen.hash = hash_of(entry);
    for (const Event& event : entry.events) {
      if (event.stream.kind == EntityKind::none) {
        if (std::string key = key_of(event.body); !key.empty()) seen.keys.push_back(std::move(key));
        continue;
      }
      if (const auto* command = std::get_if<OrderCommanded>(&event.body)) seen.commanded.emplace_back(command->order.text());
      if (const auto* fill = std::get_if<OrderFilled>(&event.body)) see_fill(entry.offset, *fill, node);
      node.doubts += std::holds_alternative<OrderInDoubt>(event.body);
      if (const auto* mismatch = std::get_if<ReportMismatched>(&event.body);
          mismatch && mismatch->rule == broker_session::rule::orphan)
        seen.orphans.emplace_back(mismatch->order.text());
    }
    node.entries.push_back(std::move(seen));
  });
}

NodeSeen journal_seen(const std::string& name, const fs::path& directory, const fs::path& journal, Symbol account) {
  NodeSeen node;
  node.name = name;
  node.disk_bytes = bytes_under(directory);
  const VerifyReport report = verify(journal);
  if (!report.sound()) {
    node.damage = report.trouble;
    for (const ShardReport& shard : report.shards)
      if (shard.first_bad)
        node.damage =
            std::string(shard.name.text()) + " is damaged at offset " + std::to_string(*shard.first_bad) + ": " + shard.why;
  }
  try {
    RocksDbOptions options;
    options.disk_reserve_bytes = 0;
    see_entries(RocksDbJournal(journal, options), account, node);
    node.opened = true;
  } catch (const std::exception& error) {  // damaged, or no journal at all
    if (node.damage.empty()) node.damage = error.what();
  }
  return node;
}

}  // namespace tally::drill
