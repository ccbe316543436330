// The rows of the log: keys, entry values, chain links. Grammar and worked example: docs/formats/journal.md.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "persistence/journal.hpp"
#include "persistence/sha256.hpp"

namespace tally::log_format {

using ShardNumber = std::uint32_t;  // a shard's number within one database, given by its directory row

// 'e' number offset; 'c' number offset; 'd' name. Numbers are big-endian, so keys ascend with offsets.
using Key = std::array<char, 13>;
Key entry_key(ShardNumber shard, Offset offset);
Key chain_key(ShardNumber shard, Offset last);
std::string directory_key(Symbol shard);

struct ParsedKey {
  ShardNumber shard = 0;
  Offset offset = 0;
};
std::optional<ParsedKey> parse_key(char kind, std::string_view key);

inline std::string_view view(const Key& key) { return {key.data(), key.size()}; }

// One entry: format, CRC32C of (shard name, term, offset, entry), the consensus term it was sequenced in, offset, entry's
// stored bytes. An imported entry names an older term within.
constexpr std::size_t entry_head_size = 21;
void append_entry_value(Symbol shard, std::uint64_t term, Offset offset, std::span<const std::byte> stored, Bytes& out);
std::uint64_t term_of(std::string_view value);  // of a value that was checked

// The stored bytes within a value. Throws JournalDamaged where the checksum, the format or the offset does not fit.
std::span<const std::byte> entry_bytes(Symbol shard, Offset offset, std::string_view value);
// And the entry itself; throws JournalDamaged also where its bytes are none.
EntryPtr read_entry_value(Symbol shard, Offset offset, std::string_view value);

// A link of the hash chain: SHA-256 of the link before and of the values of the entries [first, last].
struct Link {
  Offset first = 0;
  Offset last = 0;
  Digest digest{};
};
std::string link_value(Symbol shard, const Link& link);
std::optional<Link> parse_link(Symbol shard, Offset last, std::string_view value);

}  // namespace tally::log_format
