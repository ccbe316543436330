// The one queue that refuses: outside inputs on their way into a shard.
//
// Venue reports, deadlines, supervision, flats and kill switches are never refused; they have room of their own, bounded by what
// the account has in flight. Venue reports go first; everything else keeps its order, so that a flat never overtakes the
// opening it follows.
#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <variant>

#include "messages/message.hpp"

namespace tally {

// Whether an input must get in however full the inlet is.
inline bool reserved(const Message& input) {
  if (const auto* signal = std::get_if<SendSignal>(&input)) return signal->direction.value == 0;
  if (const auto* switched = std::get_if<StrategySwitched>(&input)) return !switched->running;
  return std::holds_alternative<ExecutionReported>(input) || std::holds_alternative<OrderSendReported>(input) ||
         std::holds_alternative<VenueStateReported>(input) || std::holds_alternative<DeadlineReached>(input) ||
         std::holds_alternative<HaltTrading>(input) || std::holds_alternative<EntityRestarted>(input) ||
         std::holds_alternative<ShardStarted>(input);
}

inline bool from_venue(const Message& input) {
  return std::holds_alternative<ExecutionReported>(input) || std::holds_alternative<OrderSendReported>(input) ||
         std::holds_alternative<VenueStateReported>(input);
}

template <class Input>  // has `Message message` as its first and deciding message
class Inlet {
 public:
  explicit Inlet(std::size_t capacity) : capacity_(capacity) {}

  // False: full, and the caller must say so to the sender.
  bool offer(Input input) {
    if (!reserved(input.message) && waiting_.size() >= capacity_) return false;
    auto& queue = from_venue(input.message) ? reports_ : waiting_;
    queue.push_back(std::move(input));
    return true;
  }

  std::optional<Input> next() {
    auto& queue = reports_.empty() ? waiting_ : reports_;
    if (queue.empty()) return std::nullopt;
    std::optional<Input> input(std::move(queue.front()));
    queue.pop_front();
    return input;
  }

  std::size_t size() const { return waiting_.size() + reports_.size(); }
  std::size_t capacity() const { return capacity_; }

 private:
  std::size_t capacity_;
  std::deque<Input> waiting_;
  std::deque<Input> reports_;
};

}  // namespace tally
