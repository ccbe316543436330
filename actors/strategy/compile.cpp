#include "actors/strategy/compile.hpp"

#include <set>

#include "actors/strategy/definition_check.hpp"
#include "actors/strategy/layout.hpp"
#include "actors/strategy/names.hpp"

namespace tally::strategy {
namespace {

static_assert(depth_max + 1 < stack_max, "each level of nesting holds one value on the stack at most");

enum class Type { number, condition };

// The named indicator is wrong itself, and was told so already.
struct ToldAlready {};

class Compiler {
 public:
  explicit Compiler(const StrategyDefinition& definition) : program_(std::make_shared<Program>()), names_(program_->definition) {
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
    names_.read(text);
    try {
      action();
    } catch (const ExpressionError& error) {
      mistakes_.push_back({place, error.offset, error.what(), error.suggestion});
    } catch (const ToldAlready&) {
    }
  }
  std::string_view written(const Expression& of) const { return names_.written(of); }

  // ---- the parts of a definition

  void read_indicator(const StrategyIndicator& indicator) {
    broken_.insert(indicator.name);
    at("indicators." + indicator.name, indicator.expression, [&] {
      Expression read = parse_expression(indicator.expression);
      const bool is_call =
          read.kind == Expression::Kind::reference && read.called && !is_among(function_names, read.names.back().text);
      if (!is_call) throw ExpressionError(read.at, "an indicator is expected here, such as ema(close, 20)");
      if (!read.bars_back.empty())
        throw ExpressionError(read.bars_back.front().at,
                              "an indicator is named as a whole; look back where it is used: " + indicator.name + "[1]");
      names_.meant_by_call(read, 0);
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
      case Expression::Kind::parameter: return push({Code::constant, 0, 0, names_.parameter(of)}), Type::number;
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
    if (of.called && of.names.size() == 1 && is_among(function_names, of.names[0].text)) return emit_function(of);
    const std::uint32_t back = names_.bars_back(of);
    Instruction load{Code::slot, back};
    if (of.called) {
      load.index = slot_of(names_.meant_by_call(of, role_), back, of);
    } else {
      const auto other = of.names.size() > 1 ? names_.role_named(of.names[0]) : std::nullopt;
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
      return layout_->field(layout_->stream(role_, names_.timeframe_of(of)), *field, back);
    }
    if (broken_.contains(head.text)) throw ToldAlready{};
    const auto named = named_.find(head.text);
    if (named == named_.end()) names_.unknown(head, next == 0);
    if (of.timeframe)
      throw ExpressionError(of.timeframe->at, quoted(head.text) + " has its timeframe where it is defined, under indicators");
    if (left > 1) throw ExpressionError(of.names[next + 2].at, "nothing may follow the output of an indicator");
    Meant meant = names_.meant_by_call(named->second, role_);
    if (left == 1) names_.choose_output(meant, of.names[next + 1]);
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
    const Instruction load{Code::advice, 0, layout_->advice(of.operands[0].name, names_.constant(of.operands[1]))};
    push(load);
    read_as(std::string(written(of)), load);
    return Type::number;
  }

  void note_role(std::uint32_t role) { program_->roles[rules_role_].roles_read |= 1u << role; }

  std::shared_ptr<Program> program_;
  Names names_;
  std::optional<Layout> layout_;
  std::vector<Mistake> mistakes_;
  std::uint32_t rules_role_ = 0;              // whose rules are being compiled
  std::uint32_t role_ = 0;                    // in which a word is looked up
  Routine* routine_ = nullptr;                // being emitted
  std::map<std::string, Expression> named_;   // indicators
  std::set<std::string> broken_;              // those with a mistake, or read later than here
};

}  // namespace

ProgramPtr compile(const StrategyDefinition& definition) { return Compiler(definition).run(); }

}  // namespace tally::strategy
