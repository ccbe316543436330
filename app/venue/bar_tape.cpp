#include "app/venue/bar_tape.hpp"

#include <algorithm>

namespace tally {
namespace {

constexpr std::size_t entries_looked_at = 1'024;   // a piece: what one read holds in memory
constexpr std::size_t entries_taken = 256;
constexpr std::size_t events_taken = 4'096;        // beyond it no further entry is; one may hold some thousand bars

bool is_taped(const Event& event) {
  return std::holds_alternative<BarObserved>(event.body) || std::holds_alternative<VenueConfigured>(event.body);
}

}  // namespace

EntryPtr taped_part_of(const EntryPtr& entry) {
  const auto taped = std::count_if(entry->events.begin(), entry->events.end(), is_taped);
  if (taped == 0) return nullptr;
  if (static_cast<std::size_t>(taped) == entry->events.size()) return entry;
  auto part = std::make_shared<Entry>(*entry);
  std::erase_if(part->events, [](const Event& event) { return !is_taped(event); });
  return part;
}

BarTape::Piece taped_piece(const Journal& journal, Symbol venue, Offset from, Offset end) {
  BarTape::Piece piece{{}, from - 1};
  if (from > end) return piece;
  std::size_t events = 0;
  for (const EntryPtr& entry : journal.read(venue, from, entries_looked_at)) {
    if (entry->offset > end) break;
    piece.through = entry->offset;
    if (EntryPtr part = taped_part_of(entry)) {
      events += part->events.size();
      piece.entries.push_back(std::move(part));
    }
    if (piece.entries.size() == entries_taken || events >= events_taken) break;
  }
  return piece;
}

}  // namespace tally
