// A cell whose entity type is known only to the topology: what a host holds, one for each entity that is awake.
#pragma once

#include <boost/json/value.hpp>
#include <memory>

#include "actors/entity.hpp"
#include "messages/json_codec.hpp"
#include "messages/stored_codec.hpp"

namespace tally {

class AnyCell {
 public:
  virtual ~AnyCell() = default;

  // As Cell; take() throws what the entity throws.
  virtual void take(const Entry& entry, std::span<const Delivery> deliveries, Time now, std::vector<Event>& out) = 0;
  virtual void fold(const Entry& entry, std::span<const Delivery> deliveries) = 0;
  virtual void replay(const Event& own) = 0;

  virtual const EntityRef& ref() const = 0;
  virtual int reducer_version() const = 0;
  virtual std::uint64_t sequence() const = 0;
  virtual std::vector<std::byte> state_bytes() const = 0;
  virtual void restore(std::span<const std::byte> state, std::uint64_t sequence) = 0;  // throws StoredError
  virtual boost::json::value state_as_json() const = 0;
};

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

  const typename E::State& state() const { return cell_.state(); }

 private:
  Cell<E> cell_;
};

}  // namespace tally
