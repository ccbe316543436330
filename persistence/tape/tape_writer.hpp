// Records what was seen, in order, on this machine's disk. Not for what must never be lost: that is the journal.
//
// Laws:
//   - A record that append() took is synced within `sync_every_ns` and the time of one write and one sync; what a power cut can
//     take is what was not synced yet. A killed process loses what it had not written: less.
//   - What was synced is there, in order; an offset that was ever given out is never given to another record. After an end that
//     was not in order the next offset lies `offsets_left_out` further on.
//   - append() never waits for the disk. Where its queue or the disk's reserve is full it refuses; what is refused is counted,
//     and the next record that is taken stands behind a FeedReported{dropped} that says how many.
//   - A write or sync that fails is never tried again: from then on everything is refused, and failure() says why.
// One writer a tape. Any thread may append.
#pragma once

#include <memory>

#include "messages/message.hpp"
#include "persistence/tape/segment.hpp"
#include "persistence/tape/tape_keeper.hpp"

namespace tally {

struct TapeOptions {
  std::int64_t sync_every_ns = 10 * ns_per_ms;
  std::uint64_t segment_bytes = std::uint64_t{64} << 20;      // a larger one is sealed
  std::int64_t segment_age_ns = 3'600 * ns_per_s;             // an older one, too
  std::size_t queue_bytes_max = std::size_t{64} << 20;
  std::size_t queue_records_max = 200'000;
  std::uint64_t disk_reserve_bytes = std::uint64_t{512} << 20;
  TapeRetention retention;
};

struct TapeCounters {
  std::uint64_t records = 0;             // taken
  std::uint64_t bytes = 0;               // of them, with their heads
  std::uint64_t dropped_queue_full = 0;
  std::uint64_t dropped_disk_reserve = 0;
  std::uint64_t dropped_too_large = 0;
  std::uint64_t dropped_failed = 0;      // after the disk failed
  std::uint64_t gap_markers = 0;
  std::uint64_t syncs = 0;
  std::int64_t sync_ns_max = 0;
  std::int64_t unsynced_ns_max = 0;      // the longest that a record waited to be synced
  std::uint64_t queue_bytes_high = 0;
  std::uint64_t sealed = 0;              // segments
  std::uint64_t compressed = 0;
  std::uint64_t removed = 0;
};
BOOST_DESCRIBE_STRUCT(TapeCounters, (),
                      (records, bytes, dropped_queue_full, dropped_disk_reserve, dropped_too_large, dropped_failed, gap_markers,
                       syncs, sync_ns_max, unsynced_ns_max, queue_bytes_high, sealed, compressed, removed))

// What the writer found when it opened the tape.
struct TapeOpening {
  Offset next = 1;
  bool in_order = true;                  // closed by its last writer, or new
  std::uint64_t cut_bytes = 0;           // of a record that was being written
  std::optional<TapeDamage> damage;      // of the newest segment, in what was synced: it is left as it is
};

// Another process writes this tape.
struct TapeHeld : TapeError {
  using TapeError::TapeError;
};

class TapeWriter {
 public:
  static constexpr Offset offsets_left_out = 1'000'000;  // more than can ever be given out and not be on the disk

  // Begins a tape where there is nothing. Throws TapeError where the directory is something else or cannot be written, TapeHeld
  // where there is another writer.
  explicit TapeWriter(const std::filesystem::path& tape, const TapeOptions& options = {});
  ~TapeWriter();  // closes
  TapeWriter(const TapeWriter&) = delete;
  TapeWriter& operator=(const TapeWriter&) = delete;

  // The record's offset, or nothing where it was refused. `at` is by the feed's clock; one before the last stands as the last.
  std::optional<Offset> append(const Message& message, Time at);
  // Returns once the queue is at most half full, or the tape failed: for who reads files and can wait.
  void wait_for_room();
  Offset end() const;                    // the last one given out; 0 at first
  Offset synced() const;
  void wait_synced(Offset offset);       // returns at once where the tape failed
  void close();                          // everything synced, the last segment sealed

  const TapeOpening& opening() const;
  TapeCounters counters() const;
  std::string failure() const;           // empty: none

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tally
