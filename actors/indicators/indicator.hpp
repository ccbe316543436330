// An indicator behind one virtual call a bar: made of a Spec (spec.hpp), fed bar by bar, its columns read when there are any.
//
// Laws: what it gives depends on the bars alone, in their order; update takes no memory; a state that was read back gives bit
// for bit what the indicator would have given that wrote it. Code that knows its indicator uses the classes themselves (Sma,
// ExactSma, Rsi ...), without any virtual call.
#pragma once

#include <array>
#include <span>

#include "actors/indicators/bar.hpp"
#include "actors/indicators/state.hpp"

namespace tally::indicators {

class Indicator {
 public:
  virtual ~Indicator() = default;

  virtual void update(const Bar& bar) = 0;
  // One a column, in the order of Spec::columns(); empty before the first value.
  std::span<const double> values() const { return {values_.data(), count_}; }

  // See Spec::checkpoint and Spec::resumed, which say whose state it is.
  virtual void write_state(StateWriter& out) const = 0;
  virtual void read_state(StateReader& in) = 0;  // throws StateError, and is then of no more use

 protected:
  std::array<double, 3> values_{};
  std::size_t count_ = 0;
};

// A class of this folder as an Indicator: those of one series get the close, those of bars the bar.
template <class Core>
class Held final : public Indicator {
 public:
  template <class... Arguments>
  explicit Held(Arguments... arguments) : core_(arguments...) {}

  void update(const Bar& bar) override {
    if constexpr (requires(Core& core) { core.update(bar); }) core_.update(bar);
    else core_.update(bar.close);
    take_values();
  }
  void write_state(StateWriter& out) const override { out(core_); }
  void read_state(StateReader& in) override {
    in(core_);
    take_values();
  }

 private:
  void take_values() {
    if (!core_.ready()) return;
    if constexpr (requires { core_.values(); }) {
      const auto values = core_.values();
      static_assert(values.size() <= std::tuple_size_v<decltype(values_)>);
      for (std::size_t i = 0; i < values.size(); ++i) values_[i] = values[i];
      count_ = values.size();
    } else {
      values_[0] = core_.value();
      count_ = 1;
    }
  }

  Core core_;
};

}  // namespace tally::indicators
