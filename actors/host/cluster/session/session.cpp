#include "actors/host/cluster/session/session.hpp"

#include <algorithm>

#include "persistence/replication/mutations.hpp"

namespace tally::cluster {

using replication::Defect;
using replication::defective;

Session::Session(const SessionSettings& settings, std::uint64_t epoch, Nanoseconds now)
    : settings_(settings), epoch_(epoch), window_(std::clamp(settings.window_bytes_max / 4, settings.window_bytes_min, settings.window_bytes_max)),
      window_cut_at_(now), now_(now), heard_(now), pulse_at_(now) {}

// Whoever was away itself does not judge the others at once: what they sent meanwhile may be waiting unread. Once: then it
// either hears them or does not.
void Session::awake(Nanoseconds now) {
  const Nanoseconds enough = settings_.silence_max / 2;
  if (now - now_ > enough && now - heard_ > enough && !std::exchange(excused_, true)) heard_ = now - enough;
  now_ = std::max(now_, now);
}

void Session::hear() {
  heard_ = now_;
  excused_ = false;
}

bool Session::offer(Lane lane, Frame frame) {
  if (ended_ != EndReason::none || frame.size() > settings_.frame_bytes_max) {
    outbox_.count_dropped(lane);
    return false;
  }
  return outbox_.offer(lane, std::move(frame), unacknowledged_bytes(), settings_.waiting_bytes_max);
}

void Session::receive(Nanoseconds now, std::string_view packet) {
  awake(now);
  if (ended_ != EndReason::none || epoch_of(packet) != epoch_) {
    ++counters_.packets_stale;
    return;
  }
  ++counters_.packets_received;
  counters_.bytes_received += packet.size();
  switch (*kind_of(packet)) {
    case PacketKind::frames: return receive_frames(packet);
    case PacketKind::pulse: return receive_pulse(packet);
    case PacketKind::bye: {
      const auto bye = read_bye(packet);
      outbox_.clear();
      // Its silence is our not being heard.
      ended_ = !bye ? EndReason::broken : bye->reason == EndReason::silent ? EndReason::unheard : bye->reason;
      if (ended_ == EndReason::none) ended_ = EndReason::left;
      return;
    }
    default: return;
  }
}

void Session::receive_frames(std::string_view packet) {
  wire::Reader reader(packet);
  const auto head = read_frames_head(reader);
  if (!head) return leave(now_, EndReason::broken);
  std::uint64_t& seen = seen_[index(head->lane)];
  if (head->number <= seen && !defective(Defect::takes_packets_twice)) {
    ++counters_.packets_stale;
    return;
  }
  Assembly& assembly = assemblies_[index(head->lane)];
  if (head->number != seen + 1) assembly.lost();
  seen = head->number;
  hear();
  acknowledge(head->seen);
  std::deque<Frame> whole;
  if (!assembly.take(reader, settings_.frame_bytes_max, whole)) return leave(now_, EndReason::broken);
  counters_.frames_received += whole.size();
  for (Frame& frame : whole) delivered_.push_back({head->lane, std::move(frame)});
  owed_bytes_ += packet.size();
  owed_since_ = std::min(owed_since_, now_);
}

void Session::receive_pulse(std::string_view packet) {
  const auto pulse = read_pulse(packet);
  if (!pulse) return leave(now_, EndReason::broken);
  if (pulse->number <= pulse_seen_) {
    ++counters_.packets_stale;
    return;
  }
  pulse_seen_ = pulse->number;
  hear();
  acknowledge(pulse->seen);
  give_up_on_lost(pulse->last);
  echo_ = pulse->sent;
  echo_at_ = now_;
  peer_heard_ago_ = pulse->heard_ago;
  // The other side's numbers: what cannot be is not taken.
  const bool echoes = pulse->echo > 0 && pulse->echo <= now_ && pulse->held >= 0 && pulse->held <= now_ - pulse->echo;
  if (echoes) round_trip_ = std::max<Nanoseconds>(now_ - pulse->echo - pulse->held, 1);
  if (pulse->heard_ago >= settings_.silence_max) leave(now_, EndReason::unheard);
}

// Else the sender's window would stay full for ever after a loss. One pulse of patience, for what was overtaken.
void Session::give_up_on_lost(const Seen& last) {
  for (std::size_t i = 0; i < lanes; ++i) {
    if (seen_[i] < announced_[i]) {
      assemblies_[i].lost();
      seen_[i] = announced_[i];
      owed_since_ = std::min(owed_since_, now_);
    }
    announced_[i] = last[i];
  }
}

void Session::acknowledge(const Seen& seen) {
  for (std::size_t i = 0; i < lanes; ++i) {
    auto& flight = in_flight_[i];
    std::size_t bytes = 0;
    Nanoseconds newest = 0;
    for (; !flight.empty() && flight.front().number <= seen[i]; flight.pop_front()) {
      bytes += flight.front().bytes;
      newest = flight.front().at;
    }
    if (bytes == 0) continue;
    if (static_cast<Lane>(i) == Lane::votes) {
      votes_unacknowledged_ -= bytes;
      continue;
    }
    unacknowledged_ -= bytes;
    if (static_cast<Lane>(i) == Lane::bulk) bulk_unacknowledged_ -= bytes;
    adapt(now_ - newest, bytes);
  }
}

// A slow link shows as acknowledgements that take long: then less is on its way at once, so that votes, which share the
// connection below, do not wait behind it.
void Session::adapt(Nanoseconds delay, std::size_t bytes) {
  if (delay <= settings_.delay_wanted) {
    window_ = std::min(settings_.window_bytes_max, window_ + bytes);
  } else if (now_ - window_cut_at_ >= settings_.delay_wanted) {
    window_ = std::max(settings_.window_bytes_min, window_ / 4 * 3);
    window_cut_at_ = now_;
  }
}

void Session::tick(Nanoseconds now) {
  awake(now);
  if (ended_ == EndReason::none && now_ - heard_ >= settings_.silence_max) leave(now, EndReason::silent);
}

void Session::leave(Nanoseconds now, EndReason reason) {
  awake(now);
  if (ended_ != EndReason::none) return;
  ended_ = reason;
  farewell_ = true;
  outbox_.clear();
}

std::size_t Session::chunk_bytes() const { return std::clamp<std::size_t>(window_ / 4, frames_head_bytes + 64, settings_.chunk_bytes_max); }

bool Session::may_send(Lane lane) const {
  if (outbox_.empty(lane)) return false;
  if (lane == Lane::votes) return votes_unacknowledged_ < settings_.votes_window_bytes;
  if (unacknowledged_ == 0) return true;
  if (unacknowledged_ + chunk_bytes() > window_) return false;
  return lane != Lane::bulk || bulk_unacknowledged_ == 0 || bulk_unacknowledged_ + chunk_bytes() <= window_ / 2;
}

Packet Session::frames_packet(Lane lane) {
  Packet packet;
  write_head(packet, {epoch_, lane, ++sent_number_[index(lane)], seen_});
  counters_.frames_sent += outbox_.take(lane, packet, chunk_bytes());
  in_flight_[index(lane)].push_back({sent_number_[index(lane)], packet.size(), now_});
  (lane == Lane::votes ? votes_unacknowledged_ : unacknowledged_) += packet.size();
  if (lane == Lane::bulk) bulk_unacknowledged_ += packet.size();
  owed_bytes_ = 0;
  owed_since_ = never;
  return packet;
}

Packet Session::pulse_packet() {
  owed_bytes_ = 0;
  owed_since_ = never;
  return written(Pulse{epoch_, ++pulse_number_, seen_, sent_number_, now_, echo_, echo_ == 0 ? 0 : now_ - echo_at_, now_ - heard_});
}

std::vector<Packet> Session::take_packets(Nanoseconds now) {
  awake(now);
  std::vector<Packet> packets;
  if (ended_ != EndReason::none) {
    if (farewell_) packets.push_back(written(Bye{epoch_, ended_}));
    farewell_ = false;
  } else {
    while (may_send(Lane::votes)) packets.push_back(frames_packet(Lane::votes));
    for (bool more = true; more;) {
      more = false;
      for (const Lane lane : {Lane::calls, Lane::log}) {   // by turns: neither starves the other
        if (!may_send(lane)) continue;
        packets.push_back(frames_packet(lane));
        more = true;
      }
    }
    while (may_send(Lane::bulk)) packets.push_back(frames_packet(Lane::bulk));
    const bool owed = owed_bytes_ >= settings_.window_bytes_min / 2 || (owed_since_ != never && now_ - owed_since_ >= settings_.acknowledge_within);
    if (owed || now_ >= pulse_at_) {
      if (now_ >= pulse_at_) pulse_at_ = now_ + settings_.pulse_every;
      packets.insert(packets.begin(), pulse_packet());
    }
  }
  counters_.packets_sent += packets.size();
  for (const Packet& packet : packets) counters_.bytes_sent += packet.size();
  return packets;
}

Nanoseconds Session::wake_at() const {
  if (ended_ != EndReason::none) return farewell_ ? now_ : never;
  const Nanoseconds owed = owed_since_ == never ? never : owed_since_ + settings_.acknowledge_within;
  return std::min({pulse_at_, heard_ + settings_.silence_max, owed});
}

}  // namespace tally::cluster
