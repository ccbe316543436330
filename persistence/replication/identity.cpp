#include "persistence/replication/identity.hpp"

#include <cstdio>
#include <random>

#include "persistence/atomic_file.hpp"
#include "persistence/journal.hpp"

namespace tally::replication {

std::uint64_t fresh_number() {
  std::random_device device;
  std::uint64_t number = 0;
  while (number == 0) number = std::uint64_t{device()} << 32 | device();
  return number;
}

consensus::Generation fresh_generation() { return fresh_number() << generation_bits | 1; }

consensus::NodeId node_identity(const std::filesystem::path& journal_directory) {
  std::filesystem::create_directories(journal_directory);
  const std::filesystem::path file = journal_directory / "NODE";
  if (!std::filesystem::exists(file)) {
    char text[18];
    std::snprintf(text, sizeof text, "%016llx\n", static_cast<unsigned long long>(fresh_number()));
    write_file_atomically(file, text);
  }
  const std::string text = read_file(file);
  const bool whole = text.size() == 17 && text.find_first_not_of("0123456789abcdef") == 16;
  const consensus::NodeId id = whole ? std::stoull(text, nullptr, 16) : consensus::nobody;
  if (id == consensus::nobody) throw JournalError(file.string() + " holds no node's id");
  return id;
}

}  // namespace tally::replication
