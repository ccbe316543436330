#include "persistence/replication/frames.hpp"

#include <cstring>

#include "persistence/consensus/membership.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/wire.hpp"

namespace tally::replication {
namespace {

using namespace consensus;

constexpr std::uint8_t frame_format = 1;
constexpr std::size_t checksum_size = 4;
constexpr std::size_t entries_max = 1 << 20;

void put_flag(std::string& to, bool flag) { wire::append_be(to, static_cast<std::uint8_t>(flag)); }
void put_digest(std::string& to, const Digest& digest) { to += wire::text_of(digest); }
void put_soundness(std::string& to, const Soundness& soundness) {
  wire::append_be(to, soundness.doubt);
  put_flag(to, soundness.suspect);
}
void put_base(std::string& to, const Base& base) {
  wire::append_be(to, base.index);
  wire::append_be(to, base.term);
  put_digest(to, base.chain);
  to += wire::text_of(*encode_members(base.members));
}
// An append's entries are dense, so their indices are not said.
void put_entry(std::string& to, const LogEntry& entry) {
  wire::append_be(to, entry.term);
  wire::append_be(to, static_cast<std::uint8_t>(entry.kind));
  put_digest(to, entry.chain);
  wire::append_be(to, static_cast<std::uint32_t>(entry.payload->size()));
  to += wire::text_of(*entry.payload);
}

void put(std::string& to, const VoteRequest& request) {
  put_flag(to, request.pre);
  put_flag(to, request.forced);
  wire::append_be(to, request.last_index);
  wire::append_be(to, request.last_term);
}
void put(std::string& to, const VoteReply& reply) {
  put_flag(to, reply.pre);
  put_flag(to, reply.granted);
}
void put(std::string& to, const Append& append) {
  wire::append_be(to, append.previous);
  wire::append_be(to, append.previous_term);
  put_digest(to, append.previous_chain);
  wire::append_be(to, append.commit);
  wire::append_be(to, static_cast<std::uint32_t>(append.entries.size()));
  for (const LogEntry& entry : append.entries) put_entry(to, entry);
}
void put(std::string& to, const AppendReply& reply) {
  put_flag(to, reply.accepted);
  wire::append_be(to, reply.match);
  wire::append_be(to, reply.previous);
  wire::append_be(to, reply.hint);
  put_flag(to, reply.full);
  put_soundness(to, reply.soundness);
}
void put(std::string& to, const Heartbeat& heartbeat) {
  wire::append_be(to, heartbeat.round);
  wire::append_be(to, heartbeat.commit);
  wire::append_be(to, heartbeat.cleared);
}
void put(std::string& to, const HeartbeatReply& reply) {
  wire::append_be(to, reply.round);
  wire::append_be(to, reply.matched);
  put_soundness(to, reply.soundness);
}
void put(std::string& to, const Install& install) { put_base(to, install.base); }
void put(std::string& to, const TimeoutNow& order) { put_flag(to, order.effects_stopped); }
void put(std::string& to, const HistoryRequest& request) {
  wire::append_be(to, request.after);
  put_digest(to, request.chain);
}
void put(std::string& to, const Founding& founding) { put_base(to, founding.base); }

bool take_flag(wire::Reader& from) { return from.be<std::uint8_t>() != 0; }
Digest take_digest(wire::Reader& from) {
  Digest digest{};
  const std::string_view bytes = from.take(digest.size());
  if (from.ok()) std::memcpy(digest.data(), bytes.data(), bytes.size());
  return digest;
}
Soundness take_soundness(wire::Reader& from) {
  Soundness soundness;
  soundness.doubt = from.be<std::uint64_t>();
  soundness.suspect = take_flag(from);
  return soundness;
}
Payload payload_of(std::string_view text) {
  const auto bytes = wire::bytes_of(text);
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}
std::optional<Base> take_base(wire::Reader& from) {
  Base base;
  base.index = from.be<std::uint64_t>();
  base.term = from.be<std::uint64_t>();
  base.chain = take_digest(from);
  if (!from.ok()) return std::nullopt;
  auto members = decode_members(payload_of(from.rest()));
  if (!members) return std::nullopt;
  base.members = std::move(*members);
  return base;
}
std::optional<Append> take_append(wire::Reader& from) {
  Append append;
  append.previous = from.be<std::uint64_t>();
  append.previous_term = from.be<std::uint64_t>();
  append.previous_chain = take_digest(from);
  append.commit = from.be<std::uint64_t>();
  const auto count = from.be<std::uint32_t>();
  if (!from.ok() || count > entries_max) return std::nullopt;
  for (std::uint32_t i = 0; i < count; ++i) {
    LogEntry entry;
    entry.index = append.previous + i + 1;
    entry.term = from.be<std::uint64_t>();
    const auto kind = from.be<std::uint8_t>();
    entry.chain = take_digest(from);
    const std::string_view payload = from.take(from.be<std::uint32_t>());
    if (!from.ok() || kind > static_cast<std::uint8_t>(EntryKind::configuration)) return std::nullopt;
    entry.kind = static_cast<EntryKind>(kind);
    entry.payload = payload_of(payload);
    append.entries.push_back(std::move(entry));
  }
  return append;
}

using FrameBody = decltype(GroupFrame::body);

// The number of a kind is its place: the consensus bodies first, then ours.
constexpr std::size_t history_kind = std::variant_size_v<Body>;
constexpr std::size_t founding_kind = history_kind + 1;

std::optional<FrameBody> take_body(std::size_t kind, wire::Reader& from) {
  switch (kind) {
    case 0: {
      VoteRequest request{take_flag(from), take_flag(from), 0, 0};
      request.last_index = from.be<std::uint64_t>();
      request.last_term = from.be<std::uint64_t>();
      return Body(request);
    }
    case 1: return Body(VoteReply{take_flag(from), take_flag(from)});
    case 2:
      if (auto append = take_append(from)) return Body(std::move(*append));
      return std::nullopt;
    case 3: {
      AppendReply reply;
      reply.accepted = take_flag(from);
      reply.match = from.be<std::uint64_t>();
      reply.previous = from.be<std::uint64_t>();
      reply.hint = from.be<std::uint64_t>();
      reply.full = take_flag(from);
      reply.soundness = take_soundness(from);
      return Body(reply);
    }
    case 4: {
      Heartbeat heartbeat;
      heartbeat.round = from.be<std::uint64_t>();
      heartbeat.commit = from.be<std::uint64_t>();
      heartbeat.cleared = from.be<std::uint64_t>();
      return Body(heartbeat);
    }
    case 5: {
      HeartbeatReply reply;
      reply.round = from.be<std::uint64_t>();
      reply.matched = from.be<std::uint64_t>();
      reply.soundness = take_soundness(from);
      return Body(reply);
    }
    case 6:
      if (auto base = take_base(from)) return Body(Install{std::move(*base)});
      return std::nullopt;
    case 7: return Body(TimeoutNow{take_flag(from)});
    case history_kind: {
      HistoryRequest request;
      request.after = from.be<std::uint64_t>();
      request.chain = take_digest(from);
      return request;
    }
    case founding_kind:
      if (auto base = take_base(from)) return Founding{std::move(*base)};
      return std::nullopt;
    default: return std::nullopt;
  }
}

std::size_t kind_of(const GroupFrame& frame) {
  if (const auto* body = std::get_if<Body>(&frame.body)) return body->index();
  return std::holds_alternative<HistoryRequest>(frame.body) ? history_kind : founding_kind;
}

}  // namespace

Lane lane_of(const GroupFrame& frame) {
  const auto* body = std::get_if<Body>(&frame.body);
  if (!body) return Lane::bulk;
  if (std::holds_alternative<Append>(*body) || std::holds_alternative<AppendReply>(*body) || std::holds_alternative<Install>(*body)) return Lane::log;
  return Lane::votes;
}

Frame encode_frame(const GroupFrame& frame) {
  std::string text(1 + checksum_size, '\0');
  text[0] = static_cast<char>(frame_format);
  wire::append_be(text, static_cast<std::uint8_t>(kind_of(frame)));
  wire::append_be(text, static_cast<std::uint8_t>(frame.shard.text().size()));
  text += frame.shard.text();
  for (const std::uint64_t number : {frame.generation, frame.term, frame.from, frame.to}) wire::append_be(text, number);
  if (const auto* body = std::get_if<Body>(&frame.body)) std::visit([&](const auto& said) { put(text, said); }, *body);
  else if (const auto* request = std::get_if<HistoryRequest>(&frame.body)) put(text, *request);
  else put(text, std::get<Founding>(frame.body));
  wire::put_be(text.data() + 1, crc32c(wire::bytes_of(text).subspan(1 + checksum_size)));
  const auto bytes = wire::bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

std::optional<GroupFrame> decode_frame(const Frame& bytes) {
  wire::Reader text(wire::text_of(bytes));
  const auto its_format = text.be<std::uint8_t>();
  const auto sum = text.be<std::uint32_t>();
  if (!text.ok() || its_format != frame_format) return std::nullopt;
  if (sum != crc32c(std::span(bytes).subspan(1 + checksum_size))) return std::nullopt;
  GroupFrame frame;
  const auto kind = text.be<std::uint8_t>();
  const std::string_view shard = text.take(text.be<std::uint8_t>());
  for (std::uint64_t* number : {&frame.generation, &frame.term, &frame.from, &frame.to}) *number = text.be<std::uint64_t>();
  if (!text.ok() || shard.empty()) return std::nullopt;
  try {
    frame.shard = Symbol(shard);
  } catch (const NameError&) {
    return std::nullopt;
  }
  auto body = take_body(kind, text);
  if (!body || !text.ok() || !text.at_end()) return std::nullopt;
  frame.body = std::move(*body);
  return frame;
}

}  // namespace tally::replication
