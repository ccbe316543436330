// A virtual network of nodes that run the real session layer: packets are lost, duplicated, delayed and thereby reordered,
// ways are blocked in one or both directions, nodes freeze. One thread, one clock, everything from one seed.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/host/cluster/session/mesh.hpp"

namespace tally::cluster {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 | 1) {}
  std::uint64_t roll() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1d;
  }
  std::uint64_t below(std::uint64_t bound) { return roll() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

// A key is the id itself: who signs with another id's key is found out.
class TestCredentials : public Credentials {
 public:
  TestCredentials(NodeId key, std::uint64_t seed) : key_(key), dice_(seed) {}
  std::string nonce() override {
    std::string text;
    for (std::size_t i = 0; i < nonce_bytes; ++i) text += static_cast<char>(dice_.roll() >> 32);
    return text;
  }
  std::string certificate() override { return node_text(key_); }
  std::string sign(std::string_view text) override { return signature(key_, text); }
  std::string objection(NodeId id, std::string_view, std::string_view, std::string_view text, std::string_view signed_by) override {
    return signed_by == signature(id, text) ? "" : "it does not hold the key";
  }

 private:
  static std::string signature(NodeId key, std::string_view text) { return std::to_string(std::hash<std::string_view>{}(text) ^ key); }
  NodeId key_;
  Dice dice_;
};

struct Weather {
  unsigned loss = 0, duplicates = 0;            // percent
  Nanoseconds delay_min = ms / 10, delay_max = ms;
};

struct Heard {
  NodeId from = 0;
  Lane lane = Lane::votes;
  Frame frame;
  std::uint64_t session = 0;                    // the receiver's count of sessions with that peer
  Nanoseconds at = 0;
};

class World {
 public:
  struct Node {
    NodeId id = 0;
    std::unique_ptr<TestCredentials> credentials;
    std::unique_ptr<Mesh> mesh;
    std::vector<Heard> heard;
    std::vector<std::pair<Nanoseconds, Mesh::Change>> changes;
    std::vector<std::string> notes;
    std::map<NodeId, std::uint64_t> sessions;
    bool frozen = false;
    std::size_t bytes_out = 0;                  // of packets
  };

  World(std::uint64_t seed, const std::vector<NodeId>& ids, const SessionSettings& session, const Weather& weather)
      : dice_(seed), weather_(weather) {
    for (const NodeId id : ids) add(id, id, session);
  }

  // `key`: whose key it holds.
  Node& add(NodeId id, NodeId key, const SessionSettings& session) {
    auto node = std::make_unique<Node>();
    node->id = id;
    node->credentials = std::make_unique<TestCredentials>(key, dice_.roll());
    MeshSettings settings;
    settings.self = {id, "test", "n" + std::to_string(id), 1, address_of(id)};
    settings.session = session;
    node->mesh = std::make_unique<Mesh>(settings, *node->credentials, dice_.roll());
    return *(nodes_[id] = std::move(node));
  }
  void know_each_other() {
    for (auto& [id, node] : nodes_)
      for (auto& [other, unused] : nodes_) node->mesh->add_peer(now_, other, address_of(other));
  }
  static Address address_of(NodeId id) { return {"n", static_cast<std::uint16_t>(id)}; }

  Node& node(NodeId id) { return *nodes_.at(id); }
  Nanoseconds now() const { return now_; }
  Dice& dice() { return dice_; }
  Weather& weather() { return weather_; }
  // Nothing passes from one to the other until open().
  void block(NodeId from, NodeId to) { blocked_.insert({from, to}); }
  void open() { blocked_.clear(); }
  // What is sent from one to the other waits on the way, as behind a radio that is out, until release(); then all of it arrives.
  void hold(NodeId from, NodeId to) { held_.insert({from, to}); }
  void release() {
    held_.clear();
    for (Flying& flying : std::exchange(on_hold_, {})) packets_.emplace(now_ + ms / 2, std::move(flying));
  }
  // The connection of the two ends; both are told.
  void cut(NodeId a, NodeId b) {
    std::erase_if(packets_, [&](const auto& entry) {
      const Flying& flying = entry.second;
      return (flying.from == a && flying.to == b) || (flying.from == b && flying.to == a);
    });
    for (const auto& [at, other] : {std::pair(a, b), std::pair(b, a)}) {
      node(at).mesh->closed(now_, other);
      settle(node(at));
    }
  }
  void freeze(NodeId id) { node(id).frozen = true; }
  void thaw(NodeId id) {
    node(id).frozen = false;
    for (Flying& flying : std::exchange(node_waiting_[id], {})) arrive(flying);
    settle(node(id));
  }
  bool send(NodeId from, NodeId to, Lane lane, Frame frame) {
    const bool taken = node(from).mesh->send(to, lane, std::move(frame));
    settle(node(from));
    return taken;
  }
  bool linked(NodeId a, NodeId b) { return reaches(a, b) && reaches(b, a); }
  bool reaches(NodeId a, NodeId b) { return status(a, b).reachable; }
  PeerStatus status(NodeId at, NodeId of) {
    for (const PeerStatus& row : node(at).mesh->status(now_))
      if (row.id == of) return row;
    return {};
  }

  void run_until(Nanoseconds end) {
    while (now_ < end) {
      Nanoseconds next = end;
      if (!packets_.empty()) next = std::min(next, packets_.begin()->first);
      for (auto& [id, node] : nodes_)
        if (!node->frozen) next = std::min(next, node->mesh->wake_at());
      now_ = std::max(now_ + 1000, next);
      while (!packets_.empty() && packets_.begin()->first <= now_) {
        Flying flying = std::move(packets_.begin()->second);
        packets_.erase(packets_.begin());
        if (node(flying.to).frozen) node_waiting_[flying.to].push_back(std::move(flying));
        else arrive(flying);
      }
      for (auto& [id, node] : nodes_)
        if (!node->frozen && node->mesh->wake_at() <= now_) settle(*node);
    }
  }
  void run_for(Nanoseconds time) { run_until(now_ + time); }

 private:
  struct Flying {
    NodeId from = 0, to = 0;
    Packet packet;
  };

  void arrive(Flying& flying) {
    Node& to = node(flying.to);
    to.mesh->received(now_, flying.from, flying.packet);
    settle(to);
  }

  // A channel is named by the node at its other end.
  void settle(Node& node) {
    node.mesh->tick(now_);
    Mesh::Output out = node.mesh->take(now_);
    for (Mesh::Dial& dial : out.dials) {
      const NodeId to = dial.address.port;
      const bool there = nodes_.contains(to) && !blocked_.contains({node.id, to}) && !blocked_.contains({to, node.id}) && !nodes_.at(to)->frozen;
      if (there) node.mesh->dialed(now_, dial.target, to);
      else node.mesh->dial_failed(now_, dial.target, "nobody answers");
    }
    for (Mesh::Send& send : out.sends) {
      node.bytes_out += send.packet.size();
      if (blocked_.contains({node.id, send.channel}) || !nodes_.contains(send.channel) || dice_.chance(weather_.loss)) continue;
      for (int copies = dice_.chance(weather_.duplicates) ? 2 : 1; copies > 0; --copies) {
        if (held_.contains({node.id, send.channel})) {
          on_hold_.push_back({node.id, send.channel, send.packet});
          continue;
        }
        const auto late = static_cast<Nanoseconds>(dice_.below(static_cast<std::uint64_t>(weather_.delay_max - weather_.delay_min + 1)));
        packets_.emplace(now_ + weather_.delay_min + late, Flying{node.id, send.channel, send.packet});
      }
    }
    for (Mesh::Event& event : out.events) {
      if (event.change) {
        if (event.change->reachable) ++node.sessions[event.change->peer];
        node.changes.push_back({now_, *event.change});
      }
      if (event.arrival)
        node.heard.push_back({event.arrival->from, event.arrival->delivery.lane, std::move(event.arrival->delivery.frame),
                              node.sessions[event.arrival->from], now_});
    }
    for (Mesh::Note& note : out.notes) node.notes.push_back(std::move(note.text));
  }

  Dice dice_;
  Weather weather_;
  Nanoseconds now_ = 1'000'000 * ms;
  std::map<NodeId, std::unique_ptr<Node>> nodes_;
  std::multimap<Nanoseconds, Flying> packets_;
  std::map<NodeId, std::vector<Flying>> node_waiting_;   // for one that is frozen
  std::set<std::pair<NodeId, NodeId>> blocked_, held_;
  std::vector<Flying> on_hold_;
};

}  // namespace tally::cluster
