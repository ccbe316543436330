// Bounds and times of what goes on between two nodes. docs/cluster-transport.md says what each of them bounds.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tally::cluster {

// Of a clock that never goes back; which one is the caller's business, but it is one clock a node.
using Nanoseconds = std::int64_t;
constexpr Nanoseconds ms = 1'000'000;
constexpr Nanoseconds never = INT64_MAX;

struct SessionSettings {
  // Everything that waits for one peer: frames not yet sent and frames sent but not yet acknowledged, over all lanes.
  std::size_t waiting_bytes_max = 64u << 20;
  std::size_t frame_bytes_max = 32u << 20;     // a larger frame is dropped by the sender, and ends the session at the receiver
  // Unacknowledged at most, votes apart. Between the two it follows how long acknowledgements take.
  std::size_t window_bytes_max = 1u << 20;
  std::size_t window_bytes_min = 64u << 10;
  std::size_t votes_window_bytes = 256u << 10; // votes wait for no other lane's window
  std::size_t chunk_bytes_max = 256u << 10;    // of one packet; a larger frame travels in several
  Nanoseconds delay_wanted = 100 * ms;         // an acknowledgement that takes longer makes the window smaller
  Nanoseconds acknowledge_within = 10 * ms;
  Nanoseconds pulse_every = 200 * ms;
  Nanoseconds silence_max = 1'000 * ms;        // nothing heard for so long: the session is over
};

}  // namespace tally::cluster
