// Stored bytes of any described struct: messages, and the states of entities for snapshots. Derived from the describe
// line alone. For States: store_state and read_state. For messages use stored.hpp, which knows all of them.
//
// Laws: read(store(x)) == x, and store(read(b)) == b for every b that is accepted at the current version. A struct inside
// another is frozen; a message may only grow at its end, by fields with defaults, together with About::version. What an
// appended field cannot say, a specialised Upcaster does.
#pragma once

#include <limits>

#include "messages/stored_reader.hpp"
#include "messages/stored_writer.hpp"

namespace tally {

// Reads an older version of M that is more than "the first fields of today's". Specialise with
//   static std::optional<M> read(std::uint16_t version, StoreReader& reader);
// pure; it answers nullopt, before taking any byte, for versions that appended fields explain.
template <class M>
struct Upcaster {};

namespace stored {

using namespace shape;

inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

// The most and the fewest bytes that a T can take.
template <class T>
constexpr std::size_t size_max() {
  if constexpr (std::same_as<T, bool> || std::same_as<T, Direction>) return 1;
  else if constexpr (Enumeration<T> || Number<T> || std::same_as<T, Time>) return varint_size_max;
  else if constexpr (WideDecimal<T>) return wide_varint_size_max;
  else if constexpr (AnyDecimal<T>) return varint_size_max;
  else if constexpr (Name<T>) return name_size_max;
  else if constexpr (AnyToken<T>) return 1 + T::length_max;
  else if constexpr (AnyOptional<T>) {
    constexpr std::size_t inner = size_max<typename T::value_type>();
    return inner == unbounded ? unbounded : 1 + inner;
  } else if constexpr (Described<T>) {
    std::size_t sum = 0;
    for_each_member<T>([&](auto member) {
      const std::size_t inner = size_max<member_type<T, decltype(member)>>();
      sum = sum == unbounded || inner == unbounded ? unbounded : sum + inner;
    });
    return sum;
  } else return unbounded;
}

template <class T>
constexpr std::size_t size_min() {
  if constexpr (AnyPair<T>) return size_min<typename T::first_type>() + size_min<typename T::second_type>();
  else if constexpr (Described<T>) {
    std::size_t sum = 0;
    for_each_member<T>([&](auto member) { sum += size_min<member_type<T, decltype(member)>>(); });
    return sum;
  } else return 1;
}

// ---- writing ----

template <class T>
void store(const T& value, StoreWriter& out);

// For what has a bound: the caller has reserved size_max<T>() bytes.
template <class T>
inline void put(const T& value, StoreWriter& out) {
  if constexpr (std::same_as<T, bool>) out.put_byte(value ? 1 : 0);
  else if constexpr (std::same_as<T, Direction>) out.put_byte(static_cast<std::uint8_t>(zigzag(std::int64_t{value.value})));
  else if constexpr (Enumeration<T>) out.put_varint(static_cast<std::uint64_t>(value));
  else if constexpr (Number<T> && std::is_signed_v<T>) out.put_varint(zigzag(std::int64_t{value}));
  else if constexpr (Number<T>) out.put_varint(value);
  else if constexpr (std::same_as<T, Time>) out.put_varint(zigzag(value.ns));
  else if constexpr (WideDecimal<T>) out.put_wide_varint(zigzag(value.units()));
  else if constexpr (AnyDecimal<T>) out.put_varint(zigzag(std::int64_t{value.units()}));
  else if constexpr (std::same_as<T, Symbol>) out.put_name(name_slot<T>, value);
  else if constexpr (Name<T>) out.put_name(name_slot<T>, value.symbol());
  else if constexpr (AnyToken<T>) {
    const std::string_view text = value.text();
    out.put_byte(static_cast<std::uint8_t>(text.size()));
    out.template put_padded<T::length_max>(text);
  } else if constexpr (AnyOptional<T>) {
    out.put_byte(value.has_value() ? 1 : 0);
    if (value) put(*value, out);
  } else {
    static_assert(Described<T>, "not a type that can be stored: see messages/shape.hpp");
    for_each_member<T>([&](auto member) { put(value.*(member.pointer), out); });
  }
}

inline void store_text(std::string_view text, StoreWriter& out) {
  out.reserve(varint_size_max + text.size());
  out.put_varint(text.size());
  out.put_bytes(text.data(), text.size());
}

template <Container C>
void store_elements(const C& elements, StoreWriter& out) {
  out.reserve(varint_size_max);
  out.put_varint(elements.size());
  for (const auto& element : elements) store(element, out);
}

template <class T>
inline void store(const T& value, StoreWriter& out) {
  if constexpr (size_max<T>() != unbounded) {
    out.reserve(size_max<T>());
    put(value, out);
  } else if constexpr (std::same_as<T, std::string>) store_text(value, out);
  else if constexpr (Container<T>) store_elements(value, out);
  else if constexpr (AnyPair<T>) {
    store(value.first, out);
    store(value.second, out);
  } else if constexpr (AnyOptional<T>) {
    out.reserve(1);
    out.put_byte(value.has_value() ? 1 : 0);
    if (value) store(*value, out);
  } else {
    static_assert(Described<T>, "not a type that can be stored: see messages/shape.hpp");
    for_each_member<T>([&](auto member) { store(value.*(member.pointer), out); });
  }
}

// ---- reading ----

template <class T>
void read(StoreReader& in, T& value);

template <Enumeration E>
inline E read_enumeration(StoreReader& in) {
  const std::uint64_t number = in.take_varint();
  const E value = static_cast<E>(number);
  if (static_cast<std::uint64_t>(value) != number || !is_described(value)) in.refuse("number that its enumeration does not name");
  return value;
}

template <class N>
inline N read_number(StoreReader& in) {
  const std::uint64_t bits = in.take_varint();
  if constexpr (std::is_signed_v<N>) {
    const std::int64_t wide = unzigzag(bits);
    if (static_cast<N>(wide) != wide) in.refuse("number out of range");
    return static_cast<N>(wide);
  } else {
    if (static_cast<N>(bits) != bits) in.refuse("number out of range");
    return static_cast<N>(bits);
  }
}

template <AnyToken T>
inline T read_token(StoreReader& in) {
  const std::string_view text = in.take_text(in.take_varint());
  try {
    return T(text);
  } catch (const NameError& error) {
    throw StoredError(std::string("stored bytes: ") + error.what());
  }
}

inline bool read_bool(StoreReader& in) {
  const std::uint8_t byte = in.take_byte();
  if (byte > 1) in.refuse("neither 0 nor 1");
  return byte == 1;
}

template <class T>
inline auto read_new(StoreReader& in) {
  T value{};
  read(in, value);
  return value;
}

template <Sequence S>
void read_sequence(StoreReader& in, S& out) {
  std::size_t count = in.take_count(size_min<typename S::value_type>());
  out.clear();
  if constexpr (requires { out.reserve(count); }) out.reserve(count);
  for (; count > 0; --count) read(in, out.emplace_back());
}

// Keys ascend strictly, so equal contents are equal bytes.
template <class C>
  requires AnySet<C> || AnyMap<C>
void read_ordered(StoreReader& in, C& out) {
  using Key = typename C::key_type;
  const auto key_of = [](const auto& element) -> const Key& {
    if constexpr (AnyMap<C>) return element.first;
    else return element;
  };
  std::size_t least = size_min<Key>();
  if constexpr (AnyMap<C>) least += size_min<typename C::mapped_type>();
  std::size_t count = in.take_count(least);
  out.clear();
  if constexpr (requires { out.reserve(count); }) out.reserve(count);
  for (; count > 0; --count) {
    auto key = read_new<Key>(in);
    if (!out.empty() && !(key_of(*out.rbegin()) < key)) in.refuse("keys that do not ascend");
    if constexpr (AnyMap<C>) read(in, out.emplace_hint(out.end(), std::move(key), typename C::mapped_type{})->second);
    else out.emplace_hint(out.end(), std::move(key));
  }
}

template <class T>
inline void read(StoreReader& in, T& value) {
  if constexpr (std::same_as<T, bool>) value = read_bool(in);
  else if constexpr (std::same_as<T, Direction>) {
    value.value = read_number<std::int8_t>(in);
    if (value.value < -1 || value.value > 1) in.refuse("direction outside -1..1");
  } else if constexpr (Enumeration<T>) value = read_enumeration<T>(in);
  else if constexpr (Number<T>) value = read_number<T>(in);
  else if constexpr (std::same_as<T, Time>) value.ns = unzigzag(in.take_varint());
  else if constexpr (WideDecimal<T>) value = T::from_units(unzigzag(in.take_wide_varint()));
  else if constexpr (AnyDecimal<T>) value = T::from_units(unzigzag(in.take_varint()));
  else if constexpr (Name<T>) value = T(in.take_name(name_slot<T>));
  else if constexpr (AnyToken<T>) value = read_token<T>(in);
  else if constexpr (std::same_as<T, std::string>) value = in.take_text(in.take_varint());
  else if constexpr (AnyOptional<T>) {
    if (read_bool(in)) read(in, value.emplace());
    else value.reset();
  } else if constexpr (AnyPair<T>) {
    read(in, value.first);
    read(in, value.second);
  } else if constexpr (Sequence<T>) read_sequence(in, value);
  else if constexpr (AnySet<T> || AnyMap<T>) read_ordered(in, value);
  else {
    static_assert(Described<T>, "not a type that can be stored: see messages/shape.hpp");
    for_each_member<T>([&](auto member) { read(in, value.*(member.pointer)); });
  }
}

// The fields of a message as an older version wrote them: those that were appended since keep their defaults.
template <class M>
void read_leading(StoreReader& in, M& message) {
  for_each_member<M>([&](auto member) {
    if (!in.at_end()) read(in, message.*(member.pointer));
  });
}

// A whole payload of a version that this build knows: 1 <= version <= About::version.
template <class M>
void read_payload(std::uint16_t version, std::span<const std::byte> payload, M& message) {
  StoreReader in(payload);
  if (version == M::about.version) {
    read(in, message);
  } else if constexpr (requires { Upcaster<M>::read(version, in); }) {
    if (std::optional<M> older = Upcaster<M>::read(version, in)) message = std::move(*older);
    else read_leading(in, message);
  } else {
    read_leading(in, message);
  }
  in.finish();
}

}  // namespace stored

// The state of an entity as its snapshot row keeps it. Equal states give equal bytes.
template <class S>
std::vector<std::byte> store_state(const S& state) {
  StoreWriter out;
  stored::store(state, out);
  std::vector<std::byte> bytes;
  out.append_to(bytes);
  return bytes;
}

// Throws StoredError on anything but exactly one S.
template <class S>
S read_state(std::span<const std::byte> bytes) {
  StoreReader in(bytes);
  S state{};
  stored::read(in, state);
  in.finish();
  return state;
}

}  // namespace tally
