#include "app/venue/venue_protocol.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "app/hex.hpp"
#include "messages/json.hpp"
#include "messages/json_text.hpp"
#include "messages/stored.hpp"

namespace tally::venue_protocol {
namespace {

namespace json = boost::json;

const json::value& field(const json::object& line, std::string_view key) {
  const json::value* value = line.if_contains(key);
  if (!value) throw BadLine(std::string(key) + " is missing");
  return *value;
}

std::string text_in(const json::object& line, std::string_view key) {
  const json::value& value = field(line, key);
  if (!value.is_string()) throw BadLine(std::string(key) + " must be a string");
  return std::string(value.get_string());
}

std::uint64_t number_in(const json::object& line, std::string_view key) {
  const json::value& value = field(line, key);
  if (value.is_uint64()) return value.get_uint64();
  if (!value.is_int64() || value.get_int64() < 0) throw BadLine(std::string(key) + " must be a whole number");
  return static_cast<std::uint64_t>(value.get_int64());
}

bool flag_in(const json::object& line, std::string_view key) {
  const json::value& value = field(line, key);
  if (!value.is_bool()) throw BadLine(std::string(key) + " must be true or false");
  return value.get_bool();
}

json::array bars_out(const std::vector<BarObserved>& bars) {
  json::array out;
  for (const BarObserved& bar : bars) out.push_back(to_json(Message(bar)));
  return out;
}

std::vector<BarObserved> bars_in(const json::object& line) {
  const json::value& listed = field(line, "bars");
  if (!listed.is_array() || listed.get_array().empty()) throw BadLine("bars must be an array with something in it");
  std::vector<BarObserved> bars;
  for (const json::value& one : listed.get_array()) {
    const Message message = message_from_json(one);
    const auto* bar = std::get_if<BarObserved>(&message);
    if (!bar) throw BadLine("bars holds what is no BarObserved");
    const bool apart = std::any_of(bars.begin(), bars.end(), [&](const BarObserved& other) {
      return other.product == bar->product || other.closed_at != bar->closed_at;
    });
    if (apart) throw BadLine("bars of one line close at one time, and there is one a product");
    bars.push_back(*bar);
  }
  return bars;
}

// Stored bytes in hexadecimal digits: a tape is read by the million, and no number of it may change on the way.
json::array entries_out(const std::vector<std::shared_ptr<const Entry>>& entries) {
  json::array out;
  std::vector<std::byte> bytes;
  for (const auto& entry : entries) {
    bytes.clear();
    store_entry(*entry, bytes);
    out.emplace_back(to_hex(bytes));
  }
  return out;
}

std::vector<std::shared_ptr<const Entry>> entries_in(const json::object& line) {
  const json::value& listed = field(line, "entries");
  if (!listed.is_array()) throw BadLine("entries must be an array");
  std::vector<std::shared_ptr<const Entry>> entries;
  for (const json::value& one : listed.get_array()) {
    const auto bytes = one.is_string() ? from_hex(std::string_view(one.get_string())) : std::nullopt;
    if (!bytes) throw BadLine("entries holds what is no hexadecimal text");
    entries.push_back(std::make_shared<const Entry>(read_entry(*bytes)));
  }
  return entries;
}

Login login_in(const json::object& line) {
  if (number_in(line, "protocol") != version) throw BadLine("this venue speaks protocol " + std::to_string(version));
  Login login;
  login.account = AccountId(text_in(line, "account"));
  if (login.account.empty()) throw BadLine("account must not be empty");
  login.node = text_in(line, "node");
  login.term = number_in(line, "term");
  if (line.if_contains("after")) login.after = number_in(line, "after");
  login.cancel_on_disconnect = flag_in(line, "cancel_on_disconnect");
  return login;
}

Send send_in(const json::object& line) {
  Send send{number_in(line, "number"), message_from_json(field(line, "message"))};
  if (!std::holds_alternative<OrderCommanded>(send.message) && !std::holds_alternative<OrderCancelCommanded>(send.message) &&
      !std::holds_alternative<VenueStateRequested>(send.message))
    throw BadLine("a venue takes orders, cancels and questions about its records");
  return send;
}

struct ObjectOf {
  json::object operator()(const Login& login) const {
    json::object out{{"op", "login"}, {"protocol", version}, {"account", login.account.text()}, {"node", login.node},
                     {"term", login.term}, {"cancel_on_disconnect", login.cancel_on_disconnect}};
    if (login.after) out["after"] = *login.after;
    return out;
  }
  json::object operator()(const Send& send) const {
    return {{"op", "send"}, {"number", send.number}, {"message", to_json(send.message)}};
  }
  json::object operator()(const Show& show) const {
    return {{"op", "show"}, {"number", show.number}, {"source", show.source}, {"bars", bars_out(show.bars)}};
  }
  json::object operator()(const ReadTape& read) const { return {{"op", "tape"}, {"from", read.from}}; }
  json::object operator()(const AskAudit&) const { return {{"op", "audit"}}; }
  json::object operator()(const Ping&) const { return {{"op", "ping"}}; }

  json::object operator()(const Welcome& welcome) const {
    return {{"op", "welcome"}, {"session", welcome.session}, {"venue", welcome.venue}, {"end", welcome.end},
            {"simulated", welcome.simulated}};
  }
  json::object operator()(const Taken& taken) const {
    return {{"op", "taken"}, {"number", taken.number}, {"accepted", taken.accepted}, {"refusal", taken.refusal}};
  }
  json::object operator()(const Report& report) const {
    return {{"op", "report"}, {"number", report.number}, {"message", to_json(report.message)}};
  }
  json::object operator()(const Bars& bars) const {
    return {{"op", "bars"}, {"number", bars.number}, {"bars", bars_out(bars.bars)}};
  }
  json::object operator()(const Taped& taped) const {
    return {{"op", "taped"}, {"venue", taped.venue}, {"entries", entries_out(taped.entries)}, {"through", taped.through}, {"end", taped.end}};
  }
  json::object operator()(const Kicked& kicked) const { return {{"op", "kicked"}, {"by", kicked.by}}; }
  json::object operator()(const Pong& pong) const { return {{"op", "pong"}, {"number", pong.number}}; }
  json::object operator()(const Failed& failed) const { return {{"op", "failed"}, {"error", failed.error}}; }
  json::object operator()(const Audited& audited) const { return {{"op", "audited"}, {"audit", json::parse(audited.json)}}; }
};

ToVenue to_venue_of(const json::object& line) {
  const std::string op = text_in(line, "op");
  if (op == "login") return login_in(line);
  if (op == "send") return send_in(line);
  if (op == "show") return Show{number_in(line, "number"), text_in(line, "source"), bars_in(line)};
  if (op == "tape") return ReadTape{number_in(line, "from")};
  if (op == "audit") return AskAudit{};
  if (op == "ping") return Ping{};
  throw BadLine("unknown op '" + op + "'");
}

FromVenue from_venue_of(const json::object& line) {
  const std::string op = text_in(line, "op");
  if (op == "welcome")
    return Welcome{number_in(line, "session"), text_in(line, "venue"), number_in(line, "end"),
                   line.contains("simulated") && flag_in(line, "simulated")};
  if (op == "taken") return Taken{number_in(line, "number"), flag_in(line, "accepted"), text_in(line, "refusal")};
  if (op == "report") return Report{number_in(line, "number"), message_from_json(field(line, "message"))};
  if (op == "bars") return Bars{number_in(line, "number"), bars_in(line)};
  if (op == "taped")
    return Taped{text_in(line, "venue"), entries_in(line), number_in(line, "through"), number_in(line, "end")};
  if (op == "kicked") return Kicked{text_in(line, "by")};
  if (op == "pong") return Pong{number_in(line, "number")};
  if (op == "failed") return Failed{text_in(line, "error")};
  if (op == "audited") return Audited{json::serialize(field(line, "audit"))};
  throw BadLine("unknown op '" + op + "'");
}

// `parse` gives a JSON value; whatever is wrong becomes a BadLine.
template <class Parse, class Read>
auto read_line(Parse parse, Read read) {
  try {
    const json::value value = parse();
    if (!value.is_object()) throw BadLine("a line is one JSON object");
    return read(value.get_object());
  } catch (const BadLine&) {
    throw;
  } catch (const std::exception& error) {
    throw BadLine(error.what());
  }
}

}  // namespace

std::string text_of(const ToVenue& said) { return json::serialize(std::visit(ObjectOf{}, said)); }
std::string text_of(const FromVenue& said) { return json::serialize(std::visit(ObjectOf{}, said)); }

ToVenue read_to_venue(std::string_view line) {
  return read_line([&] { return parse_json_text(line); }, to_venue_of);
}

// A venue's records may be longer than what parse_json_text takes; the socket bounds the line.
FromVenue read_from_venue(std::string_view line) {
  return read_line([&] { return json::parse(line); }, from_venue_of);
}

}  // namespace tally::venue_protocol
