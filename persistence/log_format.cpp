#include "persistence/log_format.hpp"

#include <cstring>

#include "messages/stored.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/replication/mutations.hpp"
#include "persistence/wire.hpp"

namespace tally::log_format {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t checksum_end = 5;  // what the checksum covers begins here

Key key_of(char kind, ShardNumber shard, Offset offset) {
  Key key;
  key[0] = kind;
  wire::put_be(key.data() + 1, shard);
  wire::put_be(key.data() + 5, std::uint64_t{offset});
  return key;
}

// The shard's name is part of every sum: a value under another shard's key does not pass.
std::uint32_t checksum(Symbol shard, std::span<const std::byte> covered) { return crc32c(covered, crc32c(wire::bytes_of(shard.text()))); }

}  // namespace

Key entry_key(ShardNumber shard, Offset offset) { return key_of('e', shard, offset); }
Key chain_key(ShardNumber shard, Offset last) { return key_of('c', shard, last); }
std::string directory_key(Symbol shard) { return "d" + std::string(shard.text()); }

std::optional<ParsedKey> parse_key(char kind, std::string_view key) {
  if (key.size() != 13 || key[0] != kind) return std::nullopt;
  return ParsedKey{wire::read_be<ShardNumber>(key.data() + 1), wire::read_be<std::uint64_t>(key.data() + 5)};
}

void append_entry_value(Symbol shard, std::uint64_t term, Offset offset, std::span<const std::byte> stored, Bytes& out) {
  const std::size_t start = out.size();
  out.resize(start + entry_head_size);
  out.insert(out.end(), stored.begin(), stored.end());
  char* head = reinterpret_cast<char*>(out.data() + start);
  head[0] = static_cast<char>(format);
  wire::put_be(head + 5, term);
  wire::put_be(head + 13, std::uint64_t{offset});
  wire::put_be(head + 1, checksum(shard, std::span(out).subspan(start + checksum_end)));
}

std::uint64_t term_of(std::string_view value) { return wire::read_be<std::uint64_t>(value.data() + 5); }

std::span<const std::byte> entry_bytes(Symbol shard, Offset offset, std::string_view value) {
  if (value.size() < entry_head_size) throw JournalDamaged(shard, offset, "its row is too short");
  if (static_cast<std::uint8_t>(value[0]) != format)
    throw JournalDamaged(shard, offset, "its row has the unknown format " + std::to_string(static_cast<std::uint8_t>(value[0])));
  const auto bytes = wire::bytes_of(value);
  const bool fits = checksum(shard, bytes.subspan(checksum_end)) == wire::read_be<std::uint32_t>(value.data() + 1);
  if (!fits && !replication::defective(replication::Defect::trusts_any_checksum))
    throw JournalDamaged(shard, offset, "its checksum does not fit");
  if (wire::read_be<std::uint64_t>(value.data() + 13) != offset) throw JournalDamaged(shard, offset, "its row holds another offset");
  return bytes.subspan(entry_head_size);
}

EntryPtr read_entry_value(Symbol shard, Offset offset, std::string_view value) {
  const auto bytes = entry_bytes(shard, offset, value);
  try {
    auto entry = std::make_shared<const Entry>(read_entry(bytes));
    if (entry->offset != offset)
      throw JournalDamaged(shard, offset, "its row's head contradicts its entry");
    return entry;
  } catch (const StoredError& error) {
    throw JournalDamaged(shard, offset, error.what());
  }
}

std::string link_value(Symbol shard, const Link& link) {
  std::string body;
  wire::append_be(body, std::uint64_t{link.first});
  wire::append_be(body, std::uint64_t{link.last});
  body += wire::text_of(link.digest);
  std::string value(1, static_cast<char>(format));
  wire::append_be(value, checksum(shard, wire::bytes_of(body)));
  return value + body;
}

std::optional<Link> parse_link(Symbol shard, Offset last, std::string_view value) {
  wire::Reader row(value);
  const auto its_format = row.be<std::uint8_t>();
  const auto sum = row.be<std::uint32_t>();
  const std::string_view body = row.rest();
  wire::Reader fields(body);
  Link link;
  link.first = fields.be<std::uint64_t>();
  link.last = fields.be<std::uint64_t>();
  const std::string_view digest = fields.rest();
  if (!fields.ok() || its_format != format || digest.size() != link.digest.size() || link.last != last ||
      sum != checksum(shard, wire::bytes_of(body)))
    return std::nullopt;
  std::memcpy(link.digest.data(), digest.data(), digest.size());
  return link;
}

}  // namespace tally::log_format
