#include "actors/broker_session/client_order_id.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tally {

ClientOrderId client_order_id(Symbol account, const BatchId& batch, std::uint32_t attempt) {
  std::string named(account.text());
  named.append("\n").append(text_of(batch)).append("\n").append(std::to_string(attempt));
  XXH128_canonical_t hash;  // big-endian on every machine
  XXH128_canonicalFromHash(&hash, XXH3_128bits(named.data(), named.size()));

  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::array<char, 25> text{'T'};
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t bit = 5 * i;
    const unsigned two_bytes = hash.digest[bit / 8] << 8u | hash.digest[bit / 8 + 1];  // 120 bits end at byte 15 of 16
    text[i + 1] = alphabet[two_bytes >> (11 - bit % 8) & 31u];
  }
  return ClientOrderId({text.data(), text.size()});
}

}  // namespace tally
