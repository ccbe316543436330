#include "messages/json.hpp"

#include <boost/json/serialize.hpp>

#include "messages/catalog.hpp"
#include "messages/json_codec.hpp"
#include "messages/json_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using json_codec::read;
using json_codec::read_number;
using json_codec::read_string;

constexpr char hex_digits[] = "0123456789abcdef";

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (std::byte b : bytes) {
    text += hex_digits[std::to_integer<int>(b >> 4)];
    text += hex_digits[std::to_integer<int>(b & std::byte{15})];
  }
  return text;
}

std::vector<std::byte> bytes_of_hex(std::string_view text, const JsonPath& path) {
  const auto digit = [&](char c) {
    const auto at = std::string_view(hex_digits).find(c);
    if (at == std::string_view::npos) path.refuse("must be lower-case hexadecimal digits");
    return static_cast<unsigned>(at);
  };
  if (text.size() % 2 != 0) path.refuse("must be an even number of hexadecimal digits");
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
  return bytes;
}

const json::object& object_at(const json::value& value, const JsonPath& path) {
  if (!value.is_object()) path.refuse("must be an object");
  return value.get_object();
}

const json::value& field_at(const json::object& object, std::string_view name, const JsonPath& path) {
  const json::value* field = object.if_contains(json::string_view(name.data(), name.size()));
  if (!field) (path / name).refuse("missing");
  return *field;
}

void refuse_other_fields(const json::object& object, const JsonPath& path, std::initializer_list<std::string_view> known) {
  for (const auto& entry : object) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (std::find(known.begin(), known.end(), key) == known.end()) (path / key).refuse("unknown field");
  }
}

template <class T>
T required(const json::object& object, std::string_view name, const JsonPath& path) {
  T value{};
  read(field_at(object, name, path), path / name, value);
  return value;
}

// ---- messages ----

constexpr std::string_view message_key = "message";
constexpr std::string_view version_key = "schema_version";

template <class... M>
consteval bool no_field_has_an_envelope_key(std::type_identity<boost::mp11::mp_list<M...>>) {
  bool taken = false;
  const auto look = [&]<class T>(std::type_identity<T>) {
    shape::for_each_member<T>([&](auto member) {
      const std::string_view name = member.name;
      taken |= name == "message" || name == "schema_version";
    });
  };
  (look(std::type_identity<M>{}), ...);
  return !taken;
}
static_assert(no_field_has_an_envelope_key(std::type_identity<shape::Types>{}), "a field has the name of an envelope key");

using ReadFields = Message (*)(const json::value&, const JsonPath&);

template <class M>
Message read_fields(const json::value& value, const JsonPath& path) {
  Message message(std::in_place_type<M>);
  json_codec::read_members(value, path, *std::get_if<M>(&message), {message_key, version_key});
  return message;
}

// By alternative; Opaque has none of its own.
template <class... M>
constexpr std::array<ReadFields, sizeof...(M) + 1> field_readers(std::type_identity<boost::mp11::mp_list<M...>>) {
  return {nullptr, read_fields<M>...};
}
constexpr auto readers = field_readers(std::type_identity<shape::Types>{});

Message read_opaque(const json::object& object, const JsonPath& path) {
  refuse_other_fields(object, path, {message_key, "number", version_key, "bytes"});
  Opaque opaque{required<std::uint16_t>(object, "number", path), required<std::uint16_t>(object, version_key, path), {}};
  if (opaque.number == 0) (path / "number").refuse("must be at least 1");
  if (opaque.version == 0) (path / version_key).refuse("must be at least 1");
  opaque.bytes = bytes_of_hex(read_string(field_at(object, "bytes", path), path / "bytes"), path / "bytes");
  return opaque;
}

Message read_message_json(const json::value& value, const JsonPath& path) {
  const json::object& object = object_at(value, path);
  const std::string_view type = read_string(field_at(object, message_key, path), path / message_key);
  if (type == "Opaque") return read_opaque(object, path);
  const CatalogRow* row = find_type(type);
  if (!row) (path / message_key).refuse("unknown message '" + std::string(type.substr(0, 48)) + "'");
  if (const json::value* version = object.if_contains(version_key)) {
    const auto number = read_number<std::uint16_t>(*version, path / version_key);
    if (number == 0) (path / version_key).refuse("must be at least 1");
    if (number > row->about.version)
      (path / version_key).refuse("is newer than version " + std::to_string(row->about.version) + ", the newest known here");
  }
  return readers[row->alternative](value, path);
}

// ---- entries ----

json::object event_json(const Event& event) {
  const CatalogRow& row = row_of(event.body);
  json::object out;
  out.emplace("stream", text_of(event.stream));
  out.emplace("stream_sequence", event.stream_sequence);
  out.emplace("layer", shape::enumerator_name(row.about.layer));
  out.emplace("topic", row.about.topic);
  out.emplace("idempotency_key", as_utf8(idempotency_key(event.body)));
  out.emplace("body", to_json(event.body));
  return out;
}

// Layer, topic and idempotency key follow from the message, so they are not read.
Event event_from_json(const json::value& value, const JsonPath& path) {
  const json::object& object = object_at(value, path);
  refuse_other_fields(object, path, {"stream", "stream_sequence", "layer", "topic", "idempotency_key", "body"});
  return {required<EntityRef>(object, "stream", path), required<std::uint64_t>(object, "stream_sequence", path),
          read_message_json(field_at(object, "body", path), path / "body")};
}

}  // namespace

json::value to_json(const Message& message) {
  json::object out;
  out.emplace(message_key, row_of(message).name);
  std::visit(
      [&]<class M>(const M& body) {
        if constexpr (std::same_as<M, Opaque>) {
          out.emplace("number", body.number);
          out.emplace(version_key, body.version);
          out.emplace("bytes", hex(body.bytes));
        } else {
          out.emplace(version_key, M::about.version);
          json_codec::write_members(body, out);
        }
      },
      message);
  return out;
}

json::value to_json(const Entry& entry, Symbol shard) {
  json::object out;
  out.emplace("shard", shard.text());
  out.emplace("offset", entry.offset);
  out.emplace("term", entry.term);
  out.emplace("causation", entry.causation);
  out.emplace("correlation", entry.correlation);
  out.emplace("at", entry.at.ns);
  out.emplace("recorded_at", entry.recorded_at.ns);
  out.emplace("producer", as_utf8(entry.producer));
  json::array events;
  for (const Event& event : entry.events) events.push_back(event_json(event));
  out.emplace("events", std::move(events));
  return out;
}

Message message_from_json(const json::value& value) { return read_message_json(value, JsonPath{}); }

Message message_from_json_text(std::string_view text) { return message_from_json(parse_json_text(text)); }

Entry entry_from_json(const json::value& value) {
  const JsonPath path;
  const json::object& object = object_at(value, path);
  refuse_other_fields(object, path,
                      {"shard", "offset", "term", "causation", "correlation", "at", "recorded_at", "producer", "events"});
  Entry entry;
  required<Symbol>(object, "shard", path);
  entry.offset = required<Offset>(object, "offset", path);
  entry.term = required<std::uint64_t>(object, "term", path);
  entry.causation = required<Offset>(object, "causation", path);
  entry.correlation = required<Offset>(object, "correlation", path);
  entry.at = required<Time>(object, "at", path);
  entry.recorded_at = required<Time>(object, "recorded_at", path);
  entry.producer = required<std::string>(object, "producer", path);
  const json::value& events = field_at(object, "events", path);
  const JsonPath events_path = path / "events";
  if (!events.is_array()) events_path.refuse("must be an array");
  for (const json::value& event : events.get_array())
    entry.events.push_back(event_from_json(event, events_path / entry.events.size()));
  return entry;
}

}  // namespace tally
