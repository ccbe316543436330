// What happens in the main job beside the market and the sources: who is there, who pays in and out, and which trouble is
// made on purpose, each at a bar.
//
// Every message has a key made of its bar and place, so a job that is started again sends the same messages under the same
// keys, and the entities that have answered them stay silent.
#pragma once

#include <map>
#include <variant>
#include <vector>

#include "app/profile.hpp"
#include "messages/message.hpp"

namespace tally::job {

// Trouble and errands that are more than one message.
struct TradeByTelephone {};   // somebody buys at the venue without us: a drift
struct ResolveDrifts {};      // an operator gives what is open to a subscription
struct FailEntity {           // the entity throws at its next input
  EntityRef entity;
};
struct Rearm {};              // both steps

struct Cue {
  std::string note;           // for the person who watches; empty: nothing to say
  std::variant<Message, TradeByTelephone, ResolveDrifts, FailEntity, Rearm> act;
};

// Cues by bar, 0-based; they come after the bar is seen. `bars` is the length of the job.
using Script = std::multimap<std::size_t, Cue>;
Script script_of(const Profile& profile, std::size_t bars);

// Who takes a drift of SPY.
inline constexpr std::string_view drift_taker = "ann-spy";

}  // namespace tally::job
