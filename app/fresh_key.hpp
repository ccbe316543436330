// Idempotency keys for commands that came without one: they sort by the time they were made, and nobody else makes the same.
#pragma once

#include "messages/ids.hpp"

namespace tally {

// 26 characters of Crockford's base 32: 48 bits of milliseconds since 1970, then 80 random bits from the kernel.
IdempotencyKey fresh_key();

}  // namespace tally
