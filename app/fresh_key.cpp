#include "app/fresh_key.hpp"

#include <sys/random.h>

#include <stdexcept>

#include "actors/host/live/time_authority.hpp"

namespace tally {

IdempotencyKey fresh_key() {
  unsigned char random[10];
  if (getrandom(random, sizeof random, 0) != sizeof random) throw std::runtime_error("the kernel gives no random bytes");
  unsigned __int128 bits = static_cast<std::uint64_t>(wall_clock().ns / ns_per_ms);
  for (const unsigned char byte : random) bits = bits << 8 | byte;
  std::string text(26, '0');
  for (std::size_t i = text.size(); i-- > 0; bits >>= 5) text[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[static_cast<unsigned>(bits & 31)];
  return IdempotencyKey(text);
}

}  // namespace tally
