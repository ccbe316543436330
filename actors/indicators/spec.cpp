#include "actors/indicators/spec.hpp"

#include <charconv>
#include <cmath>

#include "actors/indicators/nearest_name.hpp"
#include "actors/indicators/number_text.hpp"

namespace tally::indicators {
namespace {

// What people write for a name that is spelled otherwise here.
struct OtherName {
  std::string_view written, name;
};
constexpr OtherName other_names[] = {
    {"bbands", "bb"},       {"bollinger", "bb"},  {"stochastic", "stoch"}, {"williams", "willr"}, {"+di", "plus_di"},
    {"-di", "minus_di"},    {"pdi", "plus_di"},   {"mdi", "minus_di"},     {"tr", "trange"},      {"true_range", "trange"},
    {"momentum", "roc"},    {"average", "sma"},   {"ma", "sma"},
};

std::string suggestion_for(std::string_view written) {
  for (const OtherName& other : other_names)
    if (other.written == written) return std::string(other.name);
  std::vector<std::string_view> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  return nearest_name(written, names);
}

std::string written_out(const Kind& kind, const Parameters& parameters) {
  std::string text = std::string(kind.name) + '(';
  for (std::size_t i = 0; i < parameters.size(); ++i) text += (i == 0 ? "" : ",") + number_text(parameters[i]);
  return text + ')';
}

Parameters standard_of(const Kind& kind) {
  Parameters standard;
  for (const Parameter& parameter : kind.parameters) standard.push_back(parameter.standard);
  return standard;
}

// Takes the parts of a spec off the front, and knows the column of each.
class Parts {
 public:
  explicit Parts(std::string_view text) : text_(text) {}

  std::size_t column() {
    skip_spaces();
    return at_ + 1;
  }
  bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }
  bool take(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Up to the next bracket, comma or space.
  std::string_view word() {
    skip_spaces();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_.find_first_of("(), \t", at_) != at_) ++at_;
    return text_.substr(begin, at_ - begin);
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

double value_of(const Kind& kind, const Parameter& parameter, std::string_view text, std::size_t column) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool number = !text.empty() && code == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  const bool whole = value == std::floor(value) || !parameter.whole;
  if (number && whole && value >= parameter.minimum && value <= parameter.maximum) return value;
  throw SpecError(column,
                  std::string(parameter.name) + " of " + std::string(kind.name) + " must be a " +
                      (parameter.whole ? "whole number" : "number") + " from " + number_text(parameter.minimum) + " to " +
                      number_text(parameter.maximum) + ", not '" + std::string(text) + "'",
                  written_out(kind, standard_of(kind)));
}

}  // namespace

SpecError::SpecError(std::size_t at, std::string what_is_wrong, std::string better)
    : std::runtime_error("column " + std::to_string(at) + ": " + what_is_wrong +
                         (better.empty() ? "" : "; did you mean '" + better + "'?")),
      column(at),
      problem(std::move(what_is_wrong)),
      suggestion(std::move(better)) {}

Spec Spec::parse(std::string_view text) {
  Parts parts(text);
  const std::size_t name_column = parts.column();
  const std::string_view name = parts.word();
  if (name.empty()) throw SpecError(name_column, "the name of an indicator is missing", "ema(30)");
  const Kind* kind = nullptr;
  for (const Kind& known : kinds())
    if (known.name == name) kind = &known;
  if (!kind) throw SpecError(name_column, "'" + std::string(name) + "' is no indicator", suggestion_for(name));

  Parameters parameters;
  std::vector<std::size_t> columns;
  const std::string example = written_out(*kind, standard_of(*kind));
  if (parts.take('(') && !parts.take(')')) {
    do {
      const std::size_t column = parts.column();
      if (parameters.size() == kind->parameters.size())
        throw SpecError(column, kind->shape() + " takes no more than " + std::to_string(parameters.size()) + " numbers", example);
      columns.push_back(column);
      parameters.push_back(value_of(*kind, kind->parameters[parameters.size()], parts.word(), column));
    } while (parts.take(','));
    if (!parts.take(')')) throw SpecError(parts.column(), "',' or ')' expected", example);
    if (parameters.size() < kind->parameters.size())
      throw SpecError(parts.column(), kind->shape() + " takes " + std::to_string(kind->parameters.size()) + " numbers, or none",
                      example);
  }
  if (!parts.at_end()) throw SpecError(parts.column(), "nothing may follow the indicator", example);
  if (parameters.empty()) parameters = standard_of(*kind);
  if (kind->name == "macd" && parameters[0] >= parameters[1])
    throw SpecError(columns.at(1), "slow of macd must be greater than fast", example);
  return {*kind, std::move(parameters)};
}

std::string Spec::text() const { return written_out(*kind_, parameters_); }

std::vector<std::string> Spec::columns() const { return kind_->columns(kind_->name, parameters_); }

std::unique_ptr<Indicator> Spec::make() const { return kind_->make(parameters_); }

std::string Spec::mark() const { return kind_->id() + ' ' + text() + '\n'; }

std::string Spec::checkpoint(const Indicator& indicator) const {
  StateWriter state;
  indicator.write_state(state);
  return mark() + state.take();
}

std::unique_ptr<Indicator> Spec::resumed(std::string_view bytes) const {
  const std::string own = mark();
  if (!bytes.starts_with(own))
    throw StateError("not a checkpoint of " + own.substr(0, own.size() - 1));
  auto indicator = make();
  StateReader state(bytes.substr(own.size()));
  indicator->read_state(state);
  state.finish();
  return indicator;
}

}  // namespace tally::indicators
