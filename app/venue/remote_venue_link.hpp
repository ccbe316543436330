// The venue port towards a venue process: an account's orders out over a socket, its reports and bars in.
//
// Laws
//  - An order is written only where may_act() says yes right before the write and the last hop's cap admits it. What was not
//    written is reported as refused locally: proof that it never left.
//  - What is not on the other machine within send_ms after may_act() was asked is cut off with the connection: an order does
//    not arrive long after the right to send it has ended.
//  - An order that was written and not answered when the connection ends is reported as ambiguous, once; it is never written
//    again. So is a question: it is answered as incomplete.
//  - While there is no connection, what is performed waits order_wait_ms, then it is refused; at most waiting_max wait.
//  - After every login the reports from the last one on that the account took are asked for, its own included (execution ids
//    tell repeats), and a reconciliation is requested.
//  - A login ends the session of whoever spoke for the account before; so none is tried while may_act() says no.
//
// Pauses between attempts double from 50 ms to 2 s, with jitter; a session that another login ended waits 2 s.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "actors/host/live/node.hpp"
#include "app/venue/send_cap.hpp"
#include "app/venue/venue_port.hpp"

namespace tally {

struct RemoteVenueOptions {
  std::string address;                                   // HOST:PORT
  AccountId account;
  Symbol venue;                                          // names the producer of its reports
  std::string node;                                      // who speaks for the account
  bool cancel_on_disconnect = false;
  SendCap::Settings cap;
  std::function<bool()> may_act;                         // asked right before every write; none: always
  std::function<std::uint64_t()> term;                   // of the leadership; none: 0
  std::function<std::optional<Money>(const OrderCommanded&)>
      worth;  // notional at the present price; none where there is no price
  std::function<void(std::span<const BarObserved>)> show;            // bars that the venue was shown, on a thread of the link
  std::function<void(Offset)> told;                      // everything that the venue recorded up to this number was passed on
  std::function<void(Offset)> welcomed;                  // its records end there; as told
};

class RemoteVenueLink final : public VenuePort {
 public:
  static constexpr std::size_t waiting_max = 4'096;
  static constexpr std::size_t delivering_max = 1'024;   // reports handed in and not yet durable; then reading waits
  static constexpr int order_wait_ms = 2'000;
  static constexpr int send_ms = 50;                     // no more than consensus::LeaseSettings::send_max

  // `node` outlives the link; stop() comes before the node's end. What is performed waits until start().
  RemoteVenueLink(Node& node, RemoteVenueOptions options);
  ~RemoteVenueLink() override { stop(); }
  RemoteVenueLink(const RemoteVenueLink&) = delete;
  RemoteVenueLink& operator=(const RemoteVenueLink&) = delete;

  // Connects from now on, on threads of its own. Once, and not before the account's shard is started.
  void start();
  void perform(const Entry& entry, const Event& event, Port port) override;
  // As the venue said of itself when it welcomed this node; false before.
  bool simulated() const override { return simulated_; }
  // Closes the connection; where this node may still act, after waiting a moment for what is on its way. Of what was not answered
  // nothing is said: the next start finds it in doubt.
  void stop() override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Hop {
    Message message;
    Clock::time_point since;
  };
  struct Connection;
  enum class End : std::uint8_t { lost, kicked };

  void run();
  void speak(Connection& connection);
  bool next_hop(Connection& connection, Hop& hop);
  void send(Connection& connection, Hop hop);
  void listen(Connection& connection);
  void take_line(Connection& connection, const std::string& line);
  void welcomed(Connection& connection, Offset end, bool simulated);
  void answered(Connection& connection, std::uint64_t number, bool accepted, const std::string& refusal);
  void expire(std::unique_lock<std::mutex>& lock);
  void abandon(Connection& connection);
  void refuse(const Message& message, const std::string& why);
  void conclude(Message message);
  void deliver(Message message, Offset number);
  std::string why_not(const Message& message);
  bool permitted() const { return !options_.may_act || options_.may_act(); }
  bool pause(std::chrono::milliseconds time);

  Node& node_;
  const RemoteVenueOptions options_;
  const std::string producer_;
  SendCap cap_;                       // of the writing thread alone
  std::atomic<bool> connected_{false};
  std::atomic<bool> simulated_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Hop> waiting_;
  std::size_t delivering_ = 0;
  std::optional<Offset> last_report_;
  Connection* connection_ = nullptr;  // that stop() shuts
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tally
