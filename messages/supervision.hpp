// Time, starts, failures and restarts as events of the shard.
#pragma once

#include "messages/orders.hpp"

namespace tally {

// The kinds of entity. The number is stored; never reuse one.
enum class EntityKind : std::uint8_t {
  none = 0,  // outside: the inlet itself
  signal = 1,
  investor = 2,
  subscription = 3,
  netting_book = 4,
  risk_authority = 5,
  broker_session = 6,
  reconciliation = 7,
  simulated_exchange = 8,
  strategy = 9,
};
BOOST_DESCRIBE_ENUM(EntityKind, none, signal, investor, subscription, netting_book, risk_authority, broker_session, reconciliation,
                    simulated_exchange, strategy)

struct EntityRef {
  EntityKind kind = EntityKind::none;
  Symbol key;
  auto operator<=>(const EntityRef&) const = default;
};
BOOST_DESCRIBE_STRUCT(EntityRef, (), (kind, key))

// "subscription/sub-7"; entity_of reads it and throws NameError on anything else.
std::string text_of(const EntityRef& entity);
EntityRef entity_of(std::string_view text);

// Wakes an entity at a time. Cancelling is ignoring.
struct DeadlineSet {
  static constexpr About about{150, 1, Layer::system, "system.deadline", "target name at"};
  EntityRef target;
  std::string name;      // the entity's own, e.g. "window:12"
  Time at;
};
BOOST_DESCRIBE_STRUCT(DeadlineSet, (), (target, name, at))

struct DeadlineReached {
  static constexpr About about{151, 1, Layer::command, "system.deadline", "target name at"};
  EntityRef target;
  std::string name;
  Time at;               // as set; the entry's time is when it was noticed
};
BOOST_DESCRIBE_STRUCT(DeadlineReached, (), (target, name, at))

// A host began to run the shard. What was in flight before is in doubt; openings are disarmed.
struct ShardStarted {
  static constexpr About about{152, 1, Layer::system, "system.shard", "node at"};
  std::string node;
  std::string build;
  Time at;
};
BOOST_DESCRIBE_STRUCT(ShardStarted, (), (node, build, at))

// An entity threw, was rebuilt from the journal and goes on.
struct EntityRestarted {
  static constexpr About about{153, 1, Layer::system, "system.supervision", "entity input attempt"};
  EntityRef entity;
  Offset input = 0;      // the entry it failed on
  std::uint32_t attempt = 0;
  std::string cause;
  std::uint64_t replayed = 0;     // entries
  std::int64_t duration_us = 0;
};
BOOST_DESCRIBE_STRUCT(EntityRestarted, (), (entity, input, attempt, cause, replayed, duration_us))

// It failed too often on one input and stays stopped; its inputs wait in order.
struct EntityStopped {
  static constexpr About about{154, 1, Layer::system, "system.supervision", "entity input"};
  EntityRef entity;
  Offset input = 0;
  std::uint32_t attempt = 0;
  std::string cause;
  std::vector<Offset> waiting;    // the entries it has not taken, `input` first
};
BOOST_DESCRIBE_STRUCT(EntityStopped, (), (entity, input, attempt, cause, waiting))

// An operator's word: the entity takes what waited. Openings that waited are denied STALE by those who judge them.
struct EntityResumed {
  static constexpr About about{155, 1, Layer::system, "system.supervision", "entity key"};
  IdempotencyKey key;
  OperatorId by;
  EntityRef entity;
};
BOOST_DESCRIBE_STRUCT(EntityResumed, (), (key, by, entity))

// The input is set aside: the entity will never see it.
struct InputQuarantined {
  static constexpr About about{156, 1, Layer::system, "system.supervision", "entity input"};
  EntityRef entity;
  Offset input = 0;
  std::string cause;
};
BOOST_DESCRIBE_STRUCT(InputQuarantined, (), (entity, input, cause))

}  // namespace tally
