#include "app/venue/remote_bar_tape.hpp"

#include <algorithm>

#include "app/venue/venue_protocol.hpp"
#include "messages/stored.hpp"

namespace tally {

namespace protocol = venue_protocol;

namespace {

constexpr int connect_seconds = 2;

bool same_entry(const Entry& a, const Entry& b) {
  std::vector<std::byte> left, right;
  store_entry(a, left);
  store_entry(b, right);
  return left == right;
}

}  // namespace

struct RemoteBarTape::Answer {
  protocol::FromVenue said;
};

std::optional<Offset> RemoteBarTape::end() {
  const std::int64_t end = end_.load();
  if (const std::int64_t left = lost_.load(); left >= 0)
    throw TapeUnavailable("the venue at " + address_ + " has records up to " + std::to_string(left) + " only, and told of " +
                          std::to_string(end));
  return end < 0 ? std::nullopt : std::optional<Offset>(static_cast<Offset>(end));
}

void RemoteBarTape::told(Offset end) {
  std::int64_t known = end_.load();
  while (known < static_cast<std::int64_t>(end) && !end_.compare_exchange_weak(known, static_cast<std::int64_t>(end))) {
  }
  more();
}

void RemoteBarTape::welcomed(Offset end) {
  const auto has = static_cast<std::int64_t>(end);
  lost_ = has < end_.load() ? has : -1;
  told(end);
}

void RemoteBarTape::stop() {
  std::lock_guard lock(socket_mutex_);
  stopped_ = true;
  if (connected_) socket_.shut_down();
}

void RemoteBarTape::connect() {
  auto socket = LineSocket::connect_tcp(address_, connect_seconds);
  if (!socket) throw TapeUnavailable("no venue listens on " + address_);
  socket->give_up_after(answer_seconds);
  std::lock_guard lock(socket_mutex_);
  if (stopped_) throw TapeUnavailable("stopped");
  socket_ = std::move(*socket);
  connected_ = true;
}

RemoteBarTape::Answer RemoteBarTape::ask(const std::string& line) {
  socket_.write_line(line);
  const auto answer = socket_.read_line(LineSocket::line_max);
  if (!answer) throw SocketError("it went away, or did not answer");
  return {protocol::read_from_venue(*answer)};
}

// A venue closes what was silent for some seconds: that is found out by asking.
RemoteBarTape::Answer RemoteBarTape::ask_again(const std::string& line) {
  const bool was_connected = connected_;
  try {
    if (was_connected) {
      try {
        return ask(line);
      } catch (const SocketError&) {
        std::lock_guard lock(socket_mutex_);
        connected_ = false;
        socket_.close();
      }
    }
    connect();
    check_last();
    return ask(line);
  } catch (const SocketError& error) {
    std::lock_guard lock(socket_mutex_);
    connected_ = false;
    socket_.close();
    throw TapeUnavailable("the venue at " + address_ + ": " + error.what());
  } catch (const protocol::BadLine& error) {
    std::lock_guard lock(socket_mutex_);
    connected_ = false;
    socket_.close();
    throw TapeUnavailable("the venue at " + address_ + " answered something else: " + error.what());
  }
}

void RemoteBarTape::check_last() {
  if (!last_) return;
  const Answer answer = ask(protocol::text_of(protocol::ToVenue(protocol::ReadTape{last_->offset})));
  const auto* taped = std::get_if<protocol::Taped>(&answer.said);
  if (taped && !taped->entries.empty() && same_entry(*taped->entries.front(), *last_)) return;
  std::lock_guard lock(socket_mutex_);
  connected_ = false;
  socket_.close();
  throw TapeUnavailable("the venue at " + address_ + " has another record than before at " + std::to_string(last_->offset) +
                        ": nothing more is read from it");
}

BarTape::Piece RemoteBarTape::read(Offset from) {
  std::lock_guard lock(reading_);
  const Offset end = this->end().value_or(0);
  Piece piece{{}, from - 1};
  if (from > end) return piece;
  const Answer answer = ask_again(protocol::text_of(protocol::ToVenue(protocol::ReadTape{from})));
  if (const auto* failed = std::get_if<protocol::Failed>(&answer.said))
    throw TapeUnavailable("the venue at " + address_ + ": " + failed->error);
  const auto* taped = std::get_if<protocol::Taped>(&answer.said);
  if (!taped || taped->venue != venue_.text())
    throw TapeUnavailable("the venue at " + address_ + " has no tape of " + std::string(venue_.text()));
  for (const EntryPtr& entry : taped->entries) {
    if (entry->offset < from || entry->offset > taped->through)
      throw TapeUnavailable("the venue at " + address_ + " answered entries that were not asked for");
    if (entry->offset > end) break;
    piece.entries.push_back(entry);
  }
  piece.through = std::min(std::max(taped->through, from - 1), end);
  if (piece.through < from)
    throw TapeUnavailable("the venue at " + address_ + " has records up to " + std::to_string(taped->end) + " only, and told of " +
                          std::to_string(end));
  if (!piece.entries.empty()) last_ = piece.entries.back();
  return piece;
}

void RemoteBarTape::ask_end() {
  std::lock_guard lock(reading_);
  const Answer answer = ask_again(protocol::text_of(protocol::ToVenue(protocol::Ping{})));
  const auto* pong = std::get_if<protocol::Pong>(&answer.said);
  if (!pong) throw TapeUnavailable("the venue at " + address_ + " answered something else");
  told(pong->number);
}

}  // namespace tally
