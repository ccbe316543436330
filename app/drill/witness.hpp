// Reads what the nodes of a drill left: their journals, offline, into evidence.
#pragma once

#include "app/drill/evidence.hpp"
#include "persistence/journal.hpp"

namespace tally::drill {

// Opens and verifies the journal in `journal`; what is wrong with it is said in `damage`, never thrown.
NodeSeen journal_seen(const std::string& name, const std::filesystem::path& directory, const std::filesystem::path& journal,
                      Symbol account);

// What an account's journal says, as the judge needs it.
void see_entries(const Journal& journal, Symbol account, NodeSeen& node);

}  // namespace tally::drill
