#include "messages/reference.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <map>

#include "messages/catalog.hpp"
#include "messages/json_codec.hpp"

namespace tally {
namespace {

using namespace shape;

// The event list that the signal trader's specification asks for by name.
constexpr std::array<std::string_view, 17> signal_trader_events{
    "SignalReceived", "IntentCreated",          "IntentReleased",  "OrderSubmitted",        "OrderRejected",  "OrderAccepted",
    "OrderFilled",    "InternalNettingSettled", "PositionUpdated", "InvestorLedgerUpdated", "BufferAdjusted", "SubscriptionUpdated",
    "SignalForcedFlatHandled", "MidPriceCaptured", "AlertTriggered", "RiskApproved",        "RiskRejected"};

constexpr std::string_view opening =
    "# Messages\n\n"
    "Every command and event, derived from the structs in `messages/`. Written by `tally schema --reference > docs/messages.md`; a test\n"
    "fails where this page and the code differ. What a message means is said above its struct; how it is stored in\n"
    "[formats/stored-bytes.md](formats/stored-bytes.md); `tally schema NAME` prints its JSON Schema.\n\n"
    "In JSON a message is one object: `message` (its name), `schema_version`, then its fields. Decimals, ids and enumerators are strings,\n"
    "times integers (UTC nanoseconds). A field with a default may be absent. ★ marks the signal trader's own list of events.\n";

struct LayerText {
  Layer layer;
  std::string_view title;
  std::string_view text;
};
constexpr LayerText layers[] = {
    {Layer::command, "Commands and other inputs", "They ask, or report from outside; nothing is decided by recording them."},
    {Layer::intent, "Intent", "What signals say, and what each subscription therefore wants."},
    {Layer::risk, "Risk", "What may and may not happen."},
    {Layer::execution, "Execution", "How action enters the market, and what the venue said of it."},
    {Layer::ledger, "Ledger", "Who owns what."},
    {Layer::market, "Market", "Prices as facts."},
    {Layer::system, "System", "Configuration, time, alerts and supervision."},
};

// "struct PriceTag" names a Price, "struct InvestorTag" an InvestorId.
std::string_view without_tag(std::string_view name) { return name.substr(0, name.size() - std::string_view("Tag").size()); }

template <class Tag, class Rep, int Scale>
std::string tagged(std::type_identity<Decimal<Tag, Rep, Scale>>) {
  return std::string(without_tag(type_name<Tag>()));
}
template <class Tag>
std::string tagged(std::type_identity<Id<Tag>>) {
  return std::string(without_tag(type_name<Tag>())) + "Id";
}
template <class Tag, std::size_t Capacity>
std::string tagged(std::type_identity<Token<Tag, Capacity>>) {
  const std::string name(without_tag(type_name<Tag>()));
  return name.ends_with("Hash") ? name : name + (std::same_as<Token<Tag, Capacity>, IdempotencyKey> ? "Key" : "Id");
}

// Tables of the structs and enumerations that fields are made of, by name; filled as they are met.
using Parts = std::map<std::string, std::string, std::less<>>;

template <Described T>
std::string fields_table(Parts& parts);

std::string anchor(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return "[" + std::string(name) + "](#" + lower + ")";
}

template <Enumeration E>
std::string enumerators() {
  std::string text;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto e) {
    text += (text.empty() ? "`" : ", `") + std::string(e.name) + "` " + std::to_string(static_cast<std::uint64_t>(e.value));
  });
  return text + "\n";
}

template <class T>
std::string type_text(Parts& parts) {
  if constexpr (std::same_as<T, bool>) return "true or false";
  else if constexpr (std::same_as<T, std::string>) return "text";
  else if constexpr (std::same_as<T, Direction>) return "-1, 0 or 1";
  else if constexpr (std::same_as<T, IntentId> || std::same_as<T, BatchId> || std::same_as<T, EntityRef> || std::same_as<T, Time>)
    return std::string(type_name<T>());
  else if constexpr (AnyDecimal<T> || Name<T> || AnyToken<T>) return tagged(std::type_identity<T>{});
  else if constexpr (Number<T>) return (std::is_signed_v<T> ? "integer, " : "integer ≥ 0, ") + std::to_string(8 * sizeof(T)) + " bits";
  else if constexpr (AnyOptional<T>) return type_text<typename T::value_type>(parts) + ", optional";
  else if constexpr (Sequence<T>) return "list of " + type_text<typename T::value_type>(parts);
  else if constexpr (requires { T::about; }) return anchor(type_name<T>());
  else {
    const std::string name(type_name<T>());
    if (!parts.contains(name)) {
      if constexpr (Enumeration<T>) parts[name] = enumerators<T>();
      else parts[name] = fields_table<T>(parts);
    }
    return anchor(name);
  }
}

template <Described T>
std::string fields_table(Parts& parts) {
  std::string table = "| Field | Type | Default |\n|---|---|---|\n";
  const T value{};
  std::size_t position = 0;
  for_each_member<T>([&](auto member) {
    using Field = member_type<T, decltype(member)>;
    const bool required = position++ < required_members<T>() && !is_optional<Field>;
    std::string fallback = required ? "" : is_optional<Field> ? "absent" : "`" + boost::json::serialize(json_codec::write(value.*(member.pointer))) + "`";
    table += "| `" + std::string(member.name) + "` | " + type_text<Field>(parts) + " | " + fallback + " |\n";
  });
  return table;
}

std::string key_text(std::string_view key) {
  std::string text = "`";
  for (char c : key) text += c == ' ' ? std::string("` + `") : std::string(1, c);
  return text + "`";
}

template <class M>
std::string section(Parts& parts) {
  const bool marked = std::find(signal_trader_events.begin(), signal_trader_events.end(), type_name<M>()) != signal_trader_events.end();
  return "\n### " + std::string(type_name<M>()) + (marked ? " ★" : "") + "\n\nNumber " + std::to_string(M::about.number) + ", version " +
         std::to_string(M::about.version) + ", topic `" + std::string(M::about.topic) + "`, idempotency key " + key_text(M::about.key) + ".\n\n" +
         fields_table<M>(parts);
}

template <class... M>
std::map<std::uint16_t, std::string> sections(Parts& parts, std::type_identity<boost::mp11::mp_list<M...>>) {
  std::map<std::uint16_t, std::string> by_number;
  ((by_number[M::about.number] = section<M>(parts)), ...);
  return by_number;
}

}  // namespace

std::string message_reference() {
  Parts parts;
  const auto by_number = sections(parts, std::type_identity<Types>{});
  std::string page(opening);
  for (const LayerText& layer : layers) {
    page += "\n## " + std::string(layer.title) + "\n\n" + std::string(layer.text) + "\n";
    for (const CatalogRow& row : catalog())
      if (row.about.layer == layer.layer) page += by_number.at(row.about.number);
  }
  page += "\n## Parts\n\nStructs and enumerations that fields are made of. Enumerators stand with their stored numbers.\n";
  for (const auto& [name, text] : parts) page += "\n### " + name + "\n\n" + text;
  return page;
}

}  // namespace tally
