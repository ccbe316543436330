// A cell whose entity type is known only to the topology: what a host holds, one for each entity that is awake.
#pragma once

#include <boost/json/fwd.hpp>
#include <memory>

#include "actors/entity.hpp"
#include "messages/assert.hpp"

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

  template <class E>
  const typename E::State& state_of() const {
    TALLY_ASSERT(ref().kind == E::kind);
    return *static_cast<const typename E::State*>(state());
  }

 private:
  virtual const void* state() const = 0;
};

}  // namespace tally
