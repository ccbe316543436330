// Frames that wait to be sent to one peer, a queue a lane, bounded in bytes over all of them.
#pragma once

#include <array>
#include <deque>

#include "actors/host/cluster/session/packet.hpp"

namespace tally::cluster {

class Outbox {
 public:
  // What a frame costs beside its bytes, so that many small ones are bounded, too.
  static constexpr std::size_t overhead = 64;

  // Makes room for it among lanes that are worth less (bulk before log and calls before votes), the newest first. False: it
  // does not fit beside `elsewhere` bytes within `bytes_max`, and is dropped.
  bool offer(Lane lane, Frame frame, std::size_t elsewhere, std::size_t bytes_max);

  // Appends records of the lane's next frames to `packet` until it has `bytes_max` bytes or the lane is empty; a frame that
  // does not fit goes on in the next packet. Returns how many frames ended in this packet.
  std::size_t take(Lane lane, Packet& packet, std::size_t bytes_max);

  bool empty(Lane lane) const { return queues_[index(lane)].empty(); }
  std::size_t bytes() const { return bytes_; }
  std::uint64_t dropped(Lane lane) const { return dropped_[index(lane)]; }
  void count_dropped(Lane lane) { ++dropped_[index(lane)]; }
  void clear();   // all that waits is dropped, and counted

 private:
  static std::size_t index(Lane lane) { return static_cast<std::size_t>(lane); }
  void evict(Lane lane, std::size_t wanted);

  std::array<std::deque<Frame>, lanes> queues_;
  std::array<std::size_t, lanes> begun_{};      // bytes of the first frame that were sent
  std::array<std::uint64_t, lanes> dropped_{};
  std::size_t bytes_ = 0;
};

// Puts a lane's records together again.
class Assembly {
 public:
  // All records of a packet. False: not in the grammar, or a frame larger than `frame_bytes_max`.
  bool take(wire::Reader& records, std::size_t frame_bytes_max, std::deque<Frame>& whole);
  // A packet did not arrive: the frame that is half here never will be whole.
  void lost();
  std::size_t bytes() const { return part_.size(); }

 private:
  Frame part_;
  std::size_t total_ = 0;        // of the frame under way; 0: none is
};

}  // namespace tally::cluster
