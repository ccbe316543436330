// The reference page of all messages, as Markdown: docs/messages.md is its output.
#pragma once

#include <string>

namespace tally {

std::string message_reference();

}  // namespace tally
