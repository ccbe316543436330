// An exact decimal that keeps as many decimals as it was written with: "1.39700" stays that, and a sum has as many as the
// longest of its terms. Up to 18 decimals, in 128 bits.
#pragma once

#include <algorithm>

#include "messages/decimal.hpp"

namespace tally {

class WrittenDecimal {
 public:
  WrittenDecimal() = default;
  // Throws DecimalError where `text` is no exact decimal of this size.
  static WrittenDecimal parse(std::string_view text) {
    WrittenDecimal parsed;
    parsed.value_ = Money::parse(text);
    const std::size_t point = text.find('.');
    parsed.decimals_ = point == std::string_view::npos ? 0 : text.size() - point - 1;
    return parsed;
  }

  std::string text() const {
    std::string written = value_.text();
    if (decimals_ == 0) return written;
    std::size_t point = written.find('.');
    if (point == std::string::npos) point = written.size(), written += '.';
    const std::size_t present = written.size() - point - 1;
    return present < decimals_ ? written + std::string(decimals_ - present, '0') : written;
  }

  WrittenDecimal& operator+=(const WrittenDecimal& other) {
    value_ += other.value_;
    decimals_ = std::max(decimals_, other.decimals_);
    return *this;
  }
  friend bool operator<(const WrittenDecimal& a, const WrittenDecimal& b) { return a.value_ < b.value_; }

  // Halfway between two, with one decimal more where it is needed. Throws DecimalError beyond 18 decimals.
  friend WrittenDecimal middle(const WrittenDecimal& a, const WrittenDecimal& b) {
    WrittenDecimal between = a;
    between += b;
    if (between.value_.units() % 2 != 0)
      throw DecimalError("the middle of " + a.text() + " and " + b.text() + " has too many decimals");
    between.value_ = Money::from_units(between.value_.units() / 2);
    const std::string exact = between.value_.text();
    const std::size_t point = exact.find('.');
    if (point != std::string::npos) between.decimals_ = std::max(between.decimals_, exact.size() - point - 1);
    return between;
  }

 private:
  Money value_;
  std::size_t decimals_ = 0;
};

}  // namespace tally
