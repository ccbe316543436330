// Random values of anything that messages and states are built of, from a seed alone: the same on every machine.
// Numbers lean to the small and to the extremes, names to one another's neighbours, lists to the short.
#pragma once

#include <random>

#include "messages/shape.hpp"

namespace tally::test {

class RandomValues {
 public:
  // full: every optional is set and every list holds two elements.
  explicit RandomValues(std::uint64_t seed, bool full = false) : engine_(seed), full_(full) {}

  std::uint64_t bits() { return engine_(); }
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }

  template <class T>
  T make() {
    using namespace shape;
    if constexpr (std::same_as<T, bool>) return below(2) == 1;
    else if constexpr (std::same_as<T, Direction>) return {static_cast<std::int8_t>(static_cast<int>(below(3)) - 1)};
    else if constexpr (std::same_as<T, Time>) return {static_cast<std::int64_t>(wide())};
    else if constexpr (Enumeration<T>) return enumerator<T>();
    else if constexpr (Number<T>) return static_cast<T>(wide());
    else if constexpr (AnyDecimal<T>) return T::from_units(static_cast<typename T::rep>(wide()));
    else if constexpr (Name<T>) return T(name());
    else if constexpr (AnyToken<T>) return T(token(T::length_max));
    else if constexpr (std::same_as<T, std::string>) return text();
    else if constexpr (AnyOptional<T>) return full_ || below(2) ? T(make<typename T::value_type>()) : T();
    else if constexpr (AnyPair<T>) {
      auto first = make<typename T::first_type>();
      return {std::move(first), make<typename T::second_type>()};
    } else if constexpr (Container<T>) return container<T>();
    else {
      T value{};
      for_each_member<T>([&](auto member) { value.*(member.pointer) = make<member_type<T, decltype(member)>>(); });
      return value;
    }
  }

 private:
  Int128 wide() {
    const Int128 any = static_cast<Int128>(static_cast<unsigned __int128>(bits()) << 64 | bits());
    const auto shift = below(129);  // so that every length occurs as often
    return shift == 128 ? Int128{0} : any >> shift;
  }

  template <class E>
  E enumerator() {
    using All = boost::describe::describe_enumerators<E>;
    const auto chosen = below(boost::mp11::mp_size<All>::value);
    std::uint64_t i = 0;
    E value{};
    boost::mp11::mp_for_each<All>([&](auto e) {
      if (i++ == chosen) value = e.value;
    });
    return value;
  }

  template <class C>
  C container() {
    C value;
    const std::uint64_t count = full_ ? 2 : below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
      if constexpr (shape::AnyMap<C>) {
        auto key = make<typename C::key_type>();
        value.emplace(std::move(key), make<typename C::mapped_type>());
      } else {
        value.insert(value.end(), make<typename C::value_type>());
      }
    }
    return value;
  }

  // Out of a bounded set, so that a long run does not fill the table of names.
  std::string name() {
    static constexpr std::string_view stems[] = {"sub-", "inv_", "BTC-USD", "a", "x.y:z/w@v-", "some-name-that-is-rather-long-for-the-short-form:"};
    const auto choice = below(8);
    if (choice == 0 && !full_) return {};
    if (choice == 1) return std::string(Symbol::length_max, 'n');
    return std::string(stems[below(std::size(stems))]) + std::to_string(below(choice < 4 ? 10 : 1000));
  }

  std::string token(std::size_t length_max) {
    std::string value;
    const auto length = below(4) == 0 ? length_max : below(12);
    for (std::uint64_t i = 0; i < length; ++i) value += static_cast<char>('!' + below(94));
    return value;
  }

  std::string text() {
    static constexpr std::string_view texts[] = {"", "sim:bar-close", "a \"quoted\"\\ line\n", "ключ 钥匙 🔑", "\x01\x7F"};
    std::string value(texts[full_ ? 1 + below(3) : below(std::size(texts))]);
    if (!full_ && below(16) == 0) value += std::string(below(400), 'x');
    return value;
  }

  std::mt19937_64 engine_;
  bool full_;
};

// Equality by every described member, down to the leaves.
template <class T>
bool same(const T& a, const T& b) {
  using namespace shape;
  if constexpr (AnyOptional<T>) return a.has_value() == b.has_value() && (!a || same(*a, *b));
  else if constexpr (AnyPair<T>) return same(a.first, b.first) && same(a.second, b.second);
  else if constexpr (Container<T>)
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
  else if constexpr (Described<T>) {
    bool equal = true;
    for_each_member<T>([&](auto member) { equal = equal && same(a.*(member.pointer), b.*(member.pointer)); });
    return equal;
  } else return a == b;
}

}  // namespace tally::test
