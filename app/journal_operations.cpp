#include "app/journal_operations.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "app/exit_code.hpp"
#include "app/hex.hpp"
#include "app/request_fields.hpp"
#include "messages/stored.hpp"

namespace tally {
namespace {

namespace json = boost::json;

constexpr std::size_t entries_bytes_max = std::size_t{4} << 20;  // of one answer

json::object entries_of(const Journal& journal, const json::object& request) {
  const Symbol shard(text_at(request, "shard"));
  const Offset committed = journal.committed(shard);
  json::array out;
  std::size_t size = 0;
  for (const EntryPtr& entry : journal.read(shard, number_at(request, "from"), std::min<std::size_t>(number_at(request, "count"), 1'024))) {
    if (entry->offset > committed || size > entries_bytes_max) break;
    std::vector<std::byte> bytes;
    store_entry(*entry, bytes);
    size += bytes.size();
    out.push_back(json::value(to_hex(bytes)));
  }
  return {{"entries", std::move(out)}};
}

json::object shards_of(const Journal& journal) {
  json::array out;
  for (const Symbol shard : journal.shards()) out.push_back(json::object{{"name", shard.text()}, {"committed", journal.committed(shard)}});
  return {{"shards", std::move(out)}};
}

}  // namespace

void add_journal_operations(ControlServer::Operations& operations, const Journal& journal) {
  operations["shards"] = [&journal](const json::object&) { return shards_of(journal); };
  operations["entries"] = [&journal](const json::object& request) { return entries_of(journal, request); };
}

}  // namespace tally
