// What travels between two nodes: packets, each either a part of the conversation that begins a session or a part of the
// session. docs/formats/cluster-packets.md is the grammar; integers are big-endian.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "actors/host/cluster/session/settings.hpp"
#include "persistence/replication/transport.hpp"
#include "persistence/wire.hpp"

namespace tally::cluster {

using replication::Frame;
using replication::Lane;
using replication::NodeId;
using replication::lanes;

// Bytes; a string, because that is what CAF copies at once and not element by element.
using Packet = std::string;

enum class PacketKind : std::uint8_t { hello = 1, welcome, confirm, refusal, frames, pulse, bye };

// The highest packet of each lane that the sender of this has seen: those up to it arrived or never will.
using Seen = std::array<std::uint64_t, lanes>;

struct FramesHead {
  std::uint64_t epoch = 0;
  Lane lane = Lane::votes;
  std::uint64_t number = 0;      // counts the lane's packets, from 1
  Seen seen{};
};

struct Pulse {
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;      // counts pulses, from 1
  Seen seen{};
  Seen last{};                   // the last packet sent on each lane: what does not follow this pulse soon is lost
  Nanoseconds sent = 0;          // the sender's clock
  Nanoseconds echo = 0;          // `sent` of the last pulse heard; 0: none yet
  Nanoseconds held = 0;          // how long ago that was
  Nanoseconds heard_ago = 0;     // since anything was heard at all
};

enum class EndReason : std::uint8_t { none, silent, unheard, left, broken, closed, replaced };

struct Bye {
  std::uint64_t epoch = 0;
  EndReason reason = EndReason::none;
};

constexpr std::size_t frames_head_bytes = 1 + 8 + 1 + 8 + 8 * lanes;

std::optional<PacketKind> kind_of(std::string_view packet);
void write_head(Packet& packet, const FramesHead& head);
Packet written(const Pulse& pulse);
Packet written(const Bye& bye);
// nullopt: not in the grammar. After a head the reader stands at the records.
std::optional<FramesHead> read_frames_head(wire::Reader& reader);
std::optional<Pulse> read_pulse(std::string_view packet);
std::optional<Bye> read_bye(std::string_view packet);

// The epoch of a packet of a session; 0 for others.
std::uint64_t epoch_of(std::string_view packet);

std::string_view text_of(EndReason reason);

}  // namespace tally::cluster
