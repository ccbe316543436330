// One session with one peer: from the moment both are proven until one side is gone, silent or begins anew. Pure: time,
// packets and frames are its inputs and outputs; the network may lose, duplicate, delay and reorder packets.
//
// Laws
//  - Within a lane frames are delivered in the order in which they were offered, each at most once. Lost is lost: nothing is
//    sent twice. Packets of another epoch change nothing.
//  - What waits and what is sent but not acknowledged is at most waiting_bytes_max; unacknowledged at most window_bytes_max,
//    of which bulk has half, and votes_window_bytes of votes beside it.
//  - Votes leave before anything else, calls and log before bulk.
//  - A peer of which nothing is heard for silence_max ends the session, and so does one that hears nothing from us.
#pragma once

#include <array>
#include <deque>
#include <utility>
#include <vector>

#include "actors/host/cluster/session/outbox.hpp"

namespace tally::cluster {

struct Delivery {
  Lane lane = Lane::votes;
  Frame frame;
};

struct SessionCounters {
  std::uint64_t frames_sent = 0, frames_received = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;        // of packets
  std::uint64_t packets_sent = 0, packets_received = 0;
  std::uint64_t packets_stale = 0;                         // of another epoch, duplicates, or overtaken by a later one
};

class Session {
 public:
  // `epoch`: the same at both ends, and of no other session of the two.
  Session(const SessionSettings& settings, std::uint64_t epoch, Nanoseconds now);

  // False: dropped, by the bounds or because the session is over.
  bool offer(Lane lane, Frame frame);
  void receive(Nanoseconds now, std::string_view packet);
  void tick(Nanoseconds now);
  // Ends it; the peer is told.
  void leave(Nanoseconds now, EndReason reason);

  // What may leave now.
  std::vector<Packet> take_packets(Nanoseconds now);
  std::deque<Delivery> take_deliveries() { return std::exchange(delivered_, {}); }

  EndReason ended() const { return ended_; }
  std::uint64_t epoch() const { return epoch_; }
  // When tick() and take_packets() have something to do, if nothing else comes.
  Nanoseconds wake_at() const;

  Nanoseconds heard_at() const { return heard_; }
  Nanoseconds peer_heard_ago() const { return peer_heard_ago_; }   // as it said last
  Nanoseconds round_trip() const { return round_trip_; }           // 0: not measured yet
  std::size_t window_bytes() const { return window_; }
  std::size_t unacknowledged_bytes() const { return unacknowledged_ + votes_unacknowledged_; }
  std::size_t waiting_bytes() const { return outbox_.bytes() + unacknowledged_bytes(); }
  std::uint64_t dropped(Lane lane) const { return outbox_.dropped(lane); }
  const SessionCounters& counters() const { return counters_; }

 private:
  struct Sent {
    std::uint64_t number = 0;
    std::size_t bytes = 0;
    Nanoseconds at = 0;
  };

  static std::size_t index(Lane lane) { return static_cast<std::size_t>(lane); }
  void awake(Nanoseconds now);
  void hear();
  void receive_frames(std::string_view packet);
  void receive_pulse(std::string_view packet);
  void give_up_on_lost(const Seen& last);
  void acknowledge(const Seen& seen);
  void adapt(Nanoseconds delay, std::size_t bytes);
  bool may_send(Lane lane) const;
  std::size_t chunk_bytes() const;
  Packet frames_packet(Lane lane);
  Packet pulse_packet();

  SessionSettings settings_;
  std::uint64_t epoch_;
  EndReason ended_ = EndReason::none;
  bool farewell_ = false;                    // a Bye is to be sent

  Outbox outbox_;
  std::array<std::uint64_t, lanes> sent_number_{};
  std::array<std::deque<Sent>, lanes> in_flight_;
  std::size_t unacknowledged_ = 0, votes_unacknowledged_ = 0, bulk_unacknowledged_ = 0;
  std::size_t window_;
  Nanoseconds window_cut_at_;

  Seen seen_{};
  Seen announced_{};                         // by the pulse before: what of it is not here with the next one is lost
  std::array<Assembly, lanes> assemblies_;
  std::deque<Delivery> delivered_;
  std::size_t owed_bytes_ = 0;               // received and not yet acknowledged
  Nanoseconds owed_since_ = never;

  Nanoseconds now_;
  Nanoseconds heard_;
  bool excused_ = false;
  Nanoseconds pulse_at_;
  std::uint64_t pulse_number_ = 0, pulse_seen_ = 0;
  Nanoseconds echo_ = 0, echo_at_ = 0;
  Nanoseconds peer_heard_ago_ = 0;
  Nanoseconds round_trip_ = 0;
  SessionCounters counters_;
};

}  // namespace tally::cluster
