// What makes a directory a journal, and opening its log. Internal to persistence.
#pragma once

#include <filesystem>

#include "persistence/log_database.hpp"

namespace tally {

// Opens the log, or creates it in a directory that holds no data. Throws JournalError (not a journal, locked), or JournalDamaged
// with the first bad offset where it does not open.
LogDatabase open_log(const std::filesystem::path& journal_directory, std::size_t write_buffer_bytes);
// Writes what says that this is a journal, once its log is there.
void mark_as_journal(const std::filesystem::path& journal_directory);

}  // namespace tally
