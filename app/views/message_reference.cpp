#include "app/views/message_reference.hpp"

#include "messages/catalog.hpp"
#include "messages/json_codec.hpp"

namespace tally {
namespace {

using namespace shape;

template <class T>
std::string type_text() {
  if constexpr (std::same_as<T, bool>) return "bool";
  else if constexpr (std::same_as<T, std::string>) return "text";
  else if constexpr (std::same_as<T, Time>) return "time, ns";
  else if constexpr (std::same_as<T, Direction>) return "-1, 0, 1";
  else if constexpr (std::same_as<T, Price>) return "price";
  else if constexpr (std::same_as<T, Quantity>) return "quantity";
  else if constexpr (std::same_as<T, Ratio>) return "ratio";
  else if constexpr (std::same_as<T, Money>) return "money";
  else if constexpr (Number<T>) return std::is_signed_v<T> ? "integer" : "integer >= 0";
  else if constexpr (Enumeration<T>) {
    std::string names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto e) { names += names.empty() ? e.name : std::string(" / ") + e.name; });
    return names;
  } else if constexpr (AnyOptional<T>) return type_text<typename T::value_type>() + ", optional";
  else if constexpr (Sequence<T>) return "list of " + type_text<typename T::value_type>();
  else if constexpr (TextLike<T>) return "id";
  else {
    std::string fields;
    for_each_member<T>([&](auto member) { fields += (fields.empty() ? "{" : ", ") + std::string(member.name); });
    return fields + "}";
  }
}

template <class M>
void write(std::string& page) {
  page += "### " + std::string(type_name<M>()) + "\n\nNumber " + std::to_string(M::about.number) + ", version " +
          std::to_string(M::about.version) + ", topic `" + std::string(M::about.topic) + "`, key `" + std::string(M::about.key) + "`.\n\n" +
          "| field | type | |\n|---|---|---|\n";
  std::size_t place = 0;
  for_each_member<M>([&](auto member) {
    using Field = member_type<M, decltype(member)>;
    const bool required = place++ < required_members<M>() && !AnyOptional<Field>;
    page += "| `" + std::string(member.name) + "` | " + type_text<Field>() + " | " + (required ? "required" : "") + " |\n";
  });
  page += '\n';
}

}  // namespace

std::string message_reference() {
  std::string page = "# Messages\n\nMade by `tally schema --reference` from the describe lines in `messages/`; not written by hand. Prices, quantities, ratios and money\nare decimal strings in JSON, ids strings, times integers (nanoseconds UTC).\n\n";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Layer>>([&](auto layer) {
    page += "## Layer " + std::string(layer.name) + "\n\n";
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Types>>([&](auto type) {
      using M = typename decltype(type)::type;
      if (M::about.layer == layer.value) write<M>(page);
    });
  });
  return page;
}

}  // namespace tally
