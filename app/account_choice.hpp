// Which of a node's accounts is meant, where a command or a request may name one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messages/symbol.hpp"

namespace tally {

// The one that is named, or the only one. Throws CommandFailed: there is none, none of that name, or several and none named; the
// last two list what there is.
Symbol chosen_account(const std::vector<Symbol>& accounts, const std::optional<std::string>& named);

}  // namespace tally
