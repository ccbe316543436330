// What every message says about itself, beside its one Boost.Describe line. Everything else (JSON, stored bytes,
// JSON Schema, the reference page, the topic table) is derived from these two.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string_view>

namespace tally {

// command: asks; an input from outside. intent / execution / ledger: the layers of the signal trader's audit log.
// risk, market and system stand beside them.
enum class Layer : std::uint8_t { command, intent, risk, execution, ledger, market, system };
BOOST_DESCRIBE_ENUM(Layer, command, intent, risk, execution, ledger, market, system)

struct About {
  std::uint16_t number;          // of the type, in stored bytes; never reused
  std::uint16_t version;         // of the schema; raised when a field is added
  Layer layer;
  std::string_view topic;        // where it is published, e.g. "order.fill"
  std::string_view key;          // the described fields that identify the fact, separated by spaces
  std::size_t required = ~0u;    // this many leading fields have no default; what comes after may be absent
};

}  // namespace tally
