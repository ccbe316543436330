// Who a disk is among others: a random id, made once with the journal's directory. A disk that was wiped is somebody else.
#pragma once

#include <filesystem>

#include "persistence/consensus/types.hpp"

namespace tally::replication {

// Makes the file <journal>/NODE where it is missing. Throws JournalError where it holds no id.
consensus::NodeId node_identity(const std::filesystem::path& journal_directory);

std::uint64_t fresh_number();  // random, never 0

}  // namespace tally::replication
