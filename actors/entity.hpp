// The skeleton that every entity follows, and the typed cell that runs one.
//
// An entity is a struct with
//   static constexpr EntityKind kind;            its number and name
//   static constexpr int reducer_version;        raised when evolve changes meaning
//   using Inputs = inputs<...>;                  what may be routed to it (closed list)
//   using Events = events<...>;                  what it may decide (closed list; disjoint from Inputs)
//   struct State;                                described with Boost.Describe, so it can be stored and inspected
//   static void decide(const State&, const Input&, const Moment&, Out<Events>&);   one overload a deciding input
//   static void decide(const State&, const Input&, Row, const Moment&, Out<Events>&);  where its route names a row
//   static void evolve(State&, const Event&);                  one overload an event of its own
//   static void evolve(State&, const Input&[, Row]);           one overload an input that it folds
//   static void conclude(const State&, const Moment&, Out<Events>&);   optional: once after all inputs of an entry
//
// Laws: decide sees its state, one journaled input and its moment, nothing else; evolve records and never judges.
// All inputs of an entry are evolved first, in order; then each is decided and its events evolved. A replay of the
// entity's stream therefore meets the same calls of evolve in the same order.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "messages/entry.hpp"

namespace tally {

template <class... Ts>
struct inputs {};
template <class... Ts>
struct events {};

template <class T, class List>
inline constexpr bool is_one_of = false;
template <class T, template <class...> class List, class... Ts>
inline constexpr bool is_one_of<T, List<Ts...>> = (std::same_as<T, Ts> || ...);

// When and to whom. `now` is the moment of the cascade, not of the step.
struct Moment {
  Time now;
  Symbol self;   // the entity's own key
};

// Which row of a compact event is meant.
struct Row {
  std::uint32_t index = 0;
};

// Where decide writes. Accepts the entity's own events only.
template <class Events>
class Out {
 public:
  Out(EntityRef stream, std::uint64_t& sequence, std::vector<Event>& sink) : stream_(stream), sequence_(sequence), sink_(sink) {}

  template <class E>
    requires is_one_of<E, Events>
  void operator()(E event) {
    sink_.push_back(Event{stream_, ++sequence_, Message(std::in_place_type<E>, std::move(event))});
  }

 private:
  EntityRef stream_;
  std::uint64_t& sequence_;
  std::vector<Event>& sink_;
};

// One event of an entry, addressed to one entity.
struct Delivery {
  std::uint32_t event = 0;   // index in the entry
  std::uint32_t row = 0;
  bool decides = false;      // false: folds only
};

template <class E>
concept Concludes = requires(const typename E::State& state, const Moment& moment, Out<typename E::Events>& out) {
  E::conclude(state, moment, out);
};

// Runs one entity. Knows nothing of hosts; both are built on it.
template <class E>
class Cell {
 public:
  using State = typename E::State;

  explicit Cell(Symbol key) : ref_{E::kind, key} {}

  // Takes an entry's deliveries at the moment `now` and appends what was decided to `out`. Where it throws, the cell
  // is broken and must be rebuilt; `out` may hold a part and must be cut back by the caller.
  void take(const Entry& entry, std::span<const Delivery> deliveries, Time now, std::vector<Event>& out) {
    fold(entry, deliveries);
    Out<typename E::Events> writer(ref_, sequence_, out);
    const Moment moment{now, ref_.key};
    for (const Delivery& delivery : deliveries) {
      if (!delivery.decides) continue;
      const std::size_t before = out.size();
      decide(entry.events[delivery.event].body, Row{delivery.row}, moment, writer);
      evolve_own(out, before);
    }
    if constexpr (Concludes<E>) {  // also after folds alone: an entity may have waited for them
      const std::size_t before = out.size();
      E::conclude(std::as_const(state_), moment, writer);
      evolve_own(out, before);
    }
  }

  // Replay: the inputs of an entry, without deciding.
  void fold(const Entry& entry, std::span<const Delivery> deliveries) {
    for (const Delivery& delivery : deliveries) evolve_input(entry.events[delivery.event].body, Row{delivery.row});
  }

  // Replay: one of the entity's own events.
  void replay(const Event& own) {
    sequence_ = own.stream_sequence;
    evolve_event(own.body);
  }

  const EntityRef& ref() const { return ref_; }
  const State& state() const { return state_; }
  std::uint64_t sequence() const { return sequence_; }
  void restore(State state, std::uint64_t sequence) {
    state_ = std::move(state);
    sequence_ = sequence;
  }

 private:
  void evolve_own(const std::vector<Event>& out, std::size_t from) {
    for (std::size_t i = from; i < out.size(); ++i) evolve_event(out[i].body);
  }

  void evolve_event(const Message& body) {
    std::visit(
        [&]<class M>(const M& event) {
          if constexpr (is_one_of<M, typename E::Events>) E::evolve(state_, event);
        },
        body);
  }

  void evolve_input(const Message& body, Row row) {
    std::visit(
        [&]<class M>(const M& input) {
          if constexpr (is_one_of<M, typename E::Inputs>) {
            if constexpr (requires { E::evolve(state_, input, row); }) E::evolve(state_, input, row);
            else if constexpr (requires { E::evolve(state_, input); }) E::evolve(state_, input);
          }
        },
        body);
  }

  void decide(const Message& body, Row row, const Moment& moment, Out<typename E::Events>& out) {
    std::visit(
        [&]<class M>(const M& input) {
          if constexpr (is_one_of<M, typename E::Inputs>) {
            if constexpr (requires { E::decide(std::as_const(state_), input, row, moment, out); })
              E::decide(std::as_const(state_), input, row, moment, out);
            else if constexpr (requires { E::decide(std::as_const(state_), input, moment, out); })
              E::decide(std::as_const(state_), input, moment, out);
          }
        },
        body);
  }

  EntityRef ref_;
  State state_{};
  std::uint64_t sequence_ = 0;
};

}  // namespace tally
