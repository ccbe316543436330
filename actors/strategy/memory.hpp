// What a program remembers of the bars it has taken: indicators, the rings of its slots, the bars of coarser timeframes that are
// still open, both sides of every crossing. All memory is taken at construction; taking a bar and evaluating take none.
//
// Laws: what a rule reads is computed of bars that are over. A coarser bar enters its rings when it is final: at the anchor bar
// that closes with or after its bucket, never before.
#pragma once

#include <memory>

#include "actors/bars/resampler.hpp"
#include "actors/strategy/program.hpp"

namespace tally::strategy {

// A value that is not finite, as everything before the first value of an indicator, is not known; nor is what is made of it.
struct Evaluated {
  double value = 0;   // of conditions 1 or 0
  bool known = false;
};

class Memory {
 public:
  explicit Memory(ProgramPtr program);

  // An anchor bar of `role`, which closed at closed_at.
  void take(std::uint32_t role, std::int64_t closed_at, const indicators::Bar& bar);

  // Evaluates in full, without short cuts, so that each crossing sees each anchor bar.
  Evaluated evaluate(const Routine& routine);

  // What the next evaluations read as that advice; nothing: its default.
  void advise(std::string_view name, std::optional<double> value);

  // What `routine` read in its last evaluation, in words.
  std::vector<StrategyReading> readings_of(const Routine& routine) const;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    for (auto& position : self.positions_) visit(position);
    for (auto& cell : self.cells_) visit(cell);
    for (auto& crossing : self.crossings_) visit(crossing.a, crossing.b, crossing.a_before, crossing.b_before);
    for (auto& advice : self.advices_) visit(advice);
    for (auto& stream : self.streams_)
      if (stream.coarsener) visit(*stream.coarsener);
    for (auto& indicator : self.indicators_) {
      if constexpr (Visitor::reads) indicator->read_state(visit);
      else indicator->write_state(visit);
    }
  }

 private:
  using Coarsener = bars::Resampler<double, double>;

  struct Crossing {
    double a, b, a_before, b_before;
  };
  struct FieldCells {
    std::uint32_t base, mask;
    Field field;
  };
  struct OutputCells {
    std::uint32_t base, mask, output;
  };
  struct IndicatorWork {
    indicators::Indicator* indicator;
    Field input;
    std::vector<OutputCells> outputs;
  };
  struct StreamWork {
    std::optional<Coarsener> coarsener;
    std::vector<FieldCells> fields;
    std::vector<IndicatorWork> indicators;
  };

  // Of a slot, what reading it takes.
  struct Ring {
    std::uint32_t stream, base, mask;
  };

  void push(std::size_t stream, const indicators::Bar& bar);
  double slot(const Instruction& from) const {
    const Ring& ring = rings_[from.index];
    return cells_[ring.base + ((positions_[ring.stream] - from.back) & ring.mask)];
  }
  double read(const Instruction& from) const { return from.code == Code::advice ? advices_[from.index] : slot(from); }
  bool cross(const Instruction& at, double a, double b, bool& known);

  ProgramPtr program_;
  std::vector<std::unique_ptr<indicators::Indicator>> indicators_;
  std::vector<StreamWork> streams_;
  std::vector<std::vector<std::uint32_t>> streams_of_role_;
  std::vector<Ring> rings_;                // one a slot
  std::vector<std::uint64_t> positions_;   // bars a stream has had
  std::vector<double> cells_;
  std::vector<Crossing> crossings_;
  std::vector<double> advices_;
};

}  // namespace tally::strategy
