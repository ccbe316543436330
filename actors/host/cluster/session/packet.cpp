#include "actors/host/cluster/session/packet.hpp"

namespace tally::cluster {
namespace {

constexpr std::string_view reasons[] = {
    "still up",
    "nothing was heard from it",
    "it heard nothing from us",
    "it left",
    "it broke the protocol",
    "its connection was closed",
    "it began anew",
};

void write_seen(Packet& packet, const Seen& seen) {
  for (const std::uint64_t number : seen) wire::append_be(packet, number);
}

Seen read_seen(wire::Reader& reader) {
  Seen seen;
  for (std::uint64_t& number : seen) number = reader.be<std::uint64_t>();
  return seen;
}

}  // namespace

std::optional<PacketKind> kind_of(std::string_view packet) {
  if (packet.empty()) return std::nullopt;
  const auto kind = static_cast<std::uint8_t>(packet.front());
  if (kind < static_cast<std::uint8_t>(PacketKind::hello) || kind > static_cast<std::uint8_t>(PacketKind::bye)) return std::nullopt;
  return static_cast<PacketKind>(kind);
}

void write_head(Packet& packet, const FramesHead& head) {
  packet += static_cast<char>(PacketKind::frames);
  wire::append_be(packet, head.epoch);
  packet += static_cast<char>(head.lane);
  wire::append_be(packet, head.number);
  write_seen(packet, head.seen);
}

std::optional<FramesHead> read_frames_head(wire::Reader& reader) {
  FramesHead head;
  const auto kind = reader.be<std::uint8_t>();
  head.epoch = reader.be<std::uint64_t>();
  const auto lane = reader.be<std::uint8_t>();
  head.number = reader.be<std::uint64_t>();
  head.seen = read_seen(reader);
  if (!reader.ok() || kind != static_cast<std::uint8_t>(PacketKind::frames) || lane >= lanes) return std::nullopt;
  head.lane = static_cast<Lane>(lane);
  return head;
}

Packet written(const Pulse& pulse) {
  Packet packet(1, static_cast<char>(PacketKind::pulse));
  wire::append_be(packet, pulse.epoch);
  wire::append_be(packet, pulse.number);
  write_seen(packet, pulse.seen);
  write_seen(packet, pulse.last);
  for (const Nanoseconds time : {pulse.sent, pulse.echo, pulse.held, pulse.heard_ago})
    wire::append_be(packet, static_cast<std::uint64_t>(time));
  return packet;
}

std::optional<Pulse> read_pulse(std::string_view packet) {
  wire::Reader reader(packet);
  reader.be<std::uint8_t>();
  Pulse pulse;
  pulse.epoch = reader.be<std::uint64_t>();
  pulse.number = reader.be<std::uint64_t>();
  pulse.seen = read_seen(reader);
  pulse.last = read_seen(reader);
  for (Nanoseconds* time : {&pulse.sent, &pulse.echo, &pulse.held, &pulse.heard_ago})
    *time = static_cast<Nanoseconds>(reader.be<std::uint64_t>());
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return pulse;
}

Packet written(const Bye& bye) {
  Packet packet(1, static_cast<char>(PacketKind::bye));
  wire::append_be(packet, bye.epoch);
  packet += static_cast<char>(bye.reason);
  return packet;
}

std::optional<Bye> read_bye(std::string_view packet) {
  wire::Reader reader(packet);
  reader.be<std::uint8_t>();
  const auto epoch = reader.be<std::uint64_t>();
  const auto reason = reader.be<std::uint8_t>();
  if (!reader.ok() || !reader.at_end() || reason >= std::size(reasons)) return std::nullopt;
  return Bye{epoch, static_cast<EndReason>(reason)};
}

std::uint64_t epoch_of(std::string_view packet) {
  const auto kind = kind_of(packet);
  if (kind != PacketKind::frames && kind != PacketKind::pulse && kind != PacketKind::bye) return 0;
  wire::Reader reader(packet.substr(1));
  return reader.be<std::uint64_t>();
}

std::string_view text_of(EndReason reason) { return reasons[static_cast<std::size_t>(reason)]; }

}  // namespace tally::cluster
