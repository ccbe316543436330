// One shard on one thread with direct calls and virtual time: backtests, verification, simulation and tests.
//
// Law: given the same inputs at the same positions it appends the same entries as the live host, apart from
// recorded_at and term.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "actors/host/shard/replayer.hpp"

namespace tally {

class DeterministicHost {
 public:
  // Where entries go. The entry is reused after the call returns: copy or encode what must stay.
  using Append = std::function<void(const Entry&)>;
  // Asked before each try of an entity on an entry, attempts counted from 1: an injected failure's cause, or empty.
  using Fault = std::function<std::string(const EntityRef&, Offset, std::uint32_t attempt)>;

  static constexpr std::uint32_t attempts_max = 3;

  // `journal` holds what was appended; it is needed to rebuild entities. Where it is null, what an entity throws is
  // thrown on.
  DeterministicHost(const Program& program, Symbol shard, Append append, const Journal* journal = nullptr)
      : program_(program), core_(shard), routing_(program.routing(shard)), append_(std::move(append)), journal_(journal) {}

  // Runs one outside input and its whole cascade. Returns the input's offset.
  Offset submit(std::vector<Message> messages, Time now, std::string producer = {});
  Offset submit(Message message, Time now);

  // Fires every deadline up to `now`, in order, each as an input at its own time.
  void advance(Time now);

  // Goes on where the journal ends: replays it, then runs the step that was open.
  void recover();

  void on_fault(Fault fault) { fault_ = std::move(fault); }

  const ShardCore& core() const { return core_; }

  AnyCell& cell(const EntityRef& entity);
  template <class E>
  const typename E::State& state(std::string_view key) {
    return cell({E::kind, Symbol(key)}).template state_of<E>();
  }
  template <class Visit>
  void for_each_cell(Visit visit) {
    for (auto& kind : cells_)
      for (auto& held : kind)
        if (held) visit(*held);
  }

 private:
  Offset run_input(Time now);
  void run_cascade();
  void run_step();
  void run_task(const Task& task);
  void run_resumed(const EntityRef& entity, std::vector<Offset> waiting);
  void retry(const EntityRef& entity, const std::vector<Offset>& entries, std::uint32_t attempt, std::string cause);
  void fail_if_asked(const EntityRef& entity, Offset offset, std::uint32_t attempt) const;
  void take(const EntityRef& entity, Offset offset);
  std::unique_ptr<AnyCell>& slot(const EntityRef& entity);

  const Program& program_;
  ShardCore core_;
  std::unique_ptr<Routing> routing_;
  Append append_;
  const Journal* journal_;
  Fault fault_;
  Plan plan_;
  std::vector<Delivery> deliveries_;
  Entry current_;   // being taken
  Entry next_;      // its step's outputs
  std::array<std::vector<std::unique_ptr<AnyCell>>, 16> cells_;  // by kind, then dense by the key's symbol
};

}  // namespace tally
