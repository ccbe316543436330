#include "actors/strategy/compile.hpp"

#include <charconv>
#include <cmath>
#include <set>

#include "actors/indicators/nearest_name.hpp"
#include "actors/indicators/number_text.hpp"
#include "actors/strategy/definition_check.hpp"
#include "actors/strategy/expression.hpp"
#include "actors/strategy/hash_text.hpp"
#include "actors/strategy/layout.hpp"

namespace tally::strategy {
namespace {

using indicators::Kind;
using indicators::Spec;

static_assert(depth_max + 1 < stack_max, "each level of nesting holds one value on the stack at most");

enum class Type { number, condition };

// An indicator's output as an expression means it, before a stream is taken for it.
struct Meant {
  std::uint32_t role = 0;
  std::string timeframe;
  Spec spec;
  Field input = Field::close;
  std::uint32_t output = 0;
  bool output_chosen = false;
};

// The named indicator is wrong itself, and was told so already.
struct ToldAlready {};

const Kind* kind_of(std::string_view name) {
  for (const Kind& kind : indicators::kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

double double_of(ParameterValue value) {
  const std::string text = value.text();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

class Compiler {
 public:
  explicit Compiler(const StrategyDefinition& definition) : program_(std::make_shared<Program>()) {
    program_->definition = definition;
    program_->params_hash = params_hash_of(definition);
    program_->definition_hash = definition_hash_of(definition);
  }

  ProgramPtr run() {
    mistakes_ = check_definition(program_->definition);
    if (!mistakes_.empty()) throw Mistakes(mistakes_);
    const StrategyDefinition& definition = program_->definition;
    program_->anchor_ns = definition.anchor == "1d" ? ns_per_day : bars::length_of(definition.anchor);
    layout_.emplace(*program_);
    for (const StrategyIndicator& indicator : definition.indicators) read_indicator(indicator);
    for (std::uint32_t role = 0; role < definition.roles.size(); ++role) {
      program_->roles.emplace_back();
      program_->roles.back().role = role;
    }
    for (const StrategyRules& rules : definition.rules) compile_rules(rules);
    if (!mistakes_.empty()) throw Mistakes(mistakes_);
    layout_->finish();
    return program_;
  }

 private:
  // ---- places

  template <class Action>
  void at(const std::string& place, const std::string& text, const Action& action) {
    text_ = text;
    try {
      action();
    } catch (const ExpressionError& error) {
      mistakes_.push_back({place, error.offset, error.what(), error.suggestion});
    } catch (const ToldAlready&) {
    }
  }
  std::string_view written(const Expression& of) const { return std::string_view(text_).substr(of.at, of.end - of.at); }

  // ---- the parts of a definition

  void read_indicator(const StrategyIndicator& indicator) {
    broken_.insert(indicator.name);
    at("indicators." + indicator.name, indicator.expression, [&] {
      Expression read = parse_expression(indicator.expression);
      const bool is_call =
          read.kind == Expression::Kind::reference && read.called && !holds(function_names, read.names.back().text);
      if (!is_call) throw ExpressionError(read.at, "an indicator is expected here, such as ema(close, 20)");
      if (!read.bars_back.empty())
        throw ExpressionError(read.bars_back.front().at,
                              "an indicator is named as a whole; look back where it is used: " + indicator.name + "[1]");
      role_ = 0;
      meant_by_call(read);
      named_.emplace(indicator.name, std::move(read));
      broken_.erase(indicator.name);
    });
  }

  void compile_rules(const StrategyRules& rules) {
    const auto& roles = program_->definition.roles;
    rules_role_ = static_cast<std::uint32_t>(std::find(roles.begin(), roles.end(), rules.role) - roles.begin());
    RoleProgram& role = program_->roles[rules_role_];
    role.judged = true;
    note_role(rules_role_);
    const std::string place = "rules." + rules.role + '.';
    compile_routine(place + "long", rules.long_when, Type::condition, role.long_when);
    compile_routine(place + "short", rules.short_when, Type::condition, role.short_when);
    compile_routine(place + "exit", rules.exit_when, Type::condition, role.exit_when);
    compile_routine(place + "flat", rules.flat_when, Type::condition, role.flat_when);
    compile_routine(place + "stop_loss_ratio", rules.stop_loss_ratio, Type::number, role.stop_loss_ratio);
    compile_routine(place + "size_hint", rules.size_hint, Type::number, role.size_hint);
    compile_routine(place + "confidence", rules.confidence, Type::number, role.confidence);
  }

  void compile_routine(const std::string& place, const std::string& text, Type wanted, Routine& out) {
    if (text.empty()) return;
    at(place, text, [&] {
      const Expression read = parse_expression(text);
      routine_ = &out;
      role_ = rules_role_;
      const Type type = emit(read);
      if (type != wanted)
        throw ExpressionError(read.at, wanted == Type::condition
                                           ? "a condition is expected, and " + quoted(written(read)) + " is a number"
                                           : "a number is expected, and " + quoted(written(read)) + " is a condition");
    });
  }

  // ---- expressions

  void push(Instruction instruction) { routine_->code.push_back(instruction); }

  Type emit(const Expression& of) {
    switch (of.kind) {
      case Expression::Kind::number: return push({Code::constant, 0, 0, of.number}), Type::number;
      case Expression::Kind::parameter: return push({Code::constant, 0, 0, parameter(of)}), Type::number;
      case Expression::Kind::text: throw ExpressionError(of.at, "a text stands in advice(\"name\", default) only");
      case Expression::Kind::unary: return emit_unary(of);
      case Expression::Kind::binary: return emit_binary(of);
      case Expression::Kind::reference: return emit_reference(of);
    }
    __builtin_unreachable();
  }

  void emit_as(const Expression& of, Type wanted, std::string_view who) {
    if (emit(of) == wanted) return;
    throw ExpressionError(of.at, quoted(who) + (wanted == Type::number ? " takes numbers, and " : " takes conditions, and ") +
                                     quoted(written(of)) + (wanted == Type::number ? " is a condition" : " is a number"));
  }

  Type emit_unary(const Expression& of) {
    if (of.op == Operator::negate) return emit_as(of.operands[0], Type::number, "-"), push({Code::negate}), Type::number;
    return emit_as(of.operands[0], Type::condition, "not"), push({Code::not_}), Type::condition;
  }

  Type emit_binary(const Expression& of) {
    struct Row {
      Operator op;
      std::string_view written;
      Type takes, gives;
      Code code;
    };
    static constexpr Row rows[] = {
        {Operator::add, "+", Type::number, Type::number, Code::add},
        {Operator::subtract, "-", Type::number, Type::number, Code::subtract},
        {Operator::multiply, "*", Type::number, Type::number, Code::multiply},
        {Operator::divide, "/", Type::number, Type::number, Code::divide},
        {Operator::less, "<", Type::number, Type::condition, Code::less},
        {Operator::less_or_equal, "<=", Type::number, Type::condition, Code::less_or_equal},
        {Operator::greater, ">", Type::number, Type::condition, Code::greater},
        {Operator::greater_or_equal, ">=", Type::number, Type::condition, Code::greater_or_equal},
        {Operator::equal, "==", Type::number, Type::condition, Code::equal},
        {Operator::unequal, "!=", Type::number, Type::condition, Code::unequal},
        {Operator::and_, "and", Type::condition, Type::condition, Code::and_},
        {Operator::or_, "or", Type::condition, Type::condition, Code::or_},
    };
    const Row& row = *std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.op == of.op; });
    emit_as(of.operands[0], row.takes, row.written);
    emit_as(of.operands[1], row.takes, row.written);
    push({row.code});
    return row.gives;
  }

  Type emit_reference(const Expression& of) {
    if (of.called && of.names.size() == 1 && holds(function_names, of.names[0].text)) return emit_function(of);
    const std::uint32_t back = bars_back(of);
    Instruction load{Code::slot, back};
    if (of.called) {
      load.index = slot_of(meant_by_call(of), back, of);
    } else {
      const auto other = of.names.size() > 1 ? role_named(of.names[0]) : std::nullopt;
      role_ = other.value_or(rules_role_);
      load.index = slot_of_word(of, other ? 1 : 0, back);
      role_ = rules_role_;
    }
    push(load);
    read_as(std::string(written(of)), load);
    return Type::number;
  }

  void read_as(std::string name, const Instruction& from) {
    for (const Read& known : routine_->reads)
      if (known.name == name) return;
    routine_->reads.push_back({std::move(name), from});
  }

  // A series or a named indicator, in the role at hand. `next`: the first of the names that is not the role.
  std::uint32_t slot_of_word(const Expression& of, std::size_t next, std::uint32_t back) {
    const Word& head = of.names[next];
    const std::size_t left = of.names.size() - next - 1;
    if (const auto field = field_of(head.text)) {
      if (left > 0) throw ExpressionError(of.names[next + 1].at, quoted(head.text) + " is one series and has no outputs");
      if (of.output) throw ExpressionError(of.output->at, quoted(head.text) + " is one series and has no outputs");
      note_role(role_);
      return layout_->field(layout_->stream(role_, timeframe_of(of)), *field, back);
    }
    if (broken_.contains(head.text)) throw ToldAlready{};
    const auto named = named_.find(head.text);
    if (named == named_.end()) unknown(head, next == 0);
    if (of.timeframe)
      throw ExpressionError(of.timeframe->at, quoted(head.text) + " has its timeframe where it is defined, under indicators");
    if (left > 1) throw ExpressionError(of.names[next + 2].at, "nothing may follow the output of an indicator");
    Meant meant = meant_by_call(named->second);
    if (left == 1) choose_output(meant, of.names[next + 1]);
    return slot_of(meant, back, of);
  }

  std::uint32_t slot_of(const Meant& meant, std::uint32_t back, const Expression& of) {
    const auto outputs = outputs_of(meant.spec.kind().name);
    if (!outputs.empty() && !meant.output_chosen) {
      std::string names;
      for (const std::string_view output : outputs) names += (names.empty() ? "" : ", ") + std::string(output);
      throw ExpressionError(of.at, quoted(written(of)) + " has several outputs: " + names,
                            std::string(written(of)) + '.' + std::string(outputs[0]));
    }
    note_role(meant.role);
    const std::uint32_t stream = layout_->stream(meant.role, meant.timeframe);
    return layout_->output(layout_->computed(stream, meant.spec, meant.input), meant.output, back);
  }

  Type emit_function(const Expression& of) {
    const std::string& name = of.names[0].text;
    if (of.timeframe) throw ExpressionError(of.timeframe->at, "a timeframe goes with a series or an indicator");
    if (of.output) throw ExpressionError(of.output->at, quoted(name) + " has no outputs");
    if (!of.bars_back.empty())
      throw ExpressionError(of.bars_back[0].at, "looking back goes with a series or an indicator, such as close[1]");
    if (name == "advice") return emit_advice(of);
    const std::size_t wanted = name == "abs" ? 1 : 2;
    if (of.operands.size() != wanted)
      throw ExpressionError(of.at, quoted(name) + " takes " + std::to_string(wanted) +
                                       (wanted == 1 ? " number, not " : " numbers, not ") + std::to_string(of.operands.size()));
    for (const Expression& operand : of.operands) emit_as(operand, Type::number, name);
    if (name == "abs") return push({Code::absolute}), Type::number;
    if (name == "min") return push({Code::smaller}), Type::number;
    if (name == "max") return push({Code::greater_of}), Type::number;
    const std::uint32_t crossing = layout_->crossing();
    push({name == "crosses_above" ? Code::crosses_above : Code::crosses_below, 0, crossing});
    routine_->crossings.push_back({std::string(written(of.operands[0])), std::string(written(of.operands[1])), crossing});
    return Type::condition;
  }

  Type emit_advice(const Expression& of) {
    const bool right = of.operands.size() == 2 && of.operands[0].kind == Expression::Kind::text && !of.operands[0].name.empty();
    if (!right) throw ExpressionError(of.at, "advice takes a name and the number that stands in for it", "advice(\"name\", 0)");
    const Instruction load{Code::advice, 0, layout_->advice(of.operands[0].name, constant(of.operands[1]))};
    push(load);
    read_as(std::string(written(of)), load);
    return Type::number;
  }

  // ---- what names mean

  void note_role(std::uint32_t role) { program_->roles[rules_role_].roles_read |= 1u << role; }

  std::optional<std::uint32_t> role_named(const Word& word) const {
    const auto& roles = program_->definition.roles;
    const auto found = std::find(roles.begin(), roles.end(), word.text);
    if (found == roles.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - roles.begin());
  }

  [[noreturn]] void unknown(const Word& word, bool may_be_role) const {
    if (kind_of(word.text) || holds(function_names, word.text))
      throw ExpressionError(word.at, quoted(word.text) + " needs its arguments",
                            kind_of(word.text) ? Spec::parse(word.text).text() : word.text + "(a, b)");
    if (may_be_role && role_named(word))
      throw ExpressionError(word.at, quoted(word.text) + " is a role; name a series of it", word.text + ".close");
    for (const StrategyParameter& parameter : program_->definition.parameters)
      if (parameter.name == word.text) throw ExpressionError(word.at, quoted(word.text) + " is not known", '$' + word.text);
    std::vector<std::string_view> known(field_names.begin(), field_names.end());
    for (const StrategyIndicator& indicator : program_->definition.indicators) known.push_back(indicator.name);
    if (may_be_role) known.insert(known.end(), program_->definition.roles.begin(), program_->definition.roles.end());
    throw ExpressionError(word.at, quoted(word.text) + " is not known", indicators::nearest_name(word.text, known));
  }

  std::string timeframe_of(const Expression& of) const {
    const StrategyDefinition& definition = program_->definition;
    if (!of.timeframe || of.timeframe->text == definition.anchor) return definition.anchor;
    if (holds(definition.timeframes, of.timeframe->text)) return of.timeframe->text;
    std::vector<std::string_view> known(definition.timeframes.begin(), definition.timeframes.end());
    known.push_back(definition.anchor);
    throw ExpressionError(of.timeframe->at, quoted(of.timeframe->text) + " is none of the timeframes",
                          indicators::nearest_name(of.timeframe->text, known));
  }

  // [ role "." ] kind "(" [ series "," ] numbers ")" [ "@" timeframe ] [ "." output ], whether it is used or only named.
  Meant meant_by_call(const Expression& of) const {
    std::uint32_t role = role_;
    if (of.names.size() > 2) throw ExpressionError(of.names[1].at, "a role and an indicator are expected before '('");
    if (of.names.size() == 2) {
      const auto named = role_named(of.names[0]);
      if (!named) {
        const std::vector<std::string_view> known(program_->definition.roles.begin(), program_->definition.roles.end());
        throw ExpressionError(of.names[0].at, quoted(of.names[0].text) + " is no role of the universe",
                              indicators::nearest_name(of.names[0].text, known));
      }
      role = *named;
    }
    const Word& head = of.names.back();
    const Kind* kind = kind_of(head.text);
    if (!kind) no_such_function(head);
    Field input = Field::close;
    std::size_t first = 0;
    if (!of.operands.empty() && is_series(of.operands[0])) {
      if (!reads_one_series(kind->name))
        throw ExpressionError(of.operands[0].at, quoted(kind->name) + " reads whole bars, not one series", kind->shape());
      input = *field_of(of.operands[0].names[0].text);
      first = 1;
    }
    Meant meant{role, timeframe_of(of), spec_of(*kind, of, first), input};
    if (of.output) choose_output(meant, *of.output);
    return meant;
  }

  static bool is_series(const Expression& of) {
    return of.kind == Expression::Kind::reference && !of.called && of.names.size() == 1 && !of.timeframe &&
           of.bars_back.empty() && field_of(of.names[0].text);
  }

  [[noreturn]] void no_such_function(const Word& head) const {
    std::vector<std::string_view> known(function_names.begin(), function_names.end());
    for (const Kind& kind : indicators::kinds()) known.push_back(kind.name);
    std::string better = indicators::nearest_name(head.text, known);
    try {
      Spec::parse(head.text);
    } catch (const indicators::SpecError& error) {
      if (better.empty()) better = error.suggestion;
    }
    throw ExpressionError(head.at, quoted(head.text) + " is neither a function nor an indicator", better);
  }

  // The library reads its own spec; a mistake in one of the numbers is told where that number stands.
  Spec spec_of(const Kind& kind, const Expression& of, std::size_t first) const {
    std::string text = std::string(kind.name) + '(';
    std::vector<std::size_t> columns;  // in `text`, of each argument
    for (std::size_t i = first; i < of.operands.size(); ++i) {
      if (i > first) text += ',';
      columns.push_back(text.size() + 1);
      text += indicators::number_text(constant(of.operands[i]));
    }
    try {
      return Spec::parse(text + ')');
    } catch (const indicators::SpecError& error) {
      for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i] == error.column) throw ExpressionError(of.operands[first + i].at, error.problem, error.suggestion);
      throw ExpressionError(of.names.back().at, error.problem, error.suggestion);
    }
  }

  void choose_output(Meant& meant, const Word& word) const {
    const auto outputs = outputs_of(meant.spec.kind().name);
    if (outputs.empty() || meant.output_chosen) throw ExpressionError(word.at, "this indicator has one value and no outputs");
    const auto found = std::find(outputs.begin(), outputs.end(), word.text);
    if (found == outputs.end())
      throw ExpressionError(word.at, quoted(word.text) + " is no output of " + std::string(meant.spec.kind().name),
                            indicators::nearest_name(word.text, outputs));
    meant.output = static_cast<std::uint32_t>(found - outputs.begin());
    meant.output_chosen = true;
  }

  // ---- numbers known now

  double parameter(const Expression& of) const {
    std::vector<std::string_view> known;
    for (const StrategyParameter& parameter : program_->definition.parameters) {
      if (parameter.name == of.name) return double_of(parameter.value);
      known.push_back(parameter.name);
    }
    const std::string nearest = indicators::nearest_name(of.name, known);
    throw ExpressionError(of.at, "'$" + of.name + "' is no parameter", nearest.empty() ? "" : '$' + nearest);
  }

  double constant(const Expression& of) const {
    if (of.kind == Expression::Kind::number) return of.number;
    if (of.kind == Expression::Kind::parameter) return parameter(of);
    if (of.kind == Expression::Kind::unary && of.op == Operator::negate) return -constant(of.operands[0]);
    if (of.kind == Expression::Kind::binary && of.op <= Operator::divide) {
      const double left = constant(of.operands[0]), right = constant(of.operands[1]);
      if (of.op == Operator::add) return left + right;
      if (of.op == Operator::subtract) return left - right;
      return of.op == Operator::multiply ? left * right : left / right;
    }
    throw ExpressionError(of.at, "a number or a parameter is expected here, not " + quoted(written(of)));
  }

  std::uint32_t bars_back(const Expression& of) const {
    if (of.bars_back.empty()) return 0;
    const double back = constant(of.bars_back[0]);
    if (back >= 0 && back <= bars_back_max && back == std::floor(back)) return static_cast<std::uint32_t>(back);
    throw ExpressionError(of.bars_back[0].at, "bars back must be a whole number from 0 to " + std::to_string(bars_back_max) +
                                                  ", not " + indicators::number_text(back));
  }

  std::shared_ptr<Program> program_;
  std::optional<Layout> layout_;
  std::vector<Mistake> mistakes_;
  std::string text_;                          // of the expression being read
  std::uint32_t rules_role_ = 0;              // whose rules are being compiled
  std::uint32_t role_ = 0;                    // in which a word is looked up
  Routine* routine_ = nullptr;                // being emitted
  std::map<std::string, Expression> named_;   // indicators
  std::set<std::string> broken_;              // those with a mistake, or read later than here
};

}  // namespace

StrategyDefinition bind(StrategyDefinition definition, const std::map<std::string, ParameterValue>& chosen) {
  std::vector<Mistake> mistakes;
  for (const auto& [name, value] : chosen) {
    std::vector<std::string_view> known;
    StrategyParameter* meant = nullptr;
    for (StrategyParameter& parameter : definition.parameters) {
      known.push_back(parameter.name);
      if (parameter.name == name) meant = &parameter;
    }
    if (!meant)
      mistakes.push_back({"parameters." + name, 0, quoted(name) + " is no parameter", indicators::nearest_name(name, known)});
    else if (value < meant->minimum || meant->maximum < value)
      mistakes.push_back(
          {"parameters." + name, 0, value.text() + " is outside " + meant->minimum.text() + " to " + meant->maximum.text(), {}});
    else meant->value = value;
  }
  if (!mistakes.empty()) throw Mistakes(mistakes);
  return definition;
}

ProgramPtr compile(const StrategyDefinition& definition) { return Compiler(definition).run(); }

ParamsHash params_hash_of(const StrategyDefinition& definition) {
  std::map<std::string, std::string> sorted;
  for (const StrategyParameter& parameter : definition.parameters) sorted[parameter.name] = parameter.value.text();
  std::string text;
  for (const auto& [name, value] : sorted) text += name + '=' + value + '\n';
  return ParamsHash(hash_text(text));
}

std::string definition_hash_of(const StrategyDefinition& definition) {
  std::string text;
  const auto add = [&](std::string_view part) { text.append(part) += '\0'; };
  add(definition.strategy.text());
  for (const std::string& role : definition.roles) add(role);
  add(definition.anchor);
  for (const std::string& timeframe : definition.timeframes) add(timeframe);
  add(definition.zone);
  for (const StrategyParameter& parameter : definition.parameters)
    add(parameter.name), add(parameter.value.text()), add(parameter.minimum.text()), add(parameter.maximum.text());
  for (const StrategyIndicator& indicator : definition.indicators) add(indicator.name), add(indicator.expression);
  for (const StrategyRules& rules : definition.rules)
    for (const std::string* part : {&rules.role, &rules.long_when, &rules.short_when, &rules.exit_when, &rules.flat_when,
                                    &rules.stop_loss_ratio, &rules.size_hint, &rules.confidence})
      add(*part);
  add(std::to_string(definition.rate_limit.openings));
  add(std::to_string(definition.rate_limit.per_ns));
  return hash_text(text);
}

}  // namespace tally::strategy
