#include "persistence/tape/tape_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "messages/assert.hpp"
#include "messages/catalog.hpp"
#include "messages/stored.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/disk_reserve.hpp"
#include "persistence/tape/tape_files.hpp"
#include "persistence/tape/tape_reader.hpp"
#include "persistence/watermark.hpp"

namespace tally {

namespace fs = std::filesystem;
using namespace tape_format;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto keep_every = std::chrono::seconds(60);

Time wall_now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

std::string failed(const fs::path& file) { return file.string() + ": " + std::strerror(errno); }

// The identity file, held as long as this lives: one writer a tape.
int hold(const fs::path& tape, bool& fresh) {
  fs::create_directories(tape);
  const fs::path identity = tape_files::identity(tape);
  fresh = !fs::exists(identity);
  if (fresh) {
    if (!fs::is_empty(tape)) throw TapeError(tape.string() + " is not empty and no tape");
    write_file_atomically(identity, tape_files::identity_text);
  }
  require_tape(tape);
  const int file = ::open(identity.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw TapeError(failed(identity));
  // Two that make a tape at once may each have written the file: who holds the one that was replaced holds nothing.
  struct stat held {}, named {};
  const bool locked = ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &held) == 0;
  if (locked && ::stat(identity.c_str(), &named) == 0 && held.st_ino == named.st_ino) return file;
  ::close(file);
  throw TapeHeld(tape.string() + " is written by another process");
}

// Appends to one segment. Throws TapeError where the disk fails.
class SegmentWriter {
 public:
  ~SegmentWriter() {
    if (file_ >= 0) ::close(file_);
  }

  bool open() const { return file_ >= 0; }
  std::uint64_t bytes() const { return open() ? bytes_ : 0; }
  Clock::time_point opened_at() const { return opened_at_; }

  void begin(const fs::path& tape, const SegmentHead& head) {
    path_ = segment_path(tape, head.first, false);
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    if (file_ < 0) throw TapeError(failed(path_));
    first_ = head.first;
    bytes_ = 0;
    opened_at_ = Clock::now();
    sync_directory(tape);
    Bytes bytes;
    append_segment_head(head, bytes);
    write(bytes);
  }

  void go_on(const SegmentFile& segment) {
    path_ = segment.path;
    file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file_ < 0) throw TapeError(failed(path_));
    first_ = segment.first;
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw TapeError(failed(path_));
      bytes_ += static_cast<std::uint64_t>(written);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void sync() {
    if (::fdatasync(file_) != 0) throw TapeError(failed(path_));
  }

  void seal(Offset last, Time last_at, bool closed) {
    Bytes bytes;
    append_seal({last, last_at, last + 1 - first_, wall_now(), closed}, bytes);
    write(bytes);
    sync();
    ::close(std::exchange(file_, -1));
  }

 private:
  fs::path path_;
  int file_ = -1;
  Offset first_ = 0;
  std::uint64_t bytes_ = 0;
  Clock::time_point opened_at_;
};

// Ends a segment that its writer did not: cuts what is not whole, unless it was synced, and seals it.
void end_segment(const SegmentFile& segment, Offset synced, TapeOpening& opening) {
  SegmentReader reader(segment);
  auto step = reader.next();
  while (step == SegmentReader::Step::record) step = reader.next();
  opening.next = std::max(reader.expected(), synced + 1);
  if (step == SegmentReader::Step::seal) {
    opening.in_order = reader.seal().closed;
    return;
  }
  opening.in_order = false;
  if (reader.expected() <= synced || segment.compressed) {
    opening.damage = reader.damage(step == SegmentReader::Step::end ? "it ends before what was synced" : reader.why());
    return;
  }
  opening.cut_bytes = fs::file_size(segment.path) - reader.position();
  if (reader.position() == 0) {  // not even its head
    fs::remove(segment.path);
    return;
  }
  fs::resize_file(segment.path, reader.position());
  SegmentWriter writer;
  writer.go_on(segment);
  writer.seal(reader.expected() - 1, reader.last_at(), false);
}

}  // namespace

void require_tape(const fs::path& directory) {
  std::error_code ignored;
  if (!fs::exists(tape_files::identity(directory), ignored))
    throw TapeError(directory.string() + " is no tape: it has no file TAPE");
  const std::string text = read_file(tape_files::identity(directory));
  if (text != tape_files::identity_text) throw TapeError(directory.string() + " is a tape of another format than 1");
}

struct TapeWriter::State {
  State(const fs::path& where, const TapeOptions& its_options)
      : tape(where),
        options(its_options),
        lock(hold(where, opening.in_order)),
        mark(tape_files::synced(where)),
        reserve(where, options.disk_reserve_bytes) {
    // In the queue, in the hands of the disk's thread (twice, see write_loop), and a marker each.
    TALLY_ASSERT(3 * (options.queue_records_max + 2) < offsets_left_out);
    try {
      open();
    } catch (...) {
      ::close(lock);
      throw;
    }
    disk = std::thread([this] { write_loop(); });
    keeper = std::thread([this] { keep_loop(); });
  }
  ~State() { ::close(lock); }

  void open() {
    auto segments = segments_of(tape);
    if (!segments.empty()) end_segment(segments.back(), mark.read(0), opening);
    segments = segments_of(tape);
    if (!opening.in_order) opening.next += offsets_left_out;
    next = opening.next;
    synced = next - 1;
    if (segments.empty()) return;
    if (const auto seal = seal_of(segments.back())) last_at = seal->last_at;
    else if (const auto head = head_of(segments.back())) last_at = head->began_at;
  }

  // ---- appending: under the mutex

  std::optional<Offset> take(std::uint16_t number, std::uint16_t version, const Bytes& payload, Time at) {
    if (!failure.empty() || stopping) {
      ++counters.dropped_failed;
      return std::nullopt;
    }
    if (payload.size() > payload_max) {
      ++counters.dropped_too_large;
      return refused(4, at);
    }
    const std::size_t size = record_head_size + payload.size();
    if (queued_records >= options.queue_records_max || queue.size() + size > options.queue_bytes_max) {
      ++counters.dropped_queue_full;
      return refused(1, at);
    }
    if (reserve.reached()) {
      ++counters.dropped_disk_reserve;
      return refused(2, at);
    }
    if (refused_since > 0) put_gap_marker(at);
    put({next, std::max(at, last_at), number, version, payload});
    return next - 1;
  }

  std::optional<Offset> refused(int why, Time at) {
    ++refused_since;
    refused_at = at;
    refused_why |= why;
    return std::nullopt;
  }

  void put(const Record& record) {
    if (queue.empty()) {
      queue_first = record.offset;
      queue_first_at = record.at;
      queue_since = Clock::now();
    }
    append_record(record, queue);
    ++queued_records;
    next = record.offset + 1;
    last_at = record.at;
    ++counters.records;
    counters.bytes += record.size();
    reserve.count(record.size());
    counters.queue_bytes_high = std::max<std::uint64_t>(counters.queue_bytes_high, queue.size());
  }

  // What was refused since the last record stands on the tape in front of the next one.
  void put_gap_marker(Time at) {
    at = std::max(at, last_at);
    FeedReported marker;
    marker.received_at = at;
    marker.event = FeedEvent::dropped;
    marker.count = refused_since;
    marker.detail = refused_why == 1   ? "the tape's queue was full"
                    : refused_why == 2 ? "the disk's reserve was reached"
                                       : "the tape could not take them";
    Bytes payload;
    store_message(marker, payload);
    put({next, at, FeedReported::about.number, FeedReported::about.version, payload});
    ++counters.gap_markers;
    refused_since = 0;
    refused_why = 0;
  }

  // ---- the disk's thread

  // What is unsynced is at most what came in one interval, and no more than the queue holds: then it is synced sooner.
  bool sync_is_due() const {
    return Clock::now() >= synced_at + std::chrono::nanoseconds(options.sync_every_ns) ||
           unsynced_records >= options.queue_records_max;
  }

  void write_loop() {
    std::unique_lock held(mutex);
    while (true) {
      const auto ready = [&] { return stopping || !queue.empty(); };
      if (unsynced_records > 0) work.wait_until(held, synced_at + std::chrono::nanoseconds(options.sync_every_ns), ready);
      else work.wait(held, ready);
      const bool last = stopping && queue.empty();
      written.clear();
      std::swap(queue, written);
      const Batch batch{queue_first, next - 1, queue_first_at, last_at};
      if (!written.empty() && unsynced_records == 0) unsynced_since = queue_since;
      unsynced_records += std::exchange(queued_records, 0);
      held.unlock();
      progress.notify_all();
      bool now_synced = false;
      std::string why;
      try {
        if (!written.empty()) write(batch);
        if (unsynced_records > 0 && (last || sync_is_due())) now_synced = sync();
        if (last && segment.open()) seal(true);
      } catch (const std::exception& error) {
        why = error.what();
      }
      held.lock();
      counters.sealed = sealed;
      if (now_synced) finish_sync();
      if (why.empty() && !last) continue;
      failure = why;
      queue.clear();
      break;
    }
    ended = true;
    progress.notify_all();
  }

  struct Batch {
    Offset first, until;
    Time first_at, until_at;
  };

  void write(const Batch& batch) {
    const bool old = segment.open() && Clock::now() - segment.opened_at() >= std::chrono::nanoseconds(options.segment_age_ns);
    if (old || segment.bytes() >= options.segment_bytes) seal(false);
    if (!segment.open()) segment.begin(tape, {batch.first, batch.first_at});
    segment.write(written);
    written_until = batch.until;
    written_at = batch.until_at;
  }

  void seal(bool closed) {
    segment.seal(written_until, written_at, closed);
    mark.raise(0, written_until);
    ++sealed;
  }

  bool sync() {
    const auto began = Clock::now();
    segment.sync();
    mark.raise(0, written_until);
    synced_at = Clock::now();
    sync_took = std::chrono::nanoseconds(synced_at - began).count();
    unsynced_records = 0;
    return true;
  }

  void finish_sync() {
    synced = written_until;
    ++counters.syncs;
    counters.sync_ns_max = std::max(counters.sync_ns_max, sync_took);
    const std::int64_t waited = std::chrono::nanoseconds(synced_at - unsynced_since).count();
    counters.unsynced_ns_max = std::max(counters.unsynced_ns_max, waited);
    counters.sealed = sealed;
    progress.notify_all();
  }

  // ---- the keeper's thread

  void keep_loop() {
    const bool anything = options.retention.compress_after_ns || options.retention.keep_ns || options.retention.keep_bytes;
    std::unique_lock held(mutex);
    while (anything && !ended && !stopping) {
      held.unlock();
      KeepReport report;
      try {
        report = keep_tape(tape, options.retention, wall_now(), [this] { return !leaving.load(); });
      } catch (const std::exception&) {  // a directory that cannot be read fails the writing, too
      }
      held.lock();
      counters.removed += report.removed;
      counters.compressed += report.compressed;
      progress.wait_for(held, keep_every, [&] { return stopping || ended; });
    }
  }

  void close() {
    {
      std::lock_guard held(mutex);
      if (refused_since > 0 && failure.empty()) put_gap_marker(refused_at);
      stopping = true;
      leaving = true;
    }
    work.notify_all();
    progress.notify_all();
    if (disk.joinable()) disk.join();
    if (keeper.joinable()) keeper.join();
  }

  const fs::path tape;
  const TapeOptions options;
  TapeOpening opening;  // a tape without a segment is in order where it is made now: else its offsets may have been given out
  const int lock;
  Watermark mark;
  DiskReserve reserve;

  std::mutex mutex;
  std::condition_variable work, progress;
  // Under the mutex.
  Bytes queue;
  std::size_t queued_records = 0;
  Offset next = 1, queue_first = 1, synced = 0;
  Time last_at{INT64_MIN}, queue_first_at;
  Clock::time_point queue_since;
  std::uint64_t refused_since = 0;
  Time refused_at;
  int refused_why = 0;
  bool stopping = false, ended = false;
  TapeCounters counters;
  std::string failure;
  // Of the disk's thread.
  SegmentWriter segment;
  Bytes written;
  Offset written_until = 0;
  Time written_at;
  std::size_t unsynced_records = 0;
  std::uint64_t sealed = 0;
  Clock::time_point synced_at = Clock::now(), unsynced_since;
  std::int64_t sync_took = 0;

  std::atomic<bool> leaving{false};
  std::thread disk, keeper;
};

TapeWriter::TapeWriter(const fs::path& tape, const TapeOptions& options) : state_(std::make_unique<State>(tape, options)) {}

TapeWriter::~TapeWriter() { close(); }

std::optional<Offset> TapeWriter::append(const Message& message, Time at) {
  thread_local Bytes payload;
  payload.clear();
  store_message(message, payload);
  const Opaque* unknown = std::get_if<Opaque>(&message);
  const About& about = row_of(message).about;
  std::optional<Offset> taken;
  {
    std::lock_guard held(state_->mutex);
    taken = unknown ? state_->take(unknown->number, unknown->version, payload, at)
                    : state_->take(about.number, about.version, payload, at);
  }
  state_->work.notify_one();
  return taken;
}

void TapeWriter::wait_for_room() {
  std::unique_lock held(state_->mutex);
  state_->progress.wait(held, [&] {
    return state_->ended || (state_->queued_records <= state_->options.queue_records_max / 2 &&
                             state_->queue.size() <= state_->options.queue_bytes_max / 2);
  });
}

Offset TapeWriter::end() const {
  std::lock_guard held(state_->mutex);
  return state_->next - 1;
}

Offset TapeWriter::synced() const {
  std::lock_guard held(state_->mutex);
  return state_->synced;
}

void TapeWriter::wait_synced(Offset offset) {
  std::unique_lock held(state_->mutex);
  state_->progress.wait(held, [&] { return state_->synced >= offset || state_->ended || !state_->failure.empty(); });
}

void TapeWriter::close() { state_->close(); }

const TapeOpening& TapeWriter::opening() const { return state_->opening; }

TapeCounters TapeWriter::counters() const {
  std::lock_guard held(state_->mutex);
  return state_->counters;
}

std::string TapeWriter::failure() const {
  std::lock_guard held(state_->mutex);
  return state_->failure;
}

}  // namespace tally
