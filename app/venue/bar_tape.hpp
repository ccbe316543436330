// The bars that a venue recorded, in its order, with a cursor: what strategies, tables and paper accounts read, wherever the
// venue is.
// Two sources: the venue's shard in this node's journal (journal_bar_tape.hpp), and a venue process that is asked for it
// (remote_bar_tape.hpp).
//
// Laws
//  - Read from `from` to the end, piece by piece, the entries are the same whoever reads and however often: those of the venue's
//    journal that hold bars or say what the venue is like, with their offsets, moments and producers.
//  - A piece is bounded; what is read was durable at the venue.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "persistence/journal.hpp"

namespace tally {

// The source cannot be read now; why, in one line. To be tried again.
struct TapeUnavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class BarTape {
 public:
  struct Piece {
    std::vector<EntryPtr> entries;
    Offset through = 0;    // everything up to here was looked at; from - 1 only where there is nothing more
  };

  virtual ~BarTape() = default;

  virtual Symbol shard() const = 0;                  // of the venue; intents name the tape by it
  // What may be read by now; nothing: not known yet. Never waits. Throws TapeUnavailable where the venue lost what it told.
  virtual std::optional<Offset> end() = 0;
  virtual Piece read(Offset from) = 0;               // throws TapeUnavailable; never beyond end()
  virtual void stop() {}                             // ends a read that waits; from any thread

  // Called where end() may have risen, by one listener at most; from any thread, briefly.
  void listen(std::function<void()> call) {
    std::lock_guard lock(listener_mutex_);
    listener_ = std::move(call);
  }
  void more() {
    std::lock_guard lock(listener_mutex_);
    if (listener_) listener_();
  }

 private:
  std::mutex listener_mutex_;
  std::function<void()> listener_;
};

// Takes everything from `from` up to the end as it was at the call. Returns where to go on; throws TapeUnavailable.
template <class Visit>
Offset read_tape(BarTape& tape, Offset from, Visit visit) {
  const auto end = tape.end();
  if (!end) throw TapeUnavailable("the venue has not said so far what it recorded");
  while (from <= *end) {
    const BarTape::Piece piece = tape.read(from);
    for (const EntryPtr& entry : piece.entries) visit(*entry);
    if (piece.through < from) break;
    from = piece.through + 1;
  }
  return from;
}

// What a tape has of `entry`: its bars and the venue's settings; nothing where there are none.
EntryPtr taped_part_of(const EntryPtr& entry);

// The next piece of the venue's journal, up to `end`.
BarTape::Piece taped_piece(const Journal& journal, Symbol venue, Offset from, Offset end);

}  // namespace tally
