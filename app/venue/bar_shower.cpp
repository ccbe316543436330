#include "app/venue/bar_shower.hpp"

#include "app/exit_code.hpp"
#include "app/venue/venue_protocol.hpp"

namespace tally {

namespace protocol = venue_protocol;

namespace {

constexpr int connect_seconds = 2;
constexpr int answer_seconds = 60;

}  // namespace

BarShower::BarShower(const std::string& address) {
  try {
    auto socket = LineSocket::connect_tcp(address, connect_seconds);
    if (!socket) throw CommandFailed(exit_not_found, "no venue listens on " + address);
    socket_ = std::move(*socket);
    socket_.give_up_after(answer_seconds);
  } catch (const SocketError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
}

void BarShower::show(std::span<const BarObserved> bars, const std::string& source) {
  try {
    socket_.write_line(protocol::text_of(protocol::ToVenue(protocol::Show{++number_, source, {bars.begin(), bars.end()}})));
    const auto line = socket_.read_line(LineSocket::line_max);
    if (!line) throw CommandFailed(exit_busy, "the venue went away");
    const protocol::FromVenue said = protocol::read_from_venue(*line);
    if (const auto* failed = std::get_if<protocol::Failed>(&said))
      throw CommandFailed(exit_failed, "the venue: " + failed->error);
    const auto* taken = std::get_if<protocol::Taken>(&said);
    if (!taken || taken->number != number_) throw CommandFailed(exit_failed, "the venue answered something else");
    if (!taken->accepted) throw CommandFailed(exit_refused, "the venue refused the bars: " + taken->refusal);
  } catch (const SocketError& error) {
    throw CommandFailed(exit_busy, error.what());
  } catch (const protocol::BadLine& error) {
    throw CommandFailed(exit_failed, std::string("the venue: ") + error.what());
  }
}

}  // namespace tally
