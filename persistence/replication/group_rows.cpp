#include "persistence/replication/group_rows.hpp"

#include <cstring>

#include "persistence/consensus/membership.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/wire.hpp"

namespace tally::replication {
namespace {

constexpr std::uint8_t row_format = 1;

std::uint32_t row_checksum(Symbol shard, std::string_view body) {
  return crc32c(wire::bytes_of(body), crc32c(wire::bytes_of(shard.text())));
}

std::string row_value(Symbol shard, const std::string& body) {
  std::string value(1, static_cast<char>(row_format));
  wire::append_be(value, row_checksum(shard, body));
  return value + body;
}

// The fields within a row's value; nothing where the format or the checksum does not fit.
std::optional<wire::Reader> row_body(Symbol shard, std::string_view value) {
  wire::Reader row(value);
  const auto its_format = row.be<std::uint8_t>();
  const auto sum = row.be<std::uint32_t>();
  const std::string_view body = row.rest();
  if (!row.ok() || its_format != row_format || sum != row_checksum(shard, body)) return std::nullopt;
  return wire::Reader(body);
}

std::string numbered_key(char kind, ShardNumber shard) {
  std::string key(1, kind);
  wire::append_be(key, shard);
  return key;
}

}  // namespace

std::string promise_key(ShardNumber shard) { return numbered_key('h', shard); }
std::string base_key(ShardNumber shard) { return numbered_key('b', shard); }
std::string founding_key(ShardNumber shard) { return numbered_key('f', shard); }
std::string commit_key(ShardNumber shard) { return numbered_key('k', shard); }

log_format::Key mark_key(ShardNumber shard, Index index) {
  log_format::Key key = log_format::entry_key(shard, index);
  key[0] = 'm';
  return key;
}

std::string promise_value(Symbol shard, const Promise& promise) {
  const consensus::HardState& hard = promise.hard_state;
  std::string body;
  for (const std::uint64_t number : {hard.generation, hard.term, hard.vote, hard.doubt, promise.saves}) wire::append_be(body, number);
  wire::append_be(body, static_cast<std::uint8_t>(hard.suspect));
  return row_value(shard, body);
}

std::optional<Promise> read_promise(Symbol shard, std::string_view value) {
  auto body = row_body(shard, value);
  if (!body) return std::nullopt;
  Promise promise;
  consensus::HardState& hard = promise.hard_state;
  for (std::uint64_t* number : {&hard.generation, &hard.term, &hard.vote, &hard.doubt, &promise.saves}) *number = body->be<std::uint64_t>();
  hard.suspect = body->be<std::uint8_t>() != 0;
  if (!body->ok() || !body->at_end()) return std::nullopt;
  return promise;
}

std::string base_value(Symbol shard, const consensus::Base& base) {
  std::string body;
  wire::append_be(body, base.index);
  wire::append_be(body, base.term);
  body += wire::text_of(base.chain);
  body += wire::text_of(*consensus::encode_members(base.members));
  return row_value(shard, body);
}

std::optional<consensus::Base> read_base(Symbol shard, std::string_view value) {
  auto body = row_body(shard, value);
  if (!body) return std::nullopt;
  consensus::Base base;
  base.index = body->be<std::uint64_t>();
  base.term = body->be<std::uint64_t>();
  const std::string_view chain = body->take(base.chain.size());
  if (!body->ok()) return std::nullopt;
  std::memcpy(base.chain.data(), chain.data(), chain.size());
  const auto bytes = wire::bytes_of(body->rest());
  auto members = consensus::decode_members(std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end()));
  if (!members) return std::nullopt;
  base.members = std::move(*members);
  return base;
}

std::string commit_value(Symbol shard, Index index) {
  std::string body;
  wire::append_be(body, index);
  return row_value(shard, body);
}

std::optional<Index> read_commit(Symbol shard, std::string_view value) {
  auto body = row_body(shard, value);
  if (!body) return std::nullopt;
  const Index index = body->be<std::uint64_t>();
  if (!body->ok() || !body->at_end()) return std::nullopt;
  return index;
}

std::string mark_value(Symbol shard, const MarkedEntry& entry) {
  std::string body;
  wire::append_be(body, entry.index);
  wire::append_be(body, entry.term);
  wire::append_be(body, std::uint64_t{entry.before});
  wire::append_be(body, static_cast<std::uint8_t>(entry.kind));
  body += wire::text_of(*entry.payload);
  return row_value(shard, body);
}

std::optional<MarkedEntry> read_mark(Symbol shard, Index index, std::string_view value) {
  auto body = row_body(shard, value);
  if (!body) return std::nullopt;
  MarkedEntry entry;
  entry.index = body->be<std::uint64_t>();
  entry.term = body->be<std::uint64_t>();
  entry.before = body->be<std::uint64_t>();
  const auto kind = body->be<std::uint8_t>();
  if (!body->ok() || entry.index != index) return std::nullopt;
  if (kind != static_cast<std::uint8_t>(consensus::EntryKind::noop) && kind != static_cast<std::uint8_t>(consensus::EntryKind::configuration))
    return std::nullopt;
  entry.kind = static_cast<consensus::EntryKind>(kind);
  const auto bytes = wire::bytes_of(body->rest());
  entry.payload = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
  return entry;
}

}  // namespace tally::replication
