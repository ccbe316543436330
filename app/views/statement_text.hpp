// The statement for a terminal.
#pragma once

#include <ostream>

#include "app/views/statement.hpp"

namespace tally {

// `only` none: every investor. The conservation check and the open drift stand below.
void print_statement(std::ostream& out, const AccountStatement& statement, const std::optional<InvestorId>& only, bool bold);

}  // namespace tally
