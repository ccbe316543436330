// A whole cluster in one thread from one seed: the real journal logic over virtual disks, the real sessions over a virtual network, the
// real entities and effect gate, a venue, people, an operator, and what goes wrong.
#pragma once

#include <queue>

#include "tests/cluster_simulation/machine.hpp"

namespace tally::cluster_simulation {

struct Outcome {
  std::string failure;     // empty: all held
  std::uint64_t trace = 0;
  Nanoseconds ended_at = 0;
  std::size_t events = 0, lives = 0, elections = 0, hostings = 0, acknowledged = 0, orders = 0, fills = 0, refused_to_open = 0, doubts = 0;

  void add(const Outcome& other);
  std::string counts() const;
};

class ClusterWorld {
 public:
  explicit ClusterWorld(std::uint64_t seed) : ClusterWorld(seed, plan_of(seed)) {}
  ClusterWorld(std::uint64_t seed, Plan plan);
  ~ClusterWorld();
  Outcome run();

 private:
  enum class What : std::uint8_t {
    packet, closed, dialed, wake, tick,                 // the network, and time
    take, assemble, synced, flush,                      // the disk
    follow, mail,                                       // the hosted account
    line, connected, arrives, down, bar,                // the venue
    client, fault, operate, start, fall,
  };
  struct Happening {
    Nanoseconds at;
    std::uint64_t tie;    // chance decides among what happens at once
    What what;
    std::size_t machine;
    Life life;
    std::uint64_t argument;
    bool operator<(const Happening& other) const { return at != other.at ? at > other.at : tie > other.tie; }
  };
  struct Mail {
    Life from = 0, to = 0;
    cluster::Packet packet;
  };
  struct Arrival {
    VenueSession session = 0;
    Life life = 0;
    std::uint64_t connection = 0, number = 0;
    consensus::Term term = 0;
    Message message;
  };
  template <class T>
  struct Slots {
    std::vector<T> items;
    std::vector<std::size_t> free;
    std::size_t put(T item) {
      if (free.empty()) return items.push_back(std::move(item)), items.size() - 1;
      const std::size_t slot = free.back();
      free.pop_back();
      items[slot] = std::move(item);
      return slot;
    }
    T take(std::size_t slot) {
      free.push_back(slot);
      return std::move(items[slot]);
    }
  };

  // cluster_world.cpp
  void schedule(Nanoseconds after, What what, std::size_t machine = 0, std::uint64_t argument = 0);
  void happen(const Happening& event);
  void happen_to(Machine& machine, const Happening& event);
  void take_input(Machine& machine, const Happening& event);
  void heal();
  std::string unsettled();          // why it is not over; empty where it is
  void note(std::uint64_t what);
  void tell(const Machine& machine, const std::string& line);
  void describe();

  // process.cpp: a life
  void start(Machine& machine);
  void crash(Machine& machine, const std::string& why, bool power);
  void step(Machine& machine);      // after each input: what came of it
  // Runs an input of a process, and what comes of it. What the process cannot live with ends it.
  template <class Input>
  void run_in(Machine& machine, Input input) {
    try {
      input();
      if (machine.up()) step(machine);
    } catch (const JournalError& error) {
      crash(machine, error.what(), false);
    }
  }
  void exchange_frames(Machine& machine);
  void watch(Machine& machine);
  void majority_has(const Machine& machine, const LogEntry& entry);
  void synced(Machine& machine);
  void within_bounds(Machine& machine);

  // hosting.cpp
  void follow(Machine& machine);
  void start_hosting(Machine& machine);
  void stop_hosting(Machine& machine);
  void hand_over(Machine& machine);
  void stand_by(Machine& machine);
  Time time_of(Machine& machine);

  // line.cpp: towards the venue
  void connect(Machine& machine);
  void connected(Machine& machine);
  void send_line(Machine& machine);
  void refuse(Machine& machine, const Message& message, const char* why);
  void conclude(Machine& machine, Message message);
  void cut(Machine& machine, const char* why);
  void arrives(const Arrival& arrival);
  void bring_down(Machine& machine);
  void down(Machine& machine);
  void show_bar();

  // network.cpp
  void send(Machine& from, cluster::ChannelId channel, cluster::Packet packet);
  void dial(Machine& from, const cluster::Mesh::Dial& dial);
  bool blocked(std::size_t from, std::size_t to) const { return !healed_ && blocked_until_[from][to] > now_; }

  // people.cpp
  void clients();
  Message command(CommandNumber number);
  void operate();
  void repair(Machine& leader);
  void replace(Machine& machine, const char* why);

  // faults.cpp
  void fault();
  void trouble_machine();
  void trouble_disk();
  void trouble_network();
  bool may_forget();

  std::size_t index_of(const Machine& machine) const { return static_cast<std::size_t>(&machine - machines_.data()); }
  Machine* machine_of(NodeId id);
  Machine* machine_at(Life life);
  Machine* leader();
  bool paused(const Machine& machine) const { return machine.paused_until > now_; }
  replication::Replica* replica(Machine& machine) { return machine.up() ? machine.process->journal->replica() : nullptr; }
  NodeId fresh_id() { return dice_.next() | 1; }
  static cluster::Address address_of(std::size_t index) { return {"n", static_cast<std::uint16_t>(index + 1)}; }

  const std::uint64_t seed_;
  const Plan plan_;
  Dice dice_;
  Watch watch_;
  Outcome outcome_;
  Nanoseconds now_ = 1'000'000 * ms;
  const Nanoseconds began_ = now_;
  bool healed_ = false, forgot_ = false, founded_ = false;

  std::vector<Machine> machines_;
  std::priority_queue<Happening> events_;
  Slots<Mail> mail_;
  Slots<Arrival> arrivals_;
  std::vector<std::size_t> lived_at_{0};                               // on which machine, by life; there is no life 0
  Life heard_life_ = 0;                                                // whose packet is being taken
  std::vector<std::vector<Nanoseconds>> blocked_until_, last_packet_;   // [from][to]
  std::set<std::pair<Life, Life>> ways_;                               // channels between processes, both directions

  VirtualVenue venue_;
  Price price_;
  Nanoseconds venue_cut_until_ = 0;

  struct Asked {
    CommandNumber number;
    Nanoseconds again_at;
    Message message;
  };
  std::deque<Asked> unanswered_;
  CommandNumber last_command_ = 0;
  std::size_t favourite_ = 0;
};

}  // namespace tally::cluster_simulation
