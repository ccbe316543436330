// What holds for any bytes that are thrown at the two decoders. Each function returns whether the input was accepted
// and throws std::logic_error where a law is broken; any other exception, and any crash, is a finding, too.
#pragma once

#include <boost/json/serialize.hpp>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "messages/json.hpp"
#include "messages/stored.hpp"

namespace tally::fuzz {

inline void expect(bool law, const char* what) {
  if (!law) throw std::logic_error(what);
}

inline std::vector<std::byte> stored(const Entry& entry) {
  std::vector<std::byte> bytes;
  store_entry(entry, bytes);
  return bytes;
}

inline bool check_stored_entry(std::span<const std::byte> input) {
  Entry entry;
  try {
    entry = read_entry(input);
  } catch (const StoredError&) {
    return false;
  }
  const auto bytes = stored(entry);
  const Entry again = read_entry(bytes);
  expect(stored(again) == bytes, "what is stored is read back as itself");
  const auto json = to_json(entry, Symbol("shard"));
  expect(to_json(entry_from_json(json), Symbol("shard")) == json, "the JSON of an entry is read back as itself");
  return true;
}

inline bool check_json_text(std::string_view input) {
  Message message;
  try {
    message = message_from_json_text(input);
  } catch (const JsonError& error) {
    expect(std::string_view(error.what()).starts_with('$'), "an error names its path");
    return false;
  }
  const auto text = boost::json::serialize(to_json(message));
  expect(boost::json::serialize(to_json(message_from_json_text(text))) == text, "what is written as JSON is read back as itself");
  Entry entry;
  entry.events.push_back({{}, 0, message});
  expect(boost::json::serialize(to_json(read_entry(stored(entry)).events[0].body)) == text, "stored bytes carry all that JSON carries");
  return true;
}

}  // namespace tally::fuzz
