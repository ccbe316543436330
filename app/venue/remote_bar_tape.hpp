// The tape of a venue process, asked for over a visitor's connection of its own.
//
// Laws
//  - What was read does not change: on a new connection the last entry that was read is asked for again, and where the venue has
//    another one there, or none, nothing is read from it (TapeUnavailable says so) until it has that entry again.
//  - At most `answer_seconds` pass in a read; a connection that was closed meanwhile is made anew once.
#pragma once

#include <atomic>

#include "app/line_socket.hpp"
#include "app/venue/bar_tape.hpp"

namespace tally {

class RemoteBarTape final : public BarTape {
 public:
  static constexpr int answer_seconds = 5;

  RemoteBarTape(std::string address, Symbol venue) : address_(std::move(address)), venue_(venue) {}
  ~RemoteBarTape() override { stop(); }

  Symbol shard() const override { return venue_; }
  std::optional<Offset> end() override;
  Piece read(Offset from) override;
  void stop() override;

  // The venue has told of its journal up to here. What a node reads ends there, so that no bar is judged before the node has its
  // price.
  void told(Offset end);
  // Its journal ends here, as it says to a new session. Where that is less than it told before, end() says so (TapeUnavailable)
  // until it is not.
  void welcomed(Offset end);
  // Asks the venue for its end, for readers that no session tells. Throws TapeUnavailable.
  void ask_end();

 private:
  struct Answer;

  void connect();
  Answer ask(const std::string& line);
  Answer ask_again(const std::string& line);
  void check_last();

  const std::string address_;
  const Symbol venue_;
  std::atomic<std::int64_t> end_{-1};   // -1: not known
  std::atomic<std::int64_t> lost_{-1};  // what is left of what it told; -1: all
  std::mutex reading_;                  // one reader at a time; over what follows
  EntryPtr last_;                       // that was read
  std::mutex socket_mutex_;             // over the socket's being there, for stop()
  LineSocket socket_;
  bool connected_ = false;
  bool stopped_ = false;
};

}  // namespace tally
