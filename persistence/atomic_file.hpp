// Small whole files: read at once, and written so that a reader, or a crash, meets the old or the new one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tally {

// Writes beside it, syncs, renames, syncs the directory. Throws std::system_error.
void write_file_atomically(const std::filesystem::path& file, std::string_view text);
// The same, for its owner's eyes only (0600), at every moment.
void write_private_file_atomically(const std::filesystem::path& file, std::string_view text);
std::string read_file(const std::filesystem::path& file);

// Makes renames and new files in `directory` durable.
void sync_directory(const std::filesystem::path& directory);

}  // namespace tally
