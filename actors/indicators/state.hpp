// The state of an indicator as plain bytes: every field in its order, numbers little-endian, doubles by their bits. What was
// read back continues bit for bit as what was written.
//
// A type takes part by naming its fields once, for both directions:
//   template <class Self, class Visitor> static void fields(Self& self, Visitor& visit) { visit(self.count_, self.total_); }
// What its constructor fixed (periods, sizes of windows) is not state: it is there before reading begins.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace tally::indicators {

// The bytes are not a state of this indicator.
struct StateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class StateWriter {
 public:
  static constexpr bool reads = false;

  template <class... Ts>
  void operator()(const Ts&... fields) {
    (put(fields), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  void number(std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xFF);
  }
  template <class T>
  void put(const T& field) {
    if constexpr (std::is_same_v<T, double>) {
      number(std::bit_cast<std::uint64_t>(field));
    } else if constexpr (std::is_same_v<T, bool>) {
      bytes_ += field ? '\1' : '\0';
    } else if constexpr (std::is_same_v<T, __int128>) {
      number(static_cast<std::uint64_t>(field));
      number(static_cast<std::uint64_t>(field >> 64));
    } else if constexpr (std::is_integral_v<T>) {
      number(static_cast<std::uint64_t>(field));
    } else {
      T::fields(field, *this);
    }
  }

  std::string bytes_;
};

class StateReader {
 public:
  static constexpr bool reads = true;

  explicit StateReader(std::string_view bytes) : rest_(bytes) {}

  // Throws StateError where the bytes end too early, or are no such value.
  template <class... Ts>
  void operator()(Ts&... fields) {
    (take(fields), ...);
  }
  // Throws StateError where bytes are left over.
  void finish() const {
    if (!rest_.empty()) throw StateError(std::to_string(rest_.size()) + " bytes too many in the state of an indicator");
  }

 private:
  unsigned char byte() {
    if (rest_.empty()) throw StateError("the state of an indicator ends too early");
    const auto first = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) value |= static_cast<std::uint64_t>(byte()) << shift;
    return value;
  }
  template <class T>
  void take(T& field) {
    if constexpr (std::is_same_v<T, double>) {
      field = std::bit_cast<double>(number());
    } else if constexpr (std::is_same_v<T, bool>) {
      const unsigned char value = byte();
      if (value > 1) throw StateError("neither yes nor no in the state of an indicator");
      field = value == 1;
    } else if constexpr (std::is_same_v<T, __int128>) {
      const std::uint64_t low = number();
      field = static_cast<__int128>(static_cast<unsigned __int128>(number()) << 64 | low);
    } else if constexpr (std::is_integral_v<T>) {
      field = static_cast<T>(number());
    } else {
      T::fields(field, *this);
    }
  }

  std::string_view rest_;
};

}  // namespace tally::indicators
