#include "app/remote_journal.hpp"

#include <boost/json.hpp>

#include "app/hex.hpp"
#include "messages/stored.hpp"

namespace tally {
namespace json = boost::json;

RemoteJournal::RemoteJournal(ControlClient client) : client_(std::move(client)) {
  const json::object answer = client_.ask({{"op", "shards"}});
  for (const json::value& shard : answer.at("shards").as_array())
    ends_[Symbol(std::string_view(shard.at("name").as_string()))] = shard.at("committed").to_number<Offset>();
}

void RemoteJournal::append(Symbol, Offset, std::span<const EntryPtr>, Commit) {
  throw JournalError("the journal of a running node is only read from here");
}

Offset RemoteJournal::end(Symbol shard) const {
  const auto it = ends_.find(shard);
  return it == ends_.end() ? 0 : it->second;
}

std::vector<EntryPtr> RemoteJournal::read(Symbol shard, Offset from, std::size_t count) const {
  const Offset last = end(shard);
  std::vector<EntryPtr> entries;
  if (from > last) return entries;
  const json::object answer = client_.ask({{"op", "entries"}, {"shard", shard.text()}, {"from", from}, {"count", std::min<std::size_t>(count, last - from + 1)}});
  for (const json::value& row : answer.at("entries").as_array()) {
    const auto bytes = from_hex(std::string_view(row.as_string()));
    if (!bytes) throw JournalError("the node answered an entry that is no hexadecimal text");
    entries.push_back(std::make_shared<const Entry>(read_entry(*bytes)));
  }
  return entries;
}

std::vector<Symbol> RemoteJournal::shards() const {
  std::vector<Symbol> names;
  for (const auto& [name, end] : ends_) names.push_back(name);
  return names;
}

}  // namespace tally
