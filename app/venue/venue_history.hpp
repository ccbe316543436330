// What happened at a venue's door, in its own words: one JSON object a line, appended to a file and never changed.
//
// Every order that arrives is written before it is handed in: the same one again, too, and one that came by a session which was
// no longer its account's. What is written survives this process at once, and this machine's power within sync_ms.
// A failed write or sync ends the process, as it does for a journal: a witness that forgets is none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "messages/ids.hpp"

namespace tally {

// order: an OrderCommanded arrived. cancel, ask: the other two. connection: a login and its end.
enum class VenueSight : std::uint8_t { started, login, logout, kicked, order, cancel, ask, bad_line, cut_off };
BOOST_DESCRIBE_ENUM(VenueSight, started, login, logout, kicked, order, cancel, ask, bad_line, cut_off)

struct VenueHistoryLine {
  VenueSight what = VenueSight::started;
  std::int64_t at_ns = 0;          // the machine's wall clock
  std::int64_t monotonic_ns = 0;   // CLOCK_MONOTONIC: comparable with other processes of this machine
  std::uint64_t session = 0;       // 0: none
  std::string account;
  std::string node;
  std::uint64_t term = 0;
  std::string order;               // client order id
  std::string text;                // of an order: side, quantity and product; else why
  bool fenced = false;             // it came by a session that another login had ended: not handed in
};
BOOST_DESCRIBE_STRUCT(VenueHistoryLine, (), (what, at_ns, monotonic_ns, session, account, node, term, order, text, fenced))

class VenueHistory {
 public:
  static constexpr int sync_ms = 100;

  explicit VenueHistory(const std::filesystem::path& file);  // throws std::system_error
  ~VenueHistory();
  VenueHistory(const VenueHistory&) = delete;
  VenueHistory& operator=(const VenueHistory&) = delete;

  // Stamped here. Returns when it is written, not synced.
  void add(VenueHistoryLine line);

 private:
  void sync_until_stopped();

  int fd_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool unsynced_ = false;
  bool stopping_ = false;
  std::thread syncer_;
};

// In the order in which they were written; none where there is no file. A last line without its end was never whole, and is
// left out. Throws std::runtime_error, with the line's number, on any other that cannot be read.
std::vector<VenueHistoryLine> read_venue_history(const std::filesystem::path& file);

}  // namespace tally
