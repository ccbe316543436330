// A strategy: bars in, intents out. Pure: no clock, no file, no order, no venue, no account.
//
// Its shard journals its versions, its switch and its intents; bars come from the tape. An intent is said where the direction
// that the rules of a role wish for is another than the one said last:
//
//   flat is true                     -> 0
//   long is true, short is not       -> 1
//   short is true, long is not       -> -1
//   exit is true                     -> 0
//   else                             -> as before
//
// Laws
//   no look-ahead   an intent of an anchor bar depends on bars that closed no later; nothing else is there to be read
//   chunks          how bars are cut into calls of advance changes nothing, nor does a checkpoint anywhere between
//   once            a bar that closed before the last one taken of its role is late: left out, counted. After a restart without a
//                   checkpoint adopt() the first version, record() all journaled intents and take the tape again, each later
//                   version and switch after the bars up to its `after`: nothing is said twice, and nothing is left out
//   all or nothing  until every rule of a role is known, it says nothing
//   way out         the switch and the rate limit withhold openings, never direction 0; of a reversal that is withheld the
//                   closing half is said. What was withheld is lost, not said later
//
// A moment is the time at which anchor bars close. It is judged when all roles have their bar of it, or a later bar comes; a role
// is judged in moments in which every role that its rules read has a bar.
#pragma once

#include <span>

#include "actors/strategy/memory.hpp"
#include "actors/strategy/rate_limiter.hpp"
#include "messages/supervision.hpp"

namespace tally {

struct AnchorBar {
  std::int64_t closed_at = 0;  // ns UTC
  std::uint32_t role = 0;      // of the definition, from 0
  indicators::Bar bar;         // one with a number that is not finite is no bar
};

class Strategy {
 public:
  static constexpr EntityKind kind = EntityKind::strategy;

  // What was not said, and why; bars that were not taken.
  struct Counts {
    std::uint64_t withheld_switched_off = 0;
    std::uint64_t withheld_rate_limit = 0;
    std::uint64_t withheld_stop = 0;      // the stop ratio is not known, or not above 0 and at most 1
    std::uint64_t late_bars = 0;
    std::uint64_t bars_without_price = 0;
  };

  // `run_id` tags the intents of a backtest.
  explicit Strategy(SignalSourceId name, std::string run_id = {});

  // ---- versions, at the boundary between two moments

  // All roles have had their bar of the last moment, or it was ended. With one role: always.
  bool between_moments() const { return present_ == 0; }

  // Why `program` cannot follow the version that runs: a role that it drops or binds elsewhere is not flat. Nothing: it can.
  std::optional<std::string> objection_to(const strategy::Program& program, const std::vector<StrategyBinding>& bindings) const;
  // The fact to journal, between moments. Throws std::invalid_argument with the objection.
  StrategyVersionAdopted adoption_of(const strategy::Program& program, std::vector<StrategyBinding> bindings) const;
  // From the next bar on the strategy is this one; it begins with `warm_up`, bars that closed no later than `after`. Directions
  // and the count of openings go on. A version that was adopted already changes nothing.
  void adopt(const StrategyVersionAdopted& version, std::span<const AnchorBar> warm_up = {});

  // ---- its switch, what was journaled, advice

  StrategySwitched switching_of(const IdempotencyKey& key, OperatorId by, bool running) const;
  void record(const StrategySwitched& switched);
  // An intent of the journal. One that this strategy said itself changes nothing.
  void record(const StrategyIntent& said);
  // What rules read as advice("name", default) from the next bar on; nothing: the default.
  void advise(std::string_view name, std::optional<double> value);

  // ---- bars

  // Takes bars until a moment yields intents, and returns how many it took. Where intents() is not empty the rest is to be handed
  // in again, after the intents were acted on. Bars are in order of time.
  std::size_t advance(std::span<const AnchorBar> bars);
  // No bar of the open moment will come any more.
  void end_moment();
  // What the last call of advance or end_moment said.
  const std::vector<StrategyIntent>& intents() const { return intents_; }

  // ---- state

  std::uint64_t version() const { return version_; }
  const strategy::ProgramPtr& program() const { return program_; }
  bool running() const { return running_; }
  Direction direction(std::uint32_t role) const { return {roles_[role].direction}; }
  std::int64_t moment() const { return moment_; }  // the last that was begun; INT64_MIN before the first bar
  const Counts& counts() const { return counts_; }

  // The state as bytes, once intents() were acted on. resume() takes those of the version that is adopted, and no other; it
  // throws indicators::StateError, and the strategy is then of no more use.
  std::string checkpoint() const;
  void resume(std::string_view bytes);

 private:
  struct Role {
    std::int8_t direction = 0;
    std::int64_t said_at = INT64_MIN;    // the anchor bar of the last intent
    std::int64_t last_bar = INT64_MIN;
    ProductId product;
  };

  void take(const AnchorBar& bar);
  void judge_moment();
  void judge(const strategy::RoleProgram& rules);
  void say(const strategy::RoleProgram& rules, int wished, const char* rule, const strategy::Routine& reason);
  bool moment_is_full() const { return present_ == all_roles_; }
  std::optional<std::uint32_t> role_named(std::string_view name) const;
  std::string mark() const;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit);

  SignalSourceId name_;
  std::string run_id_;
  std::uint64_t version_ = 0;
  strategy::ProgramPtr program_;
  std::optional<strategy::Memory> memory_;
  std::vector<Role> roles_;
  strategy::RateLimiter rate_;
  bool running_ = true;
  std::int64_t moment_ = INT64_MIN;
  std::int64_t quiet_until_ = INT64_MIN;  // moments up to here are judged without a word
  std::uint32_t present_ = 0;             // roles with a bar of the moment; none: it was judged
  std::uint32_t all_roles_ = 0;
  Counts counts_;
  std::vector<StrategyIntent> intents_;
};

}  // namespace tally
