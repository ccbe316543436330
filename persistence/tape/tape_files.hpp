// The two small files of a tape beside its segments.
#pragma once

#include <filesystem>

namespace tally::tape_files {

inline std::filesystem::path identity(const std::filesystem::path& tape) { return tape / "TAPE"; }
inline std::filesystem::path synced(const std::filesystem::path& tape) { return tape / "synced"; }

inline constexpr const char* identity_text = "tallystick tape, format 1\n";

}  // namespace tally::tape_files
