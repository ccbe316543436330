// Which messages a person or program may hand to an account, and what the inlet writes into them whatever they said.
#pragma once

#include <optional>
#include <string>

#include "messages/entry.hpp"

namespace tally {

// Nothing else comes in from outside: prices come from feeds, reports from the venue, deadlines from the timer. Taking
// them from a person would falsify the books.
bool is_command(const Message& message);

// Writes the currency's minimum unit into commands that name an amount.
void write_minimum_unit(Message& message, Money minimum_unit);

// The key that the sender gave; empty where the message has none.
IdempotencyKey key_of(const Message& message);

// The denial that `cascade` holds for `key`, if it was denied. Entries as Outcome gives them.
template <class Entries>
std::optional<CommandDenied> denial_in(const Entries& cascade, const IdempotencyKey& key) {
  for (const auto& entry : cascade)
    for (const Event& event : entry->events)
      if (const auto* denied = std::get_if<CommandDenied>(&event.body); denied && denied->key == key) return *denied;
  return std::nullopt;
}

}  // namespace tally
