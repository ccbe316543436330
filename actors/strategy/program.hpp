// A strategy compiled: streams of bars, what is computed of each, where values are kept, and the rules as flat stack code over
// those. Nothing in it changes after compile(); the state beside it is in memory.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/bars/timeframe.hpp"
#include "actors/indicators/spec.hpp"
#include "actors/strategy/vocabulary.hpp"
#include "messages/strategies.hpp"

namespace tally::strategy {

enum class Code : std::uint8_t {
  constant,       // pushes `value`
  slot,           // pushes the value of slot `index`, `back` bars of its stream ago
  advice,         // pushes advice `index`
  add, subtract, multiply, divide, negate, absolute, smaller, greater_of,
  less, less_or_equal, greater, greater_or_equal, equal, unequal,
  and_, or_, not_,
  crosses_above, crosses_below,  // with crossing `index`
};

struct Instruction {
  Code code = Code::constant;
  std::uint32_t back = 0;
  std::uint32_t index = 0;
  double value = 0;
};

// What an expression reads, in the words it was written with: the evidence of an intent.
struct Read {
  std::string name;
  Instruction from;
};
// Both sides of a crossing.
struct CrossingRead {
  std::string above, below;  // as written
  std::uint32_t index = 0;
};

struct Routine {
  std::vector<Instruction> code;   // empty: there is no such rule
  std::vector<Read> reads;
  std::vector<CrossingRead> crossings;
  explicit operator bool() const { return !code.empty(); }
};

// A role's bars of one timeframe.
struct Stream {
  std::uint32_t role = 0;
  std::optional<bars::Timeframe> coarser;  // none: the anchor's own bars
  std::string timeframe;
};

// One indicator over a stream. A mean of closes is exact: see mean.hpp.
struct Computed {
  std::uint32_t stream = 0;
  indicators::Spec spec;
  Field input = Field::close;  // for those of one series
};

// A ring of the last values of one series or output. Its cells begin at `base`; there are mask + 1, a power of two.
struct Slot {
  std::uint32_t stream = 0;
  std::uint32_t base = 0;
  std::uint32_t mask = 0;
  std::optional<std::uint32_t> computed;  // of this indicator, its output; else of the bar, its field
  std::uint32_t output = 0;
  Field field = Field::close;
};

struct Advice {
  std::string name;
  double standard = 0;
};

struct RoleProgram {
  bool judged = false;          // has rules
  std::uint32_t role = 0;
  std::uint32_t roles_read = 0;  // bit a role, its own included
  Routine long_when, short_when, exit_when, flat_when, stop_loss_ratio, size_hint, confidence;
};

struct Program {
  StrategyDefinition definition;   // parameters bound
  ParamsHash params_hash;
  std::string definition_hash;
  std::int64_t anchor_ns = 0;
  std::vector<Stream> streams;     // of each role its anchor first, roles in order
  std::vector<Computed> computed;
  std::vector<Slot> slots;
  std::uint32_t cells = 0;
  std::vector<Advice> advices;
  std::uint32_t crossings = 0;
  std::vector<RoleProgram> roles;  // one a role, in the order of the definition
};
using ProgramPtr = std::shared_ptr<const Program>;

inline constexpr std::size_t roles_max = 32;
inline constexpr std::size_t stack_max = 64;
inline constexpr std::uint32_t bars_back_max = 10'000;

}  // namespace tally::strategy
