// Which indicator, by text: `ema(30)`, `macd(12,26,9)`, `bb(20,2)`, `obv()`. Parsed once; an Indicator is made of it.
//
//   spec       = name [ "(" [ number { "," number } ] ")" ]      spaces allowed between the parts
//   name       = a kind of kinds(), in lower case
//   number     = an unsigned decimal; whole where the parameter is a period
//
// Without numbers every parameter has its standard value; else all must be given. Names, parameters and their bounds, columns
// and formulas: docs/indicators.md.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "actors/indicators/indicator.hpp"

namespace tally::indicators {

struct Parameter {
  std::string_view name;
  double standard = 0;
  double minimum = 0;
  double maximum = 0;
  bool whole = true;
};

using Parameters = std::vector<double>;

// One kind of indicator. Its version changes whenever a value that it gives does.
struct Kind {
  std::string_view name;
  int version = 1;
  std::string_view title;
  std::vector<Parameter> parameters;
  std::vector<std::string> (*columns)(std::string_view name, const Parameters&);
  std::unique_ptr<Indicator> (*make)(const Parameters&);

  std::string id() const;     // "indicator.rsi.v1"
  std::string shape() const;  // "macd(fast,slow,signal)"
};

// All there are, by name.
std::span<const Kind> kinds();

// The text is no spec. what() is the whole line: "column 1: 'emma' is no indicator; did you mean 'ema'?"
struct SpecError : std::runtime_error {
  SpecError(std::size_t at, std::string what_is_wrong, std::string better = {});
  std::size_t column;      // of the text, from 1
  std::string problem;     // "'emma' is no indicator"
  std::string suggestion;  // "ema"; empty where nothing is near
};

class Spec {
 public:
  static Spec parse(std::string_view text);  // throws SpecError

  const Kind& kind() const { return *kind_; }
  const Parameters& parameters() const { return parameters_; }
  std::string text() const;                  // "ema(30)", however it was written
  std::vector<std::string> columns() const;  // "ema_30"; as many as Indicator::values, no two alike
  std::unique_ptr<Indicator> make() const;

  // The state of an indicator that this spec made, marked with kind, version and parameters.
  std::string checkpoint(const Indicator& indicator) const;
  // An indicator that goes on from there. Throws StateError where `bytes` are not a checkpoint of this very spec.
  std::unique_ptr<Indicator> resumed(std::string_view bytes) const;

  friend bool operator==(const Spec&, const Spec&) = default;

 private:
  Spec(const Kind& kind, Parameters parameters) : kind_(&kind), parameters_(std::move(parameters)) {}
  std::string mark() const;  // what a checkpoint begins with

  const Kind* kind_;
  Parameters parameters_;
};

}  // namespace tally::indicators
