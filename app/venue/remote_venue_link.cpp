#include "app/venue/remote_venue_link.hpp"

#include <spdlog/spdlog.h>

#include <random>

#include "app/fresh_key.hpp"
#include "app/line_socket.hpp"
#include "app/venue/venue_protocol.hpp"

namespace tally {

namespace protocol = venue_protocol;

struct RemoteVenueLink::Connection {
  LineSocket socket;
  std::uint64_t next_number = 1;
  std::map<std::uint64_t, Message> in_flight;  // written, not answered; under the link's mutex, as all below
  bool welcome = false;
  bool over = false;
  End how = End::lost;
  std::string why = "the connection ended";
};

namespace {

constexpr std::chrono::milliseconds backoff_first{50};
constexpr std::chrono::milliseconds backoff_last{2'000};
constexpr std::chrono::milliseconds look_again{20};
constexpr std::chrono::milliseconds drain_max{250};

std::chrono::milliseconds jittered(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(pause.count() / 2, pause.count() * 3 / 2)(random));
}

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

RemoteVenueLink::RemoteVenueLink(Node& node, RemoteVenueOptions options)
    : node_(node),
      options_(std::move(options)),
      producer_("venue:" + std::string(options_.venue.text())),
      cap_(options_.cap) {}

void RemoteVenueLink::start() { thread_ = std::thread([this] { run(); }); }

void RemoteVenueLink::perform(const Entry&, const Event& event, Port port) {
  if (port != Port::venue) return;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    node_.port_work_begun();
    if (waiting_.size() < waiting_max) {
      waiting_.push_back({event.body, Clock::now()});
      wake_.notify_all();
      return;
    }
  }
  refuse(event.body, "too much waits for the venue");
}

// As long as this node may act, what is on its way is answered first, for a moment: whoever takes over need not doubt it.
void RemoteVenueLink::stop() {
  const bool orderly = thread_.joinable() && connected_ && permitted();
  {
    std::unique_lock lock(mutex_);
    if (orderly)
      wake_.wait_for(lock, drain_max, [this] {
        return !connection_ || (waiting_.empty() && connection_->in_flight.empty() && delivering_ == 0);
      });
    stopping_ = true;
    if (connection_) connection_->socket.shut_down();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (; !waiting_.empty(); waiting_.pop_front()) node_.port_work_finished();
}

bool RemoteVenueLink::pause(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  std::unique_lock lock(mutex_);
  while (!stopping_ && Clock::now() < until) {
    expire(lock);
    wake_.wait_for(lock, std::min<Clock::duration>(until - Clock::now(), std::chrono::milliseconds(100)),
                   [this] { return stopping_; });
  }
  return !stopping_;
}

// What waited too long never leaves.
void RemoteVenueLink::expire(std::unique_lock<std::mutex>& lock) {
  while (!waiting_.empty() && Clock::now() - waiting_.front().since >= std::chrono::milliseconds(order_wait_ms)) {
    const Message message = std::move(waiting_.front().message);
    waiting_.pop_front();
    lock.unlock();
    refuse(message, "the venue at " + options_.address + " is not connected");
    lock.lock();
  }
}

void RemoteVenueLink::run() {
  for (auto backoff = backoff_first;;) {
    while (!permitted())
      if (!pause(look_again)) return;
    Connection connection;
    try {
      if (auto socket = LineSocket::connect_tcp(options_.address, protocol::silence_seconds)) {
        connection.socket = std::move(*socket);
        connection.socket.give_up_after(protocol::silence_seconds);
        connection.socket.cut_off_after(std::chrono::milliseconds(send_ms));
        speak(connection);
      }
    } catch (const SocketError& error) {
      connection.why = error.what();
    }
    if (connection.welcome) spdlog::warn("the venue at {}: {}", options_.address, connection.why);
    backoff = connection.welcome ? backoff_first : std::min(backoff * 2, backoff_last);
    if (!pause(jittered(connection.how == End::kicked ? backoff_last : backoff))) return;
  }
}

// Until the connection ends.
void RemoteVenueLink::speak(Connection& connection) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    connection_ = &connection;
  }
  std::thread listener;
  try {
    protocol::Login login;
    {
      std::lock_guard lock(mutex_);
      login.after = last_report_;
    }
    login.account = options_.account;
    login.node = options_.node;
    login.term = options_.term ? options_.term() : 0;
    login.cancel_on_disconnect = options_.cancel_on_disconnect;
    connection.socket.write_line(protocol::text_of(protocol::ToVenue(login)));
    listener = std::thread([this, &connection] { listen(connection); });
    for (Hop hop; next_hop(connection, hop);) send(connection, std::move(hop));
  } catch (const SocketError& error) {
    std::lock_guard lock(mutex_);
    connection.why = error.what();
  }
  connected_ = false;
  connection.socket.shut_down();
  if (listener.joinable()) listener.join();
  abandon(connection);
}

// False when the connection is over. Says something when there is nothing to say.
bool RemoteVenueLink::next_hop(Connection& connection, Hop& hop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto ready = [&] {
      return stopping_ || connection.over ||
             (connection.welcome && !waiting_.empty() && connection.in_flight.size() < protocol::in_flight_max);
    };
    const bool woken = wake_.wait_for(lock, std::chrono::seconds(protocol::ping_seconds), ready);
    if (stopping_ || connection.over) return false;
    if (woken) break;
    expire(lock);
    lock.unlock();
    connection.socket.write_line(protocol::text_of(protocol::ToVenue(protocol::Ping{})));
    lock.lock();
  }
  hop = std::move(waiting_.front());
  waiting_.pop_front();
  return true;
}

// Why a message may not leave now; empty where it may. The last thing before the write.
std::string RemoteVenueLink::why_not(const Message& message) {
  if (const auto* order = std::get_if<OrderCommanded>(&message); order && options_.worth) {
    const auto worth = options_.worth(*order);
    if (!worth) return "the last hop has no price of the product";
    if (!cap_.admit(now_ns(), *worth)) return "the last hop's cap of orders or notional a second is reached";
  }
  return permitted() ? "" : "this node may not act: its lease is over";
}

void RemoteVenueLink::send(Connection& connection, Hop hop) {
  const std::uint64_t number = connection.next_number++;
  const std::string line = protocol::text_of(protocol::ToVenue(protocol::Send{number, hop.message}));
  if (const std::string why = why_not(hop.message); !why.empty()) return refuse(hop.message, why);
  {
    std::lock_guard lock(mutex_);
    connection.in_flight.emplace(number, std::move(hop.message));
  }
  connection.socket.write_line(line);
}

// The connection's reader.
void RemoteVenueLink::listen(Connection& connection) {
  std::string why = "the venue fell silent or closed the connection";
  try {
    while (const auto line = connection.socket.read_line(LineSocket::line_max)) take_line(connection, *line);
  } catch (const std::exception& error) {  // SocketError, BadLine
    why = error.what();
  }
  std::lock_guard lock(mutex_);
  if (connection.how == End::lost) connection.why = why;
  connection.over = true;
  wake_.notify_all();
}

void RemoteVenueLink::take_line(Connection& connection, const std::string& line) {
  protocol::FromVenue said = protocol::read_from_venue(line);
  if (auto* report = std::get_if<protocol::Report>(&said)) return deliver(std::move(report->message), report->number);
  if (const auto* taken = std::get_if<protocol::Taken>(&said))
    return answered(connection, taken->number, taken->accepted, taken->refusal);
  if (const auto* bars = std::get_if<protocol::Bars>(&said)) {
    if (options_.show) options_.show(bars->bars);
    if (options_.told && connected_) options_.told(bars->number);
    return;
  }
  if (const auto* welcome = std::get_if<protocol::Welcome>(&said)) return welcomed(connection, welcome->end, welcome->simulated);
  if (const auto* failed = std::get_if<protocol::Failed>(&said)) throw SocketError("the venue: " + failed->error);
  if (const auto* kicked = std::get_if<protocol::Kicked>(&said)) {
    std::lock_guard lock(mutex_);
    connection.how = End::kicked;
    connection.why = "node '" + kicked->by + "' logged in for the account";
    throw SocketError(connection.why);
  }
}

void RemoteVenueLink::welcomed(Connection& connection, Offset end, bool simulated) {
  {
    std::lock_guard lock(mutex_);
    connection.welcome = true;
    // A venue that knows less than was told before lost its records: positions will be compared.
    if (last_report_ && *last_report_ > end) last_report_ = end;
    if (!last_report_) last_report_ = end;
  }
  simulated_ = simulated;
  connected_ = true;
  if (options_.welcomed) options_.welcomed(end);  // the newest bars came before
  spdlog::info("the venue at {} welcomes {} of {}", options_.address, options_.node, options_.account.text());
  deliver(RequestReconciliation{fresh_key(), "reconnect"}, 0);
  wake_.notify_all();
}

void RemoteVenueLink::answered(Connection& connection, std::uint64_t number, bool accepted, const std::string& refusal) {
  Message message;
  {
    std::lock_guard lock(mutex_);
    const auto it = connection.in_flight.find(number);
    if (it == connection.in_flight.end()) throw SocketError("the venue answered what it was not asked");
    message = std::move(it->second);
    connection.in_flight.erase(it);
  }
  wake_.notify_all();
  if (!accepted) return refuse(message, "the venue's inlet refused it: " + refusal);
  if (const auto* order = std::get_if<OrderCommanded>(&message))
    return conclude(OrderSendReported{order->order, SendOutcome::sent, ""});
  node_.port_work_finished();
}

// The connection is over: nobody knows what became of what was written and not answered.
void RemoteVenueLink::abandon(Connection& connection) {
  std::map<std::uint64_t, Message> left;
  bool stopping = false;
  {
    std::lock_guard lock(mutex_);
    connection_ = nullptr;
    left.swap(connection.in_flight);
    stopping = stopping_;
  }
  for (const auto& [number, message] : left) {
    const auto* order = std::get_if<OrderCommanded>(&message);
    if (stopping) node_.port_work_finished();
    else if (order)
      conclude(OrderSendReported{order->order, SendOutcome::ambiguous, connection.why + " before the venue answered"});
    else refuse(message, connection.why);
  }
}

// It did not leave; a question was not answered. A cancel is said again when the order is next heard of.
void RemoteVenueLink::refuse(const Message& message, const std::string& why) {
  if (const auto* order = std::get_if<OrderCommanded>(&message))
    return conclude(OrderSendReported{order->order, SendOutcome::refused_locally, why});
  if (const auto* question = std::get_if<VenueStateRequested>(&message))
    return conclude(unanswered(*question, node_.time().now()));
  node_.port_work_finished();
}

// Reports how something performed ended.
void RemoteVenueLink::conclude(Message message) {
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  node_.submit(options_.account.symbol(), std::move(messages), producer_, [this](const Outcome&) { node_.port_work_finished(); });
}

// Hands in what the venue says; waits where too much of it is not durable yet.
void RemoteVenueLink::deliver(Message message, Offset number) {
  {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || delivering_ < delivering_max; });
    if (stopping_) return;
    ++delivering_;
  }
  node_.port_work_begun();
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  node_.submit(options_.account.symbol(), std::move(messages), producer_, [this, number](const Outcome& outcome) {
    {
      std::lock_guard lock(mutex_);
      --delivering_;
      if (outcome.accepted && number > last_report_.value_or(0)) last_report_ = number;
    }
    wake_.notify_all();
    node_.port_work_finished();
  });
}

}  // namespace tally
