#include "messages/stored.hpp"

#include <array>

#include "messages/stored_codec.hpp"

namespace tally {
namespace {

using Read = Message (*)(std::uint16_t version, std::span<const std::byte> payload);

struct Reader {
  Read read = nullptr;
  std::uint16_t version = 0;
};

template <class M>
Message read_as(std::uint16_t version, std::span<const std::byte> payload) {
  Message message(std::in_place_type<M>);
  stored::read_payload(version, payload, *std::get_if<M>(&message));
  return message;
}

constexpr std::size_t number_max = [] {
  std::size_t max = 0;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, shape::Types>>(
      [&]<class M>(std::type_identity<M>) { max = std::max<std::size_t>(max, M::about.number); });
  return max;
}();

// By number; a hole reads as unknown.
constexpr auto readers = [] {
  std::array<Reader, number_max + 1> table{};
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, shape::Types>>(
      [&]<class M>(std::type_identity<M>) { table[M::about.number] = {read_as<M>, M::about.version}; });
  return table;
}();

void store_body(const Message& message, StoreWriter& out) {
  std::visit(
      [&]<class M>(const M& body) {
        if constexpr (std::same_as<M, Opaque>) {
          if (body.number == 0 || body.version == 0) throw StoredError("type number and version begin at 1");
          out.reserve(body.bytes.size());
          out.put_bytes(body.bytes.data(), body.bytes.size());
        } else {
          stored::store(body, out);
        }
      },
      message);
}

std::pair<std::uint16_t, std::uint16_t> number_and_version(const Message& message) {
  return std::visit(
      []<class M>(const M& body) -> std::pair<std::uint16_t, std::uint16_t> {
        if constexpr (std::same_as<M, Opaque>) return {body.number, body.version};
        else return {M::about.number, M::about.version};
      },
      message);
}

// Which parts of the envelope are said by the first byte alone.
enum EntryShape : std::uint8_t { is_input = 1, begins_cascade = 2, has_producer = 4 };
constexpr std::uint8_t entry_shapes = is_input | begins_cascade | has_producer;

void store_envelope(const Entry& entry, StoreWriter& out) {
  const int shape = (entry.causation == 0 ? is_input : 0) | (entry.correlation == entry.offset ? begins_cascade : 0) |
                    (entry.producer.empty() ? 0 : has_producer);
  out.reserve(1 + 6 * varint_size_max);
  out.put_byte(static_cast<std::uint8_t>(shape));
  out.put_varint(entry.offset);
  out.put_varint(entry.term);
  // Differences modulo 2^64: every pair of numbers has one, and near ones are short.
  if (!(shape & is_input)) out.put_varint(entry.offset - entry.causation);
  if (!(shape & begins_cascade)) out.put_varint(entry.offset - entry.correlation);
  out.put_varint(zigzag(entry.at.ns));
  out.put_varint(zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(entry.recorded_at.ns) - static_cast<std::uint64_t>(entry.at.ns))));
  if (shape & has_producer) stored::store_text(entry.producer, out);
}

void store_event(const Event& event, StoreWriter& out) {
  const auto [number, version] = number_and_version(event.body);
  stored::store(event.stream, out);
  out.reserve(3 * varint_size_max);
  out.put_varint(event.stream_sequence);
  out.put_varint(number);
  out.put_varint(version);
  const auto payload = out.open_payload();
  store_body(event.body, out);
  out.close_payload(payload);
}

Entry read_envelope(StoreReader& in) {
  const std::uint8_t shape = in.take_byte();
  if (shape & ~entry_shapes) in.refuse("unknown shape of entry");
  Entry entry;
  entry.offset = in.take_varint();
  entry.term = in.take_varint();
  entry.causation = shape & is_input ? 0 : entry.offset - in.take_varint();
  entry.correlation = shape & begins_cascade ? entry.offset : entry.offset - in.take_varint();
  entry.at.ns = unzigzag(in.take_varint());
  entry.recorded_at.ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(entry.at.ns) + static_cast<std::uint64_t>(unzigzag(in.take_varint())));
  if (shape & has_producer) stored::read(in, entry.producer);
  const bool canonical = (entry.causation == 0) == bool(shape & is_input) && entry.producer.empty() != bool(shape & has_producer) &&
                         (entry.correlation == entry.offset) == bool(shape & begins_cascade);
  if (!canonical) in.refuse("envelope in two ways at once");
  return entry;
}

void read_event(StoreReader& in, Event& event) {
  stored::read(in, event.stream);
  event.stream_sequence = in.take_varint();
  const auto number = stored::read_number<std::uint16_t>(in);
  const auto version = stored::read_number<std::uint16_t>(in);
  event.body = read_message(number, version, in.take_bytes(in.take_varint()));
}

constexpr std::size_t event_size_min = 6;

}  // namespace

void store_message(const Message& message, std::vector<std::byte>& out) {
  StoreWriter writer;
  store_body(message, writer);
  if (writer.size() > payload_size_max) throw StoredError("payload larger than 16 MiB");
  writer.append_to(out);
}

Message read_message(std::uint16_t number, std::uint16_t version, std::span<const std::byte> payload) {
  if (payload.size() > payload_size_max) throw StoredError("payload larger than 16 MiB");
  if (number == 0 || version == 0) throw StoredError("type number and version begin at 1");
  if (number < readers.size() && readers[number].read && version <= readers[number].version)
    return readers[number].read(version, payload);
  return Opaque{number, version, {payload.begin(), payload.end()}};
}

void store_entry(const Entry& entry, std::vector<std::byte>& out) {
  StoreWriter writer;
  store_envelope(entry, writer);
  writer.reserve(varint_size_max);
  writer.put_varint(entry.events.size());
  for (const Event& event : entry.events) store_event(event, writer);
  if (writer.size() > entry_size_max) throw StoredError("entry larger than 64 MiB");
  writer.append_to(out);
}

Entry read_entry(std::span<const std::byte> bytes) {
  if (bytes.size() > entry_size_max) throw StoredError("entry larger than 64 MiB");
  StoreReader in(bytes);
  Entry entry = read_envelope(in);
  entry.events.resize(in.take_count(event_size_min));
  for (Event& event : entry.events) read_event(in, event);
  in.finish();
  return entry;
}

}  // namespace tally
