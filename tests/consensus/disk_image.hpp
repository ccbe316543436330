// What a disk holds of one replica after a write, and samples of it.
#pragma once

#include "persistence/consensus/log.hpp"

namespace tally::consensus {

inline void write(Stored& disk, const Persist& persist) {
  if (persist.hard_state) disk.hard_state = *persist.hard_state;
  if (persist.base) {
    if (persist.replaces_log) disk.entries.clear();
    std::erase_if(disk.entries, [&](const LogEntry& entry) { return entry.index <= persist.base->index; });
    disk.base = *persist.base;
  }
  if (persist.truncate_from)
    std::erase_if(disk.entries, [&](const LogEntry& entry) { return entry.index >= *persist.truncate_from; });
  for (const LogEntry& entry : persist.append) disk.entries.push_back(entry);
}

inline Index last_of(const Stored& disk) { return disk.base.index + disk.entries.size(); }

inline const Digest* chain_on(const Stored& disk, Index index) {
  if (index == disk.base.index) return &disk.base.chain;
  if (index < disk.base.index || index > last_of(disk)) return nullptr;
  return &disk.entries[index - disk.base.index - 1].chain;
}

inline Payload bytes(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const std::vector<std::byte>>(data, data + text.size());
}
inline std::string text_of(const LogEntry& entry) {
  return {reinterpret_cast<const char*>(entry.payload->data()), entry.payload->size()};
}

// A founding member's disk, and after it a command of each of `terms`.
inline Stored disk_with(std::vector<Member> members, const std::vector<Term>& terms = {}, const std::string& tag = "x") {
  Stored disk;
  disk.hard_state.generation = 1;
  disk.base = founding(1, std::move(members));
  Log log(disk.base, {});
  for (const Term term : terms) log.append(term, EntryKind::command, bytes(tag + std::to_string(log.last() + 1)));
  if (!terms.empty()) {
    disk.entries = log.slice(disk.base.index + 1, std::size_t{1} << 30);
    disk.hard_state.term = terms.back();
  }
  return disk;
}

inline std::vector<Member> voters(std::size_t count) {
  std::vector<Member> members;
  for (NodeId id = 1; id <= count; ++id) members.push_back({id, Duty::voter});
  return members;
}

}  // namespace tally::consensus
