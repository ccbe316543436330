#include "persistence/replication/identity.hpp"

#include <cstdio>
#include <optional>
#include <random>

#include "persistence/atomic_file.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/journal.hpp"
#include "persistence/wire.hpp"

namespace tally::replication {
namespace {

constexpr std::size_t digits = 16;

std::string hex_text(std::uint64_t number, int width) {
  char text[digits + 1];
  std::snprintf(text, sizeof text, "%0*llx", width, static_cast<unsigned long long>(number));
  return text;
}

// With a sum: a flipped bit must not make another node of this one.
std::string identity_text(consensus::NodeId id) {
  const std::string number = hex_text(id, digits);
  return number + " " + hex_text(crc32c(wire::bytes_of(number)), 8) + "\n";
}

std::optional<consensus::NodeId> identity_of(const std::string& text) {
  if (text.find_first_not_of("0123456789abcdef") != digits) return std::nullopt;
  const consensus::NodeId id = std::stoull(text.substr(0, digits), nullptr, 16);
  const bool whole = text == identity_text(id) || text == hex_text(id, digits) + "\n";
  return whole && id != consensus::nobody ? std::optional(id) : std::nullopt;
}

}  // namespace

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
  if (!std::filesystem::exists(file)) write_file_atomically(file, identity_text(fresh_number()));
  const std::string text = read_file(file);
  const auto id = identity_of(text);
  if (!id) throw JournalError(file.string() + " is damaged: which node this disk is cannot be read from it");
  if (text.size() == digits + 1) write_file_atomically(file, identity_text(*id));  // from before there was a sum
  return *id;
}

}  // namespace tally::replication
