#include "app/replay/replay_order.hpp"

#include <charconv>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "app/time_text.hpp"

namespace tally {
namespace {

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > static_cast<std::uint64_t>(INT64_MAX))
    return std::nullopt;
  return number;
}

std::uint64_t number_needed(const std::string& word, const std::string& text) {
  const auto number = whole_number(text);
  if (!number) throw std::invalid_argument(word + ": '" + text + "' is no whole number");
  return *number;
}

}  // namespace

ReplayOrder replay_order_of(std::string_view line) {
  using What = ReplayOrder::What;
  std::istringstream words{std::string(line)};
  std::string word, argument, more;
  words >> word >> argument >> more;
  if (!more.empty()) throw std::invalid_argument("'" + more + "' is one word too many");
  ReplayOrder order;
  const auto alone = [&](What what) {
    if (!argument.empty()) throw std::invalid_argument(word + " takes nothing");
    order.what = what;
    return order;
  };
  if (word.empty()) return order;
  if (word == "pause") return alone(What::pause);
  if (word == "resume") return alone(What::resume);
  if (word == "where") return alone(What::where);
  if (word == "quit") return alone(What::quit);
  if (word == "step") {
    order.what = What::step;
    order.number = argument.empty() ? 1 : number_needed(word, argument);
  } else if (word == "speed") {
    order.what = What::speed;
    order.number = number_needed(word, argument);
  } else if (word == "state") {
    if (argument.empty()) throw std::invalid_argument("state: which entity, e.g. state risk_authority/demo");
    order.what = What::state;
    order.entity = argument;
  } else if (word == "seek") {
    if (const auto offset = whole_number(argument)) {
      order.what = What::seek_offset;
      order.number = *offset;
      return order;
    }
    order.what = What::seek_time;
    try {
      order.time = time_of_iso(argument);
    } catch (const TimeError& error) {
      throw std::invalid_argument("seek: '" + argument + "' is no offset, and as a time: " + error.what());
    }
  } else {
    throw std::invalid_argument("'" + word + "' is none of pause, resume, step, seek, speed, state, where, quit");
  }
  return order;
}

}  // namespace tally
