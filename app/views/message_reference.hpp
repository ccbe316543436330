// The page that lists every message: derived from the describe lines, like JSON and schema.
#pragma once

#include <string>

namespace tally {

// Markdown: types by layer, each with number, version, topic, key, and fields with type and default.
std::string message_reference();

}  // namespace tally
