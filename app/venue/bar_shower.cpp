#include "app/venue/bar_shower.hpp"

#include "app/exit_code.hpp"

namespace tally {

namespace protocol = venue_protocol;

namespace {

constexpr int connect_seconds = 2;

}  // namespace

BarShower::BarShower(const std::string& address, int answer_seconds) {
  try {
    auto socket = LineSocket::connect_tcp(address, connect_seconds);
    if (!socket) throw CommandFailed(exit_not_found, "no venue listens on " + address);
    socket_ = std::move(*socket);
    socket_.give_up_after(answer_seconds);
  } catch (const SocketError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
}

protocol::FromVenue BarShower::ask(const protocol::ToVenue& line) {
  try {
    socket_.write_line(protocol::text_of(line));
    const auto answer = socket_.read_line(LineSocket::line_max);
    if (!answer) throw CommandFailed(exit_busy, "the venue went away");
    protocol::FromVenue said = protocol::read_from_venue(*answer);
    if (const auto* failed = std::get_if<protocol::Failed>(&said)) throw CommandFailed(exit_failed, "the venue: " + failed->error);
    return said;
  } catch (const SocketError& error) {
    throw CommandFailed(exit_busy, error.what());
  } catch (const protocol::BadLine& error) {
    throw CommandFailed(exit_failed, std::string("the venue: ") + error.what());
  }
}

void BarShower::show(std::span<const BarObserved> bars, const std::string& source) {
  const protocol::FromVenue said = ask(protocol::Show{++number_, source, {bars.begin(), bars.end()}});
  const auto* taken = std::get_if<protocol::Taken>(&said);
  if (!taken || taken->number != number_) throw CommandFailed(exit_failed, "the venue answered something else");
  if (!taken->accepted) throw CommandFailed(exit_refused, "the venue refused the bars: " + taken->refusal);
}

Offset BarShower::end() {
  const protocol::FromVenue said = ask(protocol::Ping{});
  const auto* pong = std::get_if<protocol::Pong>(&said);
  if (!pong) throw CommandFailed(exit_failed, "the venue answered something else");
  return pong->number;
}

}  // namespace tally
