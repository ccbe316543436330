// A whole cluster in one thread from one seed: machines, network, clients, an operator, a venue, and what goes wrong.
#pragma once

#include <queue>
#include <string>
#include <utility>

#include "tests/simulation/machine.hpp"

namespace tally::simulation {

struct Outcome {
  std::string failure;              // empty: all held
  std::uint64_t trace = 0;          // hash of everything that happened
  Nanoseconds ended_at = 0;
  std::size_t events = 0, restarts = 0, elections = 0, acknowledged = 0, orders = 0, installs = 0, doubts = 0;

  void add(const Outcome& other);
  std::string counts() const;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  Outcome run();

 private:
  enum class What : std::uint8_t { deliver, tick, synced, client, fault, operate, start, effect, fetched, fall };
  struct Event {
    Nanoseconds at;
    std::uint64_t tie;  // chance decides among what happens at once
    What what;
    std::size_t machine;
    std::uint64_t life;
    std::uint64_t argument;
    bool operator<(const Event& other) const { return at != other.at ? at > other.at : tie > other.tie; }
  };

  // world.cpp
  void schedule(Nanoseconds after, What what, std::size_t machine = 0, std::uint64_t argument = 0);
  void happen(const Event& event);
  void heal();
  bool converged() const;
  void note(std::uint64_t what);
  void tell(const std::string& line);
  void describe();

  // driver.cpp: what a process does around its core
  void start(Machine& machine);
  void crash(Machine& machine, const char* why);
  void tick(Machine& machine);
  void pump(Machine& machine);
  void begin_sync(Machine& machine);
  void synced(Machine& machine, std::size_t count);
  void release(Machine& machine);
  void take_role(Machine& machine, const consensus::RoleChange& change);
  void take_committed(Machine& machine, const std::vector<LogEntry>& entries);
  void apply(Machine& machine, Index up_to);
  void act(Machine& machine);
  void hand_over(Machine& machine, NodeId target);
  void fetched(Machine& machine);

  // network.cpp
  void send(const Machine& from, consensus::Message message);

  // people.cpp
  void clients();
  void submit(CommandId command);
  void answered(CommandId command, Index index);
  void operate();
  void repair(Machine& leader);

  // faults.cpp
  void fault();
  void trouble_machine();
  void trouble_disk();
  void trouble_network();
  bool may_forget() const;

  std::size_t index_of(const Machine& machine) const { return static_cast<std::size_t>(&machine - machines_.data()); }
  Machine* machine_of(NodeId id);
  const Machine* machine_of(NodeId id) const { return const_cast<World*>(this)->machine_of(id); }
  Machine* leader();
  const Machine* leader() const { return const_cast<World*>(this)->leader(); }
  bool paused(const Machine& machine) const { return machine.paused_until > now_; }
  NodeId fresh_id() { return dice_.next() | 1; }

  const std::uint64_t seed_;
  const Plan plan_;
  Dice dice_;
  Truth truth_;
  Outcome outcome_;
  Nanoseconds now_ = 0;
  bool healed_ = false;
  bool forgot_ = false;                    // some disk did

  std::vector<Machine> machines_;
  std::priority_queue<Event> events_;
  std::vector<consensus::Message> mail_;
  std::vector<std::size_t> free_mail_;
  std::vector<std::vector<Nanoseconds>> blocked_until_, clogged_until_;  // [from][to]

  struct Command {
    CommandId id;
    Nanoseconds again_at;
  };
  std::deque<Command> unanswered_;
  CommandId last_command_ = 0;
  std::uint64_t last_read_ = 0;
  std::size_t favourite_ = 0;              // the machine that clients take for the leader
  Index settled_ = 2;                      // everything before is at the venue
  std::map<std::size_t, consensus::Base> fetching_;
};

}  // namespace tally::simulation
