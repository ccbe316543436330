// What the resolver answered as the fact that is published: instrument.resolved, or instrument.rejected with its rule_id; both
// with all that was looked at.
#pragma once

#include <variant>

#include "actors/instrument_resolver/future_resolver.hpp"
#include "actors/instrument_resolver/option_resolver.hpp"
#include "messages/instruments.hpp"

namespace tally::instruments {

using Answer = std::variant<InstrumentResolved, InstrumentRejected>;

// `rule`: as it was asked, for a person. `tape`: where the chain is recorded.
Answer answer_of(const OptionChain& chain, const OptionResolution& resolution, std::string rule,
                 const std::optional<TapePlace>& tape = {});
Answer answer_of(const FutureChain& chain, Time at, const FutureResolution& resolution, std::string rule,
                 const std::optional<TapePlace>& tape = {});

}  // namespace tally::instruments
