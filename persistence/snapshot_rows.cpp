#include "persistence/snapshot_rows.hpp"

#include <spdlog/spdlog.h>

#include "persistence/crc32c.hpp"
#include "persistence/sha256.hpp"
#include "persistence/wire.hpp"

namespace tally::snapshot_rows {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t kept = 2;

void append_name(std::string& key, Symbol name) {
  key += static_cast<char>(name.text().size());
  key += name.text();
}

// 's' name kind name [offset]: the length before each name keeps one prefix from matching another's rows.
std::string shard_prefix(Symbol shard) {
  std::string key = "s";
  append_name(key, shard);
  return key;
}
std::string entity_prefix(Symbol shard, const EntityRef& entity) {
  std::string key = shard_prefix(shard);
  key += static_cast<char>(entity.kind);
  append_name(key, entity.key);
  return key;
}
std::string row_key(Symbol shard, const Row& row) {
  std::string key = entity_prefix(shard, row.entity);
  wire::append_be(key, row.offset);
  return key;
}

std::uint32_t checksum(std::string_view key, std::string_view body) { return crc32c(wire::bytes_of(body), crc32c(wire::bytes_of(key))); }

// format, crc32c over key and what follows, reducer version, stream sequence, state hash, state.
std::string row_value(std::string_view key, const Row& row) {
  std::string body;
  wire::append_be(body, static_cast<std::uint32_t>(row.reducer_version));
  wire::append_be(body, row.stream_sequence);
  wire::append_be(body, state_hash(row.state));
  body += wire::text_of(row.state);
  std::string value(1, static_cast<char>(format));
  wire::append_be(value, checksum(key, body));
  return value + body;
}

std::optional<Row> parse(Symbol shard, const CacheRow& stored) {
  wire::Reader key(stored.key);
  key.take(shard_prefix(shard).size());
  Row row;
  row.entity.kind = static_cast<EntityKind>(key.be<std::uint8_t>());
  const std::string_view name = key.take(key.be<std::uint8_t>());
  row.offset = key.be<std::uint64_t>();

  wire::Reader value(stored.value);
  const auto stored_format = value.be<std::uint8_t>();
  const auto sum = value.be<std::uint32_t>();
  wire::Reader body(value.rest());
  const std::string_view summed = stored.value.size() >= 5 ? std::string_view(stored.value).substr(5) : std::string_view();
  row.reducer_version = static_cast<int>(body.be<std::uint32_t>());
  row.stream_sequence = body.be<std::uint64_t>();
  const auto hash = body.be<std::uint64_t>();
  const auto state = wire::bytes_of(body.rest());
  row.state.assign(state.begin(), state.end());
  if (!key.ok() || !body.ok() || stored_format != format || sum != checksum(stored.key, summed) || hash != state_hash(state)) {
    spdlog::warn("snapshot row of {} in {} is damaged and ignored", name, shard.text());
    return std::nullopt;
  }
  row.entity.key = Symbol(name);
  return row;
}

}  // namespace

void put(Cache& cache, Symbol shard, std::span<const Row> rows) {
  std::vector<CacheRow> puts;
  std::vector<std::string> removals;
  for (const Row& row : rows) {
    std::string key = row_key(shard, row);
    std::vector<CacheRow> older = cache.read_prefix(entity_prefix(shard, row.entity));
    std::erase_if(older, [&](const CacheRow& other) { return other.key == key; });
    for (std::size_t i = 0; i + (kept - 1) < older.size(); ++i) removals.push_back(std::move(older[i].key));
    std::string value = row_value(key, row);
    puts.push_back({std::move(key), std::move(value)});
  }
  cache.write(puts, removals);
}

std::optional<Row> newest(const Cache& cache, Symbol shard, const EntityRef& entity) {
  const std::vector<CacheRow> stored = cache.read_prefix(entity_prefix(shard, entity));
  for (auto it = stored.rbegin(); it != stored.rend(); ++it)
    if (auto row = parse(shard, *it)) return row;
  return std::nullopt;
}

std::vector<Row> newest_of_each(const Cache& cache, Symbol shard) {
  std::vector<Row> found;
  for (const CacheRow& stored : cache.read_prefix(shard_prefix(shard))) {
    auto row = parse(shard, stored);
    if (!row) continue;
    if (!found.empty() && found.back().entity == row->entity) found.back() = std::move(*row);
    else found.push_back(std::move(*row));
  }
  return found;
}

void remove_beyond(Cache& cache, Symbol shard, Offset end) {
  std::vector<std::string> removals;
  for (CacheRow& stored : cache.read_prefix(shard_prefix(shard))) {
    const std::string_view key = stored.key;
    if (key.size() < 8 || wire::read_be<std::uint64_t>(key.data() + key.size() - 8) > end) removals.push_back(std::move(stored.key));
  }
  if (!removals.empty()) cache.write({}, removals);
}

}  // namespace tally::snapshot_rows
