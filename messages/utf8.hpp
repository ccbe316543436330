// Text that comes from outside may hold any bytes; JSON may not.
#pragma once

#include <string>
#include <string_view>

namespace tally {

// `text` with each byte that is not part of valid UTF-8 replaced by U+FFFD.
std::string as_utf8(std::string_view text);

}  // namespace tally
