// JSON of every message, both ways. Decimals are strings, ids strings, enums their names, times integers (ns).
#pragma once

#include <boost/json/value.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "messages/entry.hpp"

namespace tally {

// `what()` begins with the path: "$.stop_loss_ratio: '1.2.3' is not a decimal number". A key that stands twice is found
// in text only: message_from_json_text, parse_json_text.
struct JsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// {"message": "OrderFilled", "schema_version": 1, ...fields}; no field has one of these two names.
boost::json::value to_json(const Message& message);
// The envelope with its events: shard, offset, term, causation, correlation, at, recorded_at, producer, events[]; of each
// event stream, stream_sequence, layer, topic, idempotency_key, body.
boost::json::value to_json(const Entry& entry, Symbol shard);

// Reads what to_json wrote. An unknown field, a missing one without default, a number that does not fit: JsonError.
// Where schema_version is absent, the current one is meant. An event's layer, topic and idempotency_key are not read.
Message message_from_json(const boost::json::value& value);
// Parses text of at most 1 MiB and 32 levels first.
Message message_from_json_text(std::string_view text);
Entry entry_from_json(const boost::json::value& value);

// JSON Schema (2020-12) of one type, or of all as {"$defs": ...} where `name` is empty.
boost::json::value json_schema(std::string_view name);

}  // namespace tally
