// Names of configured things (subscriptions, products, investors, entities) as small integers.
//
// A Symbol is an index into one append-only table of the process: 4 bytes, compared for equality as an integer and
// ordered by its text, so that no order anywhere depends on who was interned first. Reading is lock-free; the
// table has a bound. What is unbounded in number (order ids, execution ids) is a Token, never a Symbol.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace tally {

struct NameError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Symbol {
 public:
  static constexpr std::size_t length_max = 63;
  static constexpr std::uint32_t count_max = 1u << 22;

  constexpr Symbol() = default;  // the empty name
  // Throws NameError on a name that is too long, holds a character outside [A-Za-z0-9._:/@-], or is one too many.
  explicit Symbol(std::string_view text);

  std::string_view text() const;
  constexpr std::uint32_t index() const { return index_; }
  constexpr bool empty() const { return index_ == 0; }

  friend constexpr bool operator==(Symbol a, Symbol b) { return a.index_ == b.index_; }
  friend std::strong_ordering operator<=>(Symbol a, Symbol b) {
    return a.index_ == b.index_ ? std::strong_ordering::equal : a.text() <=> b.text();
  }

 private:
  std::uint32_t index_ = 0;
};

// A Symbol that knows what it names; ids of different things do not mix.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  explicit Id(std::string_view text) : symbol_(text) {}
  constexpr explicit Id(Symbol symbol) : symbol_(symbol) {}

  constexpr Symbol symbol() const { return symbol_; }
  std::string_view text() const { return symbol_.text(); }
  constexpr bool empty() const { return symbol_.empty(); }

  friend constexpr bool operator==(Id a, Id b) { return a.symbol_ == b.symbol_; }
  friend std::strong_ordering operator<=>(Id a, Id b) { return a.symbol_ <=> b.symbol_; }

 private:
  Symbol symbol_;
};

}  // namespace tally

template <>
struct std::hash<tally::Symbol> {
  std::size_t operator()(tally::Symbol s) const noexcept { return s.index() * 0x9E3779B97F4A7C15ull; }
};
template <class Tag>
struct std::hash<tally::Id<Tag>> {
  std::size_t operator()(tally::Id<Tag> id) const noexcept { return std::hash<tally::Symbol>{}(id.symbol()); }
};
