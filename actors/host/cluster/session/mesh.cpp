#include "actors/host/cluster/session/mesh.hpp"

#include <algorithm>
#include <utility>

namespace tally::cluster {

Mesh::Mesh(const MeshSettings& settings, Credentials& credentials, std::uint64_t seed)
    : settings_(settings), credentials_(credentials), dice_(seed | 1) {}

// ---- whom we know

void Mesh::add_peer(Nanoseconds now, NodeId id, const Address& address) {
  if (id == 0 || id == settings_.self.id) return;
  if (Target* known = target_of(id)) {
    if (known->address == address) return;
    known->address = address;
    return soon(now, *known);
  }
  Target target;
  target.id = id;
  target.address = address;
  const auto link = links_.find(id);
  if (link != links_.end()) target.channel = link->second.channel;
  target.due = now + (settings_.self.id < id ? 0 : settings_.yield);
  targets_.emplace(++last_target_, std::move(target));
}

void Mesh::remove_peer(Nanoseconds now, NodeId id) {
  std::erase_if(targets_, [&](const auto& entry) { return entry.second.id == id; });
  const auto link = links_.find(id);
  if (link == links_.end()) return;
  if (const ChannelId channel = link->second.channel; channel != 0) {
    channels_.at(channel).talk->leave(now);
    look_at(now, channel);
  }
  links_.erase(id);
}

void Mesh::introduce(Nanoseconds now, const Address& address) {
  for (const auto& [id, target] : targets_)
    if (target.address == address) return;
  Target target;
  target.address = address;
  target.due = now;
  targets_.emplace(++last_target_, std::move(target));
}

void Mesh::leave(Nanoseconds now) {
  targets_.clear();
  for (auto& [id, channel] : channels_) {
    channel.talk->leave(now);
    touched_.insert(id);
  }
}

Mesh::Target* Mesh::target_of(NodeId id) {
  for (auto& [number, target] : targets_)
    if (target.id == id) return &target;
  return nullptr;
}

bool Mesh::linked(const Target& target) const {
  const auto link = links_.find(target.id);
  return target.id != 0 && link != links_.end() && link->second.channel != 0;
}

// ---- frames

bool Mesh::send(NodeId to, Lane lane, Frame frame) {
  auto link = links_.find(to);
  if (link == links_.end()) {
    if (!target_of(to)) return false;
    link = links_.emplace(to, Link{}).first;
  }
  if (link->second.channel == 0) {
    ++link->second.dropped[static_cast<std::size_t>(lane)];
    return false;
  }
  touched_.insert(link->second.channel);
  return channels_.at(link->second.channel).talk->offer(lane, std::move(frame));
}

// ---- dialing

Nanoseconds Mesh::pause(unsigned failures) {
  const Nanoseconds whole = std::min(settings_.pause_max, settings_.pause_min << std::min(failures, 20u));
  dice_ ^= dice_ << 13;
  dice_ ^= dice_ >> 7;
  dice_ ^= dice_ << 17;
  return whole - whole / 4 + static_cast<Nanoseconds>(dice_ % static_cast<std::uint64_t>(whole / 2 + 1));
}

void Mesh::failed(Nanoseconds now, Target& target, const std::string& why) {
  target.due = now + pause(target.failures++);
  const std::string who = target.id != 0 ? node_text(target.id) : "?";
  if (target.trouble != why) note(true, "node " + who + " at " + text_of(target.address) + ": " + why);
  target.trouble = why;
}

// Its link just ended, or it gave a sign of life.
void Mesh::soon(Nanoseconds now, Target& target) {
  target.failures = 0;
  target.due = now + pause(0) + (target.id != 0 && settings_.self.id > target.id ? settings_.yield : 0);
}

void Mesh::attempt(Nanoseconds now, TargetId id, Target& target) {
  if (const auto channel = channels_.find(target.channel); channel != channels_.end()) {
    channel->second.target = id;
    channel->second.talk->call(now);
    touched_.insert(target.channel);
    target.due = now + settings_.hello_patience + settings_.pause_max;   // the conversation says earlier what became of it
    return;
  }
  target.channel = 0;
  target.dialing = true;
  out_.dials.push_back({id, target.address});
}

void Mesh::dialed(Nanoseconds now, TargetId id, ChannelId channel) {
  const auto found = targets_.find(id);
  if (found == targets_.end()) {
    if (!channels_.contains(channel)) out_.forgets.push_back(channel);
    return;
  }
  Target& target = found->second;
  target.dialing = false;
  target.channel = channel;
  if (linked(target)) return;
  channel_of(channel);
  attempt(now, id, target);
}

void Mesh::dial_failed(Nanoseconds now, TargetId id, const std::string& why) {
  const auto found = targets_.find(id);
  if (found == targets_.end()) return;
  found->second.dialing = false;
  if (!linked(found->second)) failed(now, found->second, why);
}

// ---- channels

Mesh::Channel& Mesh::channel_of(ChannelId id) {
  Channel& channel = channels_[id];
  if (channel.talk) return channel;
  const auto admits = [this, id](const Party& peer) {
    const auto link = links_.find(peer.id);
    if (link == links_.end() || link->second.channel == 0 || link->second.channel == id) return std::string();
    return "a second claim to node " + node_text(peer.id) + ", which is connected";
  };
  channel.talk = std::make_unique<Conversation>(settings_.self, settings_.session, settings_.hello_patience, credentials_, admits);
  return channel;
}

void Mesh::received(Nanoseconds now, ChannelId id, std::string_view packet) {
  if (!channels_.contains(id) && channels_.size() >= settings_.channels_max) {
    if (!std::exchange(full_, true))
      note(true, "more than " + std::to_string(settings_.channels_max) + " connections: a new one is not heard");
    return out_.forgets.push_back(id);
  }
  channel_of(id).talk->receive(now, packet);
  look_at(now, id);
}

void Mesh::closed(Nanoseconds now, ChannelId id) {
  const auto found = channels_.find(id);
  if (found == channels_.end()) return;
  const bool called = found->second.talk->calling();
  found->second.talk->closed(now);
  look_at(now, id);
  for (auto& [number, target] : targets_) {
    if (target.channel != id) continue;
    target.channel = 0;
    if (called) failed(now, target, "its connection was closed");
  }
  channels_.erase(id);
  touched_.erase(id);
  full_ = false;
}

// What became of a conversation, after each of its inputs.
void Mesh::look_at(Nanoseconds now, ChannelId id) {
  touched_.insert(id);
  Channel& channel = channels_.at(id);
  Conversation& talk = *channel.talk;
  auto happenings = talk.take_happenings();
  // Frames belong to the session that is up, or to the one whose end is told below: ends come first among the happenings.
  const auto deliver = [&](NodeId from) {
    for (Delivery& delivery : talk.take_deliveries()) out_.events.push_back({{}, Arrival{from, std::move(delivery)}});
  };
  for (Happening& happening : happenings) {
    const Party& peer = happening.peer;
    switch (happening.kind) {
      case Happening::Kind::proven: proven(now, id, channel, peer); break;
      case Happening::Kind::ended:
        deliver(peer.id);
        ended(now, happening);
        break;
      case Happening::Kind::refused:
      case Happening::Kind::rebuffed: {
        const bool ours = happening.kind == Happening::Kind::refused;
        const bool answered = !happening.why.starts_with("no answer");
        const std::string why = ours ? "refused: " + happening.why : answered ? "it refuses: " + happening.why : happening.why;
        const auto target = targets_.find(channel.target);
        if (target != targets_.end()) failed(now, target->second, why);
        else if (ours && channel.refused != why) note(true, "a node that says it is " + node_text(peer.id) + " was " + why);
        if (ours) channel.refused = why;
        break;
      }
    }
  }
  if (talk.up()) deliver(talk.peer().id);
}

void Mesh::proven(Nanoseconds now, ChannelId id, Channel& channel, const Party& peer) {
  Link& link = links_[peer.id];
  link.channel = id;
  link.name = peer.name;
  link.address = peer.address;
  link.trouble.clear();
  ++link.sessions;
  out_.events.push_back({Change{peer.id, true}, {}});
  note(false, "node " + node_text(peer.id) + " (" + peer.name + ") is connected");
  if (const auto target = targets_.find(channel.target); target != targets_.end() && target->second.id == 0) {
    if (target_of(peer.id)) targets_.erase(target);   // known already, by another address
    else target->second.id = peer.id;
  } else if (target != targets_.end() && target->second.id != peer.id) {
    failed(now, target->second, "at this address answers node " + node_text(peer.id));
  }
  if (Target* target = target_of(peer.id)) {
    target->channel = id;
    target->failures = 0;
    target->trouble.clear();
  }
}

void Mesh::ended(Nanoseconds now, const Happening& end) {
  const Party& peer = end.peer;
  const auto found = links_.find(peer.id);
  if (found == links_.end()) return;
  Link& link = found->second;
  link.channel = 0;
  link.trouble = end.why;
  for (std::size_t i = 0; i < lanes; ++i) link.dropped[i] += end.dropped[i];
  out_.events.push_back({Change{peer.id, false}, {}});
  const bool planned = end.why == text_of(EndReason::left);
  note(!planned, "node " + node_text(peer.id) + " (" + link.name + ") is not reachable: " + end.why);
  if (Target* target = target_of(peer.id)) soon(now, *target);
}

// ---- time

void Mesh::tick(Nanoseconds now) {
  for (auto& [id, channel] : channels_) {
    if (channel.talk->wake_at() > now) continue;
    channel.talk->tick(now);
    touched_.insert(id);
  }
  for (const ChannelId id : std::set<ChannelId>(touched_)) look_at(now, id);
  for (auto& [id, target] : targets_)
    if (!target.dialing && target.due <= now && !linked(target)) attempt(now, id, target);
}

Nanoseconds Mesh::wake_at() const {
  Nanoseconds at = touched_.empty() && out_.sends.empty() && out_.events.empty() ? never : 0;
  for (const auto& [id, channel] : channels_) at = std::min(at, channel.talk->wake_at());
  for (const auto& [id, target] : targets_)
    if (!target.dialing && !linked(target)) at = std::min(at, target.due);
  return at;
}

Mesh::Output Mesh::take(Nanoseconds now) {
  for (const ChannelId id : touched_) {
    const auto channel = channels_.find(id);
    if (channel == channels_.end()) continue;
    for (Packet& packet : channel->second.talk->take_packets(now)) out_.sends.push_back({id, std::move(packet)});
  }
  touched_.clear();
  return std::exchange(out_, {});
}

void Mesh::note(bool warning, std::string text) { out_.notes.push_back({warning, std::move(text)}); }

std::vector<PeerStatus> Mesh::status(Nanoseconds now) const {
  std::map<NodeId, PeerStatus> rows;
  std::vector<PeerStatus> nameless;
  for (const auto& [id, link] : links_) {
    PeerStatus& row = rows[id];
    row.id = id;
    row.name = link.name;
    row.address = link.address;
    row.sessions = link.sessions;
    row.dropped = link.dropped;
    row.trouble = link.trouble;
    if (link.channel == 0) continue;
    const Session& session = *channels_.at(link.channel).talk->session();
    row.reachable = true;
    row.heard_ago = now - session.heard_at();
    row.heard_us_ago = session.peer_heard_ago();
    row.round_trip = session.round_trip();
    row.waiting_bytes = session.waiting_bytes();
    row.unacknowledged_bytes = session.unacknowledged_bytes();
    row.window_bytes = session.window_bytes();
    row.counters = session.counters();
    for (std::size_t i = 0; i < lanes; ++i) row.dropped[i] += session.dropped(static_cast<Lane>(i));
  }
  for (const auto& [id, target] : targets_) {
    PeerStatus& row = target.id != 0 ? rows[target.id] : nameless.emplace_back();
    row.id = target.id;
    row.known = target.id != 0;
    row.address = target.address;
    if (row.trouble.empty()) row.trouble = target.trouble;
  }
  std::vector<PeerStatus> all = std::move(nameless);
  for (auto& [id, row] : rows) all.push_back(std::move(row));
  return all;
}

}  // namespace tally::cluster
