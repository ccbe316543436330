// All links of one node: whom it dials and when, which proven peer is at the other end of which channel, and what becomes of
// a link that ends. Pure: the world below (connections, clocks, keys) is told what to do by take(), and tells what happened.
//
// Laws
//  - One link a peer. A second claim to an id that is up on another channel is refused.
//  - Who dials: both know each other's address; the lower id at once, the higher only when there was no link for `yield`.
//  - Every attempt that fails doubles the pause before the next, up to pause_max, give or take a quarter.
//  - Frames to a peer that is not up are dropped and counted.
#pragma once

#include <map>
#include <set>

#include "actors/host/cluster/session/conversation.hpp"

namespace tally::cluster {

using ChannelId = std::uint64_t;   // a way to one process; named by the world below, 0 is none
using TargetId = std::uint64_t;    // somebody to be dialed

struct MeshSettings {
  Party self;
  SessionSettings session;
  Nanoseconds hello_patience = 3'000 * ms;
  Nanoseconds pause_min = 50 * ms;
  Nanoseconds pause_max = 1'000 * ms;
  Nanoseconds yield = 500 * ms;
  std::size_t channels_max = 256;     // beyond it strangers are not heard
};

struct PeerStatus {
  NodeId id = 0;                      // 0: dialed by its address only, and not proven yet
  std::string name;
  Address address;
  bool known = false;                 // by add_peer(), not only by having come
  bool reachable = false;
  Nanoseconds heard_ago = 0;          // of a session that is up
  Nanoseconds heard_us_ago = 0;       // as it said last
  Nanoseconds round_trip = 0;         // 0: not measured yet
  std::uint64_t sessions = 0;         // begun since this process began
  std::size_t waiting_bytes = 0, unacknowledged_bytes = 0, window_bytes = 0;
  std::array<std::uint64_t, lanes> dropped{};   // frames a lane, over all sessions
  SessionCounters counters;           // of the last session
  std::string trouble;                // why the last session or attempt ended
};

class Mesh {
 public:
  struct Dial { TargetId target = 0; Address address; };
  struct Send { ChannelId channel = 0; Packet packet; };
  struct Change { NodeId peer = 0; bool reachable = false; };
  struct Arrival { NodeId from = 0; Delivery delivery; };
  struct Note { bool warning = false; std::string text; };
  // Changes and arrivals in one order: what came before an end is delivered before it.
  struct Event { std::optional<Change> change; std::optional<Arrival> arrival; };
  struct Output {
    std::vector<Send> sends;
    std::vector<Dial> dials;
    std::vector<ChannelId> forgets;    // channels that are of no use any more
    std::vector<Event> events;
    std::vector<Note> notes;
  };

  Mesh(const MeshSettings& settings, Credentials& credentials, std::uint64_t seed);

  void add_peer(Nanoseconds now, NodeId id, const Address& address);
  void remove_peer(Nanoseconds now, NodeId id);
  void introduce(Nanoseconds now, const Address& address);   // dialed until somebody there is proven
  bool send(NodeId to, Lane lane, Frame frame);
  void leave(Nanoseconds now);                                // all links; they are told

  void dialed(Nanoseconds now, TargetId target, ChannelId channel);
  void dial_failed(Nanoseconds now, TargetId target, const std::string& why);
  void closed(Nanoseconds now, ChannelId channel);
  void received(Nanoseconds now, ChannelId channel, std::string_view packet);
  void tick(Nanoseconds now);

  Output take(Nanoseconds now);
  Nanoseconds wake_at() const;
  std::vector<PeerStatus> status(Nanoseconds now) const;

 private:
  struct Target {
    NodeId id = 0;                     // 0: not known
    Address address;
    ChannelId channel = 0;
    bool dialing = false;
    unsigned failures = 0;
    Nanoseconds due = 0;
    std::string trouble;
  };
  struct Channel {
    std::unique_ptr<Conversation> talk;
    TargetId target = 0;               // 0: it came to us
    std::string refused;               // said already
  };
  struct Link {
    ChannelId channel = 0;             // 0: down
    std::string name;
    Address address;
    std::uint64_t sessions = 0;
    std::array<std::uint64_t, lanes> dropped{};   // of sessions that ended, and while down
    std::string trouble;
  };

  Channel& channel_of(ChannelId id);
  Target* target_of(NodeId id);
  bool linked(const Target& target) const;
  void attempt(Nanoseconds now, TargetId id, Target& target);
  void failed(Nanoseconds now, Target& target, const std::string& why);
  void soon(Nanoseconds now, Target& target);
  void look_at(Nanoseconds now, ChannelId id);
  void proven(Nanoseconds now, ChannelId id, Channel& channel, const Party& peer);
  void ended(Nanoseconds now, const Happening& end);
  Nanoseconds pause(unsigned failures);
  void note(bool warning, std::string text);

  MeshSettings settings_;
  Credentials& credentials_;
  std::uint64_t dice_;
  std::map<TargetId, Target> targets_;
  TargetId last_target_ = 0;
  std::map<ChannelId, Channel> channels_;
  std::map<NodeId, Link> links_;
  std::set<ChannelId> touched_;        // may have packets to send
  bool full_ = false;                  // said that there are too many channels
  Output out_;
};

}  // namespace tally::cluster
