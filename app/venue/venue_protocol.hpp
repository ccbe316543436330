// What an account's node and a venue process say to each other: one JSON object a line. Grammar: docs/formats/venue-protocol.md.
// Pure: values to text and back.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "messages/entry.hpp"

namespace tally::venue_protocol {

inline constexpr std::uint64_t version = 1;
inline constexpr std::size_t request_bytes_max = std::size_t{1} << 20;   // a line to the venue
inline constexpr std::size_t in_flight_max = 1'024;                      // of one session: sent and not answered
inline constexpr int ping_seconds = 1;                                   // a client that has nothing to say says so this often
inline constexpr int silence_seconds = 5;                                // after which either side takes the other for gone
inline constexpr int write_seconds = 5;                                  // a reader that takes nothing for so long is cut off

// "$.after: ..." or what else is wrong with a line.
struct BadLine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// ---- to the venue ----
struct Login {
  AccountId account;
  std::string node;                  // who speaks for the account; for the record
  std::uint64_t term = 0;            // of its leadership; for the record
  std::optional<Offset> after;       // reports from this number on, its own included; none: those that come from now on
  bool cancel_on_disconnect = false;
};
// An OrderCommanded, OrderCancelCommanded or VenueStateRequested of the session's account.
struct Send {
  std::uint64_t number = 0;          // 1, 2, ... of the session
  Message message;
};
struct Show {
  std::uint64_t number = 0;
  std::string source;
  std::vector<BarObserved> bars;     // that closed at one time, at most one a product
};
struct ReadTape {
  Offset from = 1;                   // the venue's bars from this number on, a piece of them
};
struct AskAudit {};
struct Ping {};
using ToVenue = std::variant<Login, Send, Show, ReadTape, AskAudit, Ping>;

// ---- from the venue ----
struct Welcome {
  std::uint64_t session = 0;
  std::string venue;
  Offset end = 0;                    // number of the last report there is
  bool simulated = false;            // nobody's money is here: what it does not say it is not
};
// A line of the session was taken; every report that it led to at once came before.
struct Taken {
  std::uint64_t number = 0;
  bool accepted = false;
  std::string refusal;               // INLET_FULL, DISK_RESERVE ...
};
struct Report {
  Offset number = 0;                 // rises; several reports may have one number
  Message message;                   // ExecutionReported or VenueStateReported
};
struct Bars {
  Offset number = 0;
  std::vector<BarObserved> bars;
};
struct Taped {
  std::string venue;
  std::vector<std::shared_ptr<const Entry>> entries;   // of its journal: bars and the venue's settings, nothing else; ascending
  Offset through = 0;                // up to here there are no others; below `from` where there is nothing more
  Offset end = 0;                    // of what is durable
};
struct Kicked {
  std::string by;                    // the node that logged in
};
struct Pong {
  Offset number = 0;                 // every report up to here came before
};
struct Failed {
  std::string error;                 // the connection ends
};
struct Audited {
  std::string json;                  // of an audit: see venue_audit.hpp
};
using FromVenue = std::variant<Welcome, Taken, Report, Bars, Taped, Kicked, Pong, Failed, Audited>;

// Without the newline.
std::string text_of(const ToVenue& said);
std::string text_of(const FromVenue& said);
// Throw BadLine.
ToVenue read_to_venue(std::string_view line);
FromVenue read_from_venue(std::string_view line);

}  // namespace tally::venue_protocol
