// Packets between processes. A way is a TCP connection: its packets keep their order and wait out a partition, or are lost with the
// connection; some worlds are rougher than that.
#include "tests/cluster_simulation/cluster_world.hpp"

namespace tally::cluster_simulation {

void ClusterWorld::send(Machine& from, cluster::ChannelId channel, cluster::Packet packet) {
  const std::size_t a = index_of(from);
  const Life life = from.process->life;
  ways_.insert({life, channel});
  const std::size_t b = lived_at_[channel];
  Nanoseconds takes = dice_.between(50, 1'000) * us;
  int copies = 1;
  if (!healed_) {
    if (dice_.chance(plan_.loss)) return;
    if (dice_.chance(plan_.duplicates)) copies = 2;
    if (dice_.chance(plan_.late)) takes = dice_.between(5, 300) * ms;
    if (blocked(a, b)) {
      if (dice_.chance(500)) return;
      takes += blocked_until_[a][b] - now_;
    }
  }
  for (; copies > 0; --copies) {
    Nanoseconds at = now_ + takes;
    if (!plan_.datagrams || healed_) at = last_packet_[a][b] = std::max(at, last_packet_[a][b]) + 1;
    schedule(at - now_, What::packet, b, mail_.put({life, channel, packet}));
  }
}

void ClusterWorld::dial(Machine& from, const cluster::Mesh::Dial& dial) {
  const std::size_t a = index_of(from), b = dial.address.port - 1u;
  const bool reached = b < machines_.size() && !blocked(a, b) && !blocked(b, a) && machines_[b].up();
  schedule(reached ? dice_.between(100, 2'000) * us : dice_.between(1, 300) * ms, What::dialed, a, dial.target << 16 | (reached ? b : 0xFFFF));
}

}  // namespace tally::cluster_simulation
