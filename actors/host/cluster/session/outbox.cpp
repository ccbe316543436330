#include "actors/host/cluster/session/outbox.hpp"

#include <algorithm>

namespace tally::cluster {
namespace {

constexpr std::uint64_t first_bit = 1, last_bit = 2;
constexpr std::size_t record_head_max = 20;   // two varints

// What is worth more stays longer.
int worth(Lane lane) { return lane == Lane::votes ? 2 : lane == Lane::bulk ? 0 : 1; }

}  // namespace

bool Outbox::offer(Lane lane, Frame frame, std::size_t elsewhere, std::size_t bytes_max) {
  const std::size_t cost = frame.size() + overhead;
  if (elsewhere + cost <= bytes_max) {
    for (const Lane other : {Lane::bulk, Lane::log, Lane::calls}) {
      const std::size_t needed = bytes_ + elsewhere + cost;
      if (needed <= bytes_max) break;
      if (worth(other) < worth(lane)) evict(other, needed - bytes_max);
    }
  }
  if (bytes_ + elsewhere + cost > bytes_max) {
    count_dropped(lane);
    return false;
  }
  bytes_ += cost;
  queues_[index(lane)].push_back(std::move(frame));
  return true;
}

// A frame that is under way already is not taken back: its beginning would never end.
void Outbox::evict(Lane lane, std::size_t wanted) {
  auto& queue = queues_[index(lane)];
  const std::size_t kept = begun_[index(lane)] > 0 ? 1 : 0;
  for (std::size_t freed = 0; queue.size() > kept && freed < wanted; queue.pop_back()) {
    const std::size_t cost = queue.back().size() + overhead;
    freed += cost;
    bytes_ -= cost;
    count_dropped(lane);
  }
}

std::size_t Outbox::take(Lane lane, Packet& packet, std::size_t bytes_max) {
  auto& queue = queues_[index(lane)];
  std::size_t& begun = begun_[index(lane)];
  std::size_t ended = 0;
  while (!queue.empty() && packet.size() + record_head_max < bytes_max) {
    const Frame& frame = queue.front();
    const std::size_t left = frame.size() - begun;
    const std::size_t room = bytes_max - packet.size() - record_head_max;
    // A frame that fits into a packet of its own waits for it.
    if (begun == 0 && left > room && ended > 0) break;
    const std::size_t part = std::min(left, room);
    const bool first = begun == 0, last = part == left;
    wire::append_varint(packet, static_cast<std::uint64_t>(part) << 2 | (first ? first_bit : 0) | (last ? last_bit : 0));
    if (first && !last) wire::append_varint(packet, frame.size());
    packet += wire::text_of(std::span(frame).subspan(begun, part));
    begun += part;
    bytes_ -= part;
    if (!last) break;
    bytes_ -= overhead;
    queue.pop_front();
    begun = 0;
    ++ended;
  }
  return ended;
}

void Outbox::clear() {
  for (std::size_t i = 0; i < lanes; ++i) {
    dropped_[i] += queues_[i].size();
    queues_[i].clear();
    begun_[i] = 0;
  }
  bytes_ = 0;
}

bool Assembly::take(wire::Reader& records, std::size_t frame_bytes_max, std::deque<Frame>& whole) {
  while (!records.at_end()) {
    const std::uint64_t head = records.varint();
    const bool first = head & first_bit, last = head & last_bit;
    const std::uint64_t size = head >> 2;
    const std::uint64_t total = first ? (last ? size : records.varint()) : total_;
    const std::string_view part = records.take(size);
    if (!records.ok() || total > frame_bytes_max) return false;
    if (first) {
      if (total_ > 0) return false;   // the one before never ended
      if (!last && total <= size) return false;
      part_.clear();
      total_ = last ? 0 : total;
    } else if (total_ == 0) {
      continue;                       // the rest of a frame whose beginning was lost
    }
    const auto bytes = wire::bytes_of(part);
    if (first && last) {
      whole.emplace_back(bytes.begin(), bytes.end());
      continue;
    }
    if (part_.size() + bytes.size() > total_) return false;
    part_.insert(part_.end(), bytes.begin(), bytes.end());
    if (!last) continue;
    if (part_.size() != total_) return false;
    whole.push_back(std::move(part_));
    part_ = {};
    total_ = 0;
  }
  return records.ok();
}

void Assembly::lost() {
  part_ = {};
  total_ = 0;
}

}  // namespace tally::cluster
