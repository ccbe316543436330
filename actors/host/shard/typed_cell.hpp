// The cell of one entity type behind AnyCell; what its state looks like as bytes and as JSON is compiled here.
#pragma once

#include "actors/host/shard/any_cell.hpp"
#include "messages/json_codec.hpp"
#include "messages/stored_codec.hpp"

namespace tally {

template <class E>
class TypedCell final : public AnyCell {
 public:
  explicit TypedCell(Symbol key) : cell_(key) {}

  void take(const Entry& entry, std::span<const Delivery> deliveries, Time now, std::vector<Event>& out) override {
    cell_.take(entry, deliveries, now, out);
  }
  void fold(const Entry& entry, std::span<const Delivery> deliveries) override { cell_.fold(entry, deliveries); }
  void replay(const Event& own) override { cell_.replay(own); }
  const EntityRef& ref() const override { return cell_.ref(); }
  int reducer_version() const override { return E::reducer_version; }
  std::uint64_t sequence() const override { return cell_.sequence(); }
  std::vector<std::byte> state_bytes() const override { return store_state(cell_.state()); }
  void restore(std::span<const std::byte> state, std::uint64_t sequence) override {
    cell_.restore(read_state<typename E::State>(state), sequence);
  }
  boost::json::value state_as_json() const override { return state_json(cell_.state()); }

 private:
  const void* state() const override { return &cell_.state(); }

  Cell<E> cell_;
};

}  // namespace tally
