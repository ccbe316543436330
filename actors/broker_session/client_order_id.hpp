// The id under which a net order leaves: a pure function of whose it is, which batch it executes and which attempt it
// is, so that a command that is repeated after a crash names the same order. Never of time or term.
//
// 'T' and 24 characters of A-Z 2-7: the first 120 bits of XXH3-128 over "account\nbatch\nattempt", most significant
// first. Letters and digits only, because venues differ in what else they accept.
#pragma once

#include "messages/ids.hpp"

namespace tally {

ClientOrderId client_order_id(Symbol account, const BatchId& batch, std::uint32_t attempt);

}  // namespace tally
