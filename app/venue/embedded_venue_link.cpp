#include "app/venue/embedded_venue_link.hpp"

namespace tally {
namespace {

// Whose account a message between account and venue is about.
Symbol account_of(const Message& message) {
  return std::visit(
      []<class M>(const M& body) {
        if constexpr (requires { body.account.symbol(); }) return body.account.symbol();
        else return Symbol();
      },
      message);
}

OrderSendReported send_report(const OrderCommanded& command, const Outcome& outcome) {
  if (outcome.accepted) return {command.order, SendOutcome::sent, ""};
  return {command.order, SendOutcome::refused_locally, "the venue's inlet refused it: " + outcome.refusal};
}

}  // namespace

EmbeddedVenueLink::EmbeddedVenueLink(Node& node, Symbol venue) : node_(node), venue_(venue), thread_([this] { run(); }) {}

void EmbeddedVenueLink::perform(const Entry&, const Event& event, Port port) {
  const Symbol account = account_of(event.body);
  if (account.empty()) return;  // an order of an account that was never configured has no way back
  if (port == Port::venue) enqueue({venue_, account, event.body});
  if (port == Port::account) enqueue({account, account, event.body});
}

void EmbeddedVenueLink::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void EmbeddedVenueLink::enqueue(Hop hop) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    node_.port_work_begun();
    hops_.push_back(std::move(hop));
  }
  wake_.notify_one();
}

void EmbeddedVenueLink::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !hops_.empty(); });
    if (hops_.empty()) return;
    Hop hop = std::move(hops_.front());
    hops_.pop_front();
    lock.unlock();
    hand_over(std::move(hop));
    lock.lock();
  }
}

void EmbeddedVenueLink::hand_over(Hop hop) {
  const Symbol shard = hop.shard;
  const std::string producer =
      shard == venue_ ? "account:" + std::string(hop.account.text()) : "venue:" + std::string(venue_.text());
  std::vector<Message> messages{hop.message};
  node_.submit(shard, std::move(messages), producer,
               [this, hop = std::move(hop)](const Outcome& outcome) { taken(hop, outcome); });
}

// On the receiving shard's thread: the answer to a hop may be a hop of its own.
void EmbeddedVenueLink::taken(const Hop& hop, const Outcome& outcome) {
  if (hop.shard == venue_) {
    if (const auto* command = std::get_if<OrderCommanded>(&hop.message)) {
      enqueue({hop.account, hop.account, send_report(*command, outcome)});
    } else if (const auto* request = std::get_if<VenueStateRequested>(&hop.message); request && !outcome.accepted) {
      enqueue({hop.account, hop.account, unanswered(*request, node_.time().now())});
    }
  }
  node_.port_work_finished();
}

}  // namespace tally
