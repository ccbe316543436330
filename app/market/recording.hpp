// Recorded files of every form as messages of market data, in the order of their rows: what a tape is recorded from. Each source
// normalises one file and does nothing else; what its form is stands in depth_file.hpp, tick_file.hpp, bar_rows.hpp and
// option_chain_files.hpp. InputError or TextFileError where a row cannot be read.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messages/message.hpp"

namespace tally {

// The next message; nothing after the last.
using Recording = std::function<std::optional<Message>()>;

// When it was received by the recorder's clock, by which recordings are merged.
Time received_at(const Message& message);

Recording tick_recording(const std::filesystem::path& file, VenueId venue, ProductId product);
// All streams of it: depth, snapshots, trades, book tickers.
Recording depth_recording(const std::filesystem::path& file, VenueId venue, ProductId product);
// Of a file of quotes first the bars of bids, then, as a recording of its own, those of asks. A bar is received when it closes.
// `timeframe`: what the file's bars are, e.g. "1m"; of files by date, "1d".
std::vector<Recording> bar_recordings(const std::filesystem::path& file, VenueId venue, ProductId product,
                                      const std::string& timeframe);
// Minute quotes, minute trades or open interest of options, told apart by the header. Quotes and trades are received when their
// minute is complete; of a bar the closing quote or price is meant, with the volume of its minute.
Recording option_recording(const std::filesystem::path& file, VenueId venue, ProductId underlying);
// A universe file: one chain a day, received when that day begins in `zone`. `prices`: the underlying's, or empty.
Recording universe_recording(const std::filesystem::path& file, const std::filesystem::path& prices, VenueId venue,
                             ProductId underlying, const std::string& zone);

// All of them in the order of received_at; of equal times the earlier recording goes first.
Recording merged(std::vector<Recording> recordings);

}  // namespace tally
