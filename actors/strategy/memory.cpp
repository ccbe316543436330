#include "actors/strategy/memory.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "actors/indicators/number_text.hpp"
#include "actors/strategy/mean.hpp"

namespace tally::strategy {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<indicators::Indicator> indicator_of(const Computed& computed) {
  if (computed.spec.kind().name == "sma" && computed.input != Field::volume)
    return std::make_unique<ExactMean>(static_cast<std::size_t>(computed.spec.parameters()[0]));
  return computed.spec.make();
}

}  // namespace

Memory::Memory(ProgramPtr program)
    : program_(std::move(program)),
      streams_(program_->streams.size()),
      streams_of_role_(program_->roles.size()),
      positions_(program_->streams.size()),
      cells_(program_->cells, unknown),
      crossings_(program_->crossings, Crossing{unknown, unknown, unknown, unknown}) {
  for (const Advice& advice : program_->advices) advices_.push_back(advice.standard);
  for (std::uint32_t i = 0; i < streams_.size(); ++i) {
    const Stream& stream = program_->streams[i];
    if (stream.coarser) streams_[i].coarsener.emplace(*stream.coarser);
    streams_of_role_[stream.role].push_back(i);
  }
  for (const Slot& slot : program_->slots) {
    rings_.push_back({slot.stream, slot.base, slot.mask});
    if (!slot.computed) streams_[slot.stream].fields.push_back({slot.base, slot.mask, slot.field});
  }
  for (std::uint32_t i = 0; i < program_->computed.size(); ++i) {
    const Computed& computed = program_->computed[i];
    indicators_.push_back(indicator_of(computed));
    IndicatorWork work{indicators_.back().get(), computed.input, {}};
    for (const Slot& slot : program_->slots)
      if (slot.computed == i) work.outputs.push_back({slot.base, slot.mask, slot.output});
    streams_[computed.stream].indicators.push_back(std::move(work));
  }
}

void Memory::take(std::uint32_t role, std::int64_t closed_at, const indicators::Bar& bar) {
  for (const std::uint32_t index : streams_of_role_[role]) {
    auto& coarsener = streams_[index].coarsener;
    if (!coarsener) {
      push(index, bar);
      continue;
    }
    const auto push_final = [&](const std::optional<Coarsener::Coarser>& ended) {
      if (ended) push(index, {ended->open, ended->high, ended->low, ended->close, ended->volume});
    };
    push_final(coarsener->add({closed_at - program_->anchor_ns, bar.open, bar.high, bar.low, bar.close, bar.volume}));
    push_final(coarsener->pass(closed_at));
  }
}

void Memory::push(std::size_t stream, const indicators::Bar& bar) {
  const std::uint64_t position = ++positions_[stream];
  for (const FieldCells& to : streams_[stream].fields) cells_[to.base + (position & to.mask)] = value_of(bar, to.field);
  for (const IndicatorWork& work : streams_[stream].indicators) {
    if (work.input == Field::close) {
      work.indicator->update(bar);
    } else {
      indicators::Bar other = bar;
      other.close = value_of(bar, work.input);
      work.indicator->update(other);
    }
    const auto values = work.indicator->values();
    for (const OutputCells& to : work.outputs)
      cells_[to.base + (position & to.mask)] = values.empty() ? unknown : values[to.output];
  }
}

bool Memory::cross(const Instruction& at, double a, double b, bool& known) {
  Crossing& crossing = crossings_[at.index];
  crossing = {a, b, crossing.a, crossing.b};
  known = known && std::isfinite(a) && std::isfinite(b) && std::isfinite(crossing.a_before) && std::isfinite(crossing.b_before);
  return at.code == Code::crosses_above ? crossing.a_before <= crossing.b_before && a > b
                                        : crossing.a_before >= crossing.b_before && a < b;
}

// Numbers meet conditions in comparisons only, so that is where a number must be known; and where one divides, for a division by
// what is not finite would hide it.
Evaluated Memory::evaluate(const Routine& routine) {
  std::array<double, stack_max> stack;
  std::size_t top = 0;  // of values on the stack
  bool known = true;
  const auto both = [&](auto operation) {
    --top;
    stack[top - 1] = operation(stack[top - 1], stack[top]);
  };
  const auto compared = [&](auto operation) {
    --top;
    known = known && std::isfinite(stack[top - 1]) && std::isfinite(stack[top]);
    stack[top - 1] = operation(stack[top - 1], stack[top]) ? 1.0 : 0.0;
  };
  for (const Instruction& instruction : routine.code) {
    switch (instruction.code) {
      case Code::constant: stack[top++] = instruction.value; break;
      case Code::slot: stack[top++] = slot(instruction); break;
      case Code::advice: stack[top++] = advices_[instruction.index]; break;
      case Code::add: both([](double a, double b) { return a + b; }); break;
      case Code::subtract: both([](double a, double b) { return a - b; }); break;
      case Code::multiply: both([](double a, double b) { return a * b; }); break;
      case Code::divide:
        known = known && std::isfinite(stack[top - 1]) && stack[top - 1] != 0;
        both([](double a, double b) { return a / b; });
        break;
      case Code::smaller: both([](double a, double b) { return std::isnan(a) || a < b ? a : b; }); break;
      case Code::greater_of: both([](double a, double b) { return std::isnan(a) || a > b ? a : b; }); break;
      case Code::negate: stack[top - 1] = -stack[top - 1]; break;
      case Code::absolute: stack[top - 1] = std::fabs(stack[top - 1]); break;
      case Code::less: compared([](double a, double b) { return a < b; }); break;
      case Code::less_or_equal: compared([](double a, double b) { return a <= b; }); break;
      case Code::greater: compared([](double a, double b) { return a > b; }); break;
      case Code::greater_or_equal: compared([](double a, double b) { return a >= b; }); break;
      case Code::equal: compared([](double a, double b) { return a == b; }); break;
      case Code::unequal: compared([](double a, double b) { return a != b; }); break;
      case Code::and_: both([](double a, double b) { return a * b; }); break;
      case Code::or_: both([](double a, double b) { return a > b ? a : b; }); break;
      case Code::not_: stack[top - 1] = 1 - stack[top - 1]; break;
      case Code::crosses_above:
      case Code::crosses_below:
        --top;
        stack[top - 1] = cross(instruction, stack[top - 1], stack[top], known) ? 1.0 : 0.0;
        break;
    }
  }
  return {stack[0], known && std::isfinite(stack[0])};
}

void Memory::advise(std::string_view name, std::optional<double> value) {
  for (std::size_t i = 0; i < advices_.size(); ++i)
    if (program_->advices[i].name == name) advices_[i] = value.value_or(program_->advices[i].standard);
}

std::vector<StrategyReading> Memory::readings_of(const Routine& routine) const {
  std::vector<StrategyReading> out;
  out.reserve(routine.reads.size() + 2 * routine.crossings.size());
  for (const Read& of : routine.reads) out.push_back({of.name, indicators::number_text(read(of.from))});
  for (const CrossingRead& of : routine.crossings) {
    const Crossing& crossing = crossings_[of.index];
    out.push_back({of.above + " before", indicators::number_text(crossing.a_before)});
    out.push_back({of.below + " before", indicators::number_text(crossing.b_before)});
  }
  return out;
}

}  // namespace tally::strategy
