// CRC32C (Castagnoli, RFC 3720): the checksum of every stored entry. Uses the processor's instruction where it has
// one; both ways give the same sums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tally {

// Of `bytes` after what `before` is the sum of: crc32c(a ++ b) == crc32c(b, crc32c(a)).
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

// The table-driven way, for processors without SSE4.2 and for comparing.
std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace tally
