// How a node's journal names the record of a tape that a bar came from: as the producer of the bar's entry, "tape:binance@1234".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messages/strategies.hpp"

namespace tally {

std::string tape_producer(std::string_view feed, Offset offset);

// Its tape, "tape:binance", and offset; nothing where the producer is none.
std::optional<TapePlace> tape_place_of(std::string_view producer);

}  // namespace tally
