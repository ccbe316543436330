#include "app/venue_link.hpp"

namespace tally {
namespace {

// Whose account a message between account and venue is about.
Symbol account_of(const Message& message) {
  return std::visit(
      []<class M>(const M& body) {
        if constexpr (requires { body.account; }) return body.account.symbol();
        else return Symbol();
      },
      message);
}

OrderSendReported send_report(const OrderCommanded& command, const Outcome& outcome) {
  if (outcome.accepted) return {command.order, SendOutcome::sent, ""};
  return {command.order, SendOutcome::refused_locally, "the venue's inlet refused it: " + outcome.refusal};
}

VenueStateReported no_answer(const VenueStateRequested& request, Time now) {
  VenueStateReported report;
  report.request = request.request;
  report.at = now;
  report.account = request.account;
  return report;
}

}  // namespace

void VenueLink::perform(const Entry&, const Event& event, Port port) {
  const Symbol account = account_of(event.body);
  if (account.empty()) return;  // an order of an account that was never configured has no way back
  if (port == Port::venue) to_venue(account, event.body);
  if (port == Port::account) to_account(account, event.body);
}

void VenueLink::to_venue(Symbol account, const Message& message) {
  node_.port_work_begun();
  node_.submit(venue_, {message}, "account:" + std::string(account.text()), [this, account, message](const Outcome& outcome) {
    if (const auto* command = std::get_if<OrderCommanded>(&message)) to_account(account, send_report(*command, outcome));
    if (const auto* request = std::get_if<VenueStateRequested>(&message); request && !outcome.accepted)
      to_account(account, no_answer(*request, node_.time().now()));
    node_.port_work_finished();
  });
}

void VenueLink::to_account(Symbol account, Message message) {
  node_.port_work_begun();
  node_.submit(account, {std::move(message)}, "venue:" + std::string(venue_.text()),
               [this](const Outcome&) { node_.port_work_finished(); });
}

}  // namespace tally
