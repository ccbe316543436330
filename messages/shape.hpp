// The shapes that messages and entity states are built of, as concepts: what the codecs, the schema and the reference
// page distinguish. Anything else does not compile, so nothing can be recorded that one of them cannot carry.
#pragma once

#include <boost/container/flat_map.hpp>
#include <boost/container/flat_set.hpp>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/message.hpp"

namespace tally::shape {

template <class T>
inline constexpr bool is_decimal = false;
template <class Tag, class Rep, int Scale>
inline constexpr bool is_decimal<Decimal<Tag, Rep, Scale>> = true;

// Money: more than 64 bits.
template <class T>
inline constexpr bool is_wide_decimal = false;
template <class Tag, int Scale>
inline constexpr bool is_wide_decimal<Decimal<Tag, Int128, Scale>> = true;

template <class T>
inline constexpr bool is_token = false;
template <class Tag, std::size_t Capacity>
inline constexpr bool is_token<Token<Tag, Capacity>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;

template <class T>
inline constexpr bool is_sequence = false;
template <class T>
inline constexpr bool is_sequence<std::vector<T>> = true;
template <class T>
inline constexpr bool is_sequence<std::deque<T>> = true;

template <class T>
inline constexpr bool is_set = false;
template <class T>
inline constexpr bool is_set<std::set<T>> = true;
template <class T>
inline constexpr bool is_set<boost::container::flat_set<T>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class K, class V>
inline constexpr bool is_map<std::map<K, V>> = true;
template <class K, class V>
inline constexpr bool is_map<boost::container::flat_map<K, V>> = true;

// Every type of interned name. Its place in this list is its slot in front coding, never stored.
using Names = boost::mp11::mp_list<Symbol, AccountId, InvestorId, SubscriptionId, ProductId, SignalSourceId, OperatorId, VenueId, RuleId>;
inline constexpr std::size_t name_count = boost::mp11::mp_size<Names>::value;
template <class T>
inline constexpr std::size_t name_slot = boost::mp11::mp_find<Names, T>::value;

template <class T>
concept AnyDecimal = is_decimal<T>;
template <class T>
concept WideDecimal = is_wide_decimal<T>;
template <class T>
concept AnyToken = is_token<T>;
template <class T>
concept Name = (name_slot<T> < name_count);
template <class T>
concept AnyOptional = is_optional<T>;
template <class T>
concept AnyPair = is_pair<T>;
template <class T>
concept Sequence = is_sequence<T>;
template <class T>
concept AnySet = is_set<T>;
template <class T>
concept AnyMap = is_map<T>;
template <class T>
concept Container = Sequence<T> || AnySet<T> || AnyMap<T>;
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool> && sizeof(T) <= 8;
template <class T>
concept Enumeration = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <Described T>
using members =
    boost::describe::describe_members<T, boost::describe::mod_any_access | boost::describe::mod_inherited>;
template <Described T>
inline constexpr std::size_t member_count = boost::mp11::mp_size<members<T>>::value;
template <class T, class Member>
using member_type = std::remove_cvref_t<decltype(std::declval<T&>().*(Member::pointer))>;

// Calls `visit(member)` for every described member; member.name and member.pointer are constants.
template <Described T, class Visit>
constexpr void for_each_member(Visit&& visit) {
  boost::mp11::mp_for_each<members<T>>(visit);
}

// Whether `value` is one of E's described numbers.
template <Enumeration E>
constexpr bool is_described(E value) {
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) { found |= enumerator.value == value; });
  return found;
}

template <Enumeration E>
constexpr std::string_view enumerator_name(E value) {
  std::string_view name;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (enumerator.value == value) name = enumerator.name;
  });
  return name;
}

// How many leading members have no default. A nested struct may say so by a constant `required`, as About does.
template <Described T>
constexpr std::size_t required_members() {
  if constexpr (requires { T::about; }) return T::about.required < member_count<T> ? T::about.required : member_count<T>;
  else if constexpr (requires { T::required; }) return T::required;
  else return member_count<T>;
}

// The unqualified name of a struct or enum of ours, e.g. "OrderFilled".
template <class T>
constexpr std::string_view type_name() {
  std::string_view text = __PRETTY_FUNCTION__;  // "... [with T = tally::OrderFilled; ...]" or "... [T = tally::OrderFilled]"
  text.remove_prefix(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  const auto colon = text.rfind("::");
  return colon == std::string_view::npos ? text : text.substr(colon + 2);
}

// The alternatives of Message that have an About: all but Opaque.
using Types = boost::mp11::mp_pop_front<boost::mp11::mp_rename<Message, boost::mp11::mp_list>>;

}  // namespace tally::shape
