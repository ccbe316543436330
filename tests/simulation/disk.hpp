// A disk that tells the truth about syncs and loses, in every way it may, what was not synced.
#pragma once

#include <deque>

#include "tests/consensus/disk_image.hpp"
#include "tests/simulation/dice.hpp"

namespace tally::simulation {

struct Image {
  consensus::Stored stored;
  std::uint64_t sequence = 0;  // of the last write in it
};

class Disk {
 public:
  void write(consensus::Persist persist) { unsynced_.push_back({++sequence_, std::move(persist)}); }
  bool idle() const { return unsynced_.empty(); }
  std::size_t waiting() const { return unsynced_.size(); }

  // The first `count` writes are durable. Answers the last one's ticket.
  consensus::Ticket sync(std::size_t count) {
    consensus::Ticket ticket = 0;
    for (; count > 0 && !unsynced_.empty(); --count) {
      consensus::write(image_.stored, unsynced_.front().persist);
      image_.sequence = watermark_ = unsynced_.front().sequence;
      ticket = unsynced_.front().persist.ticket;
      unsynced_.pop_front();
    }
    return ticket;
  }

  // One log has one order: what survives of the unsynced writes is a prefix, and a torn one counts as gone.
  void crash(std::size_t survivors) {
    for (; survivors > 0 && !unsynced_.empty(); --survivors) {
      consensus::write(image_.stored, unsynced_.front().persist);
      image_.sequence = unsynced_.front().sequence;
      unsynced_.pop_front();
    }
    unsynced_.clear();
  }

  void remember() { older_ = image_; }
  // An older copy is restored: what was reported durable is gone. False where nothing would be lost.
  bool roll_back() {
    if (!older_ || older_->sequence >= watermark_) return false;
    image_ = *older_;
    unsynced_.clear();
    return true;
  }
  void wipe() { *this = {}; }

  // The second record of what was reported durable is ahead of what is here.
  bool lost() const { return image_.sequence < watermark_; }
  const consensus::Stored& stored() const { return image_.stored; }
  void found(consensus::Stored stored) { image_.stored = std::move(stored); }

 private:
  struct Unsynced {
    std::uint64_t sequence;
    consensus::Persist persist;
  };
  Image image_;
  std::optional<Image> older_;
  std::deque<Unsynced> unsynced_;
  std::uint64_t sequence_ = 0;
  std::uint64_t watermark_ = 0;
};

}  // namespace tally::simulation
