// The end of the process where going on could lose or fork what was acknowledged.
#pragma once

#include <string_view>

namespace tally {

constexpr int exit_storage_failed = 70;  // EX_SOFTWARE; documented in docs/formats/journal.md

// Writes one line to stderr and to the log, then leaves at once with exit_storage_failed: no destructor runs, no
// buffer is flushed, no write is tried again. After a failed fsync the kernel may call dirty pages clean, so a second
// sync that "succeeds" proves nothing.
[[noreturn]] void storage_failed(std::string_view what);

}  // namespace tally
