// An account's line to its venue, by the laws of RemoteVenueLink: the right to act is asked right before each write; what was not
// written is refused locally; what was written and not answered when the connection ends is ambiguous, and never written again.
#include "tests/cluster_simulation/cluster_world.hpp"

namespace tally::cluster_simulation {
namespace {

constexpr Nanoseconds order_wait = 2'000 * ms, patience_for_a_lease = 2'000 * ms;
constexpr std::size_t waiting_max = 4'096;

}  // namespace

void ClusterWorld::connect(Machine& machine) {
  Process& process = *machine.process;
  const Nanoseconds takes = venue_cut_until_ > now_ ? venue_cut_until_ - now_ + dice_.between(10, 100) * ms : dice_.between(1, 20) * ms;
  schedule(takes, What::connected, index_of(machine), process.line.connection);
}

void ClusterWorld::connected(Machine& machine) {
  Process& process = *machine.process;
  VenueLine& line = process.line;
  // A login ends the session of whoever spoke for the account before: not without the right to act.
  if (venue_cut_until_ > now_ || !process.journal->replica()->may_act())
    return schedule(dice_.between(10, 30) * ms, What::connected, index_of(machine), line.connection);
  line.connected = process.effects = true;
  line.session = venue_.login();
  line.down_last = now_;
  if (!line.heard || *line.heard > venue_.end()) line.heard = venue_.end();
  line.cursor = *line.heard;
  tell(machine, "is connected to the venue, session " + std::to_string(line.session));
  process.hosted->offer(RequestReconciliation{IdempotencyKey("r" + std::to_string(line.session)), "reconnect"});
  bring_down(machine);
}

void ClusterWorld::send_line(Machine& machine) {
  Process& process = *machine.process;
  VenueLine& line = process.line;
  if (!process.hosted) return;
  if (line.waiting.size() > waiting_max) throw Violation("I11: too much waits for the venue");
  while (!line.waiting.empty()) {
    VenueLine::Hop& hop = line.waiting.front();
    if (!line.connected) {
      if (now_ - hop.since < order_wait) return;
      const Message message = std::move(hop.message);
      line.waiting.pop_front();
      refuse(machine, message, "the venue is not connected");
      continue;
    }
    const auto* order = std::get_if<OrderCommanded>(&hop.message);
    if (order && !hop.admitted && !line.cap.admit(machine.clocks(now_).monotonic, abs(notional(price_, order->quantity, 1)))) {
      const Message message = std::move(hop.message);
      line.waiting.pop_front();
      refuse(machine, message, "the last hop's cap is reached");
      continue;
    }
    hop.admitted = true;
    if (!process.journal->replica()->may_act()) {
      if (now_ - hop.since < patience_for_a_lease) return;
      const Message message = std::move(hop.message);
      line.waiting.pop_front();
      refuse(machine, message, "this node may not act");
      continue;
    }
    for (Machine& other : machines_) {
      if (&other == &machine || !replica(other)) continue;
      consensus::Lease theirs = replica(other)->lease_inside();
      if (theirs.may_act(other.clocks(now_))) throw Violation("I3: two nodes hold the lease");
    }
    const consensus::Term term = process.hosted->term();
    if (order) watch_.order_leaves(*order, term);
    const std::uint64_t number = line.next_number++;
    const Message message = hop.message;
    line.waiting.pop_front();
    line.in_flight.emplace(number, message);
    // It is there within send_max, or the connection is cut, and then it is there or not.
    const bool too_slow = plan_.slow_venue && !healed_ && dice_.chance(50);
    if (!too_slow || dice_.chance(500)) {
      const Nanoseconds takes = dice_.between(0, plan_.slow_venue ? plan_.lease.send_max / us : 2'000) * us;
      const std::size_t slot = arrivals_.put({line.session, process.life, line.connection, number, term, message});
      schedule(std::min(takes, plan_.lease.send_max), What::arrives, 0, slot);
    }
    if (too_slow) return cut(machine, "a write took too long");
  }
}

void ClusterWorld::refuse(Machine& machine, const Message& message, const char* why) {
  if (const auto* order = std::get_if<OrderCommanded>(&message))
    return conclude(machine, OrderSendReported{order->order, SendOutcome::refused_locally, why});
  if (const auto* question = std::get_if<VenueStateRequested>(&message)) {
    VenueStateReported unanswered;
    unanswered.request = question->request;
    unanswered.account = question->account;
    unanswered.at = time_of(machine);
    conclude(machine, std::move(unanswered));
  }
}

void ClusterWorld::conclude(Machine& machine, Message message) {
  if (machine.process->hosted) machine.process->hosted->offer(std::move(message));
}

void ClusterWorld::cut(Machine& machine, const char* why) {
  Process& process = *machine.process;
  VenueLine& line = process.line;
  if (!process.hosted || !line.connected) return;
  tell(machine, std::string("its line to the venue ends: ") + why);
  ++line.connection;
  line.connected = false;
  line.down.clear();
  const auto left = std::exchange(line.in_flight, {});
  for (const auto& [number, message] : left) {
    if (const auto* order = std::get_if<OrderCommanded>(&message))
      conclude(machine, OrderSendReported{order->order, SendOutcome::ambiguous, why});
    else refuse(machine, message, why);
  }
  connect(machine);
}

void ClusterWorld::arrives(const Arrival& arrival) {
  const auto* order = std::get_if<OrderCommanded>(&arrival.message);
  const Time now{now_};
  if (!venue_.take(arrival.session, arrival.message, now)) return;   // fenced
  if (order) watch_.order_arrives(*order, arrival.term);
  for (Machine& machine : machines_) {
    if (!machine.up() || !machine.process->hosted) continue;
    bring_down(machine);
    VenueLine& line = machine.process->line;
    if (machine.process->life != arrival.life || line.connection != arrival.connection || !line.connected) continue;
    line.down.push_back({std::nullopt, arrival.number});   // behind what it led to
    line.down_last = std::max(line.down_last, now_) + dice_.between(50, plan_.slow_venue ? 30'000 : 1'000) * us;
    schedule(line.down_last - now_, What::down, index_of(machine), line.connection);
  }
}

// What the venue said since, on its way to a session.
void ClusterWorld::bring_down(Machine& machine) {
  VenueLine& line = machine.process->line;
  if (!line.connected) return;
  for (; line.cursor < venue_.said().size(); ++line.cursor) {
    line.down.push_back({venue_.said()[line.cursor], 0});
    line.down_last = std::max(line.down_last, now_) + dice_.between(50, plan_.slow_venue ? 30'000 : 1'000) * us;
    schedule(line.down_last - now_, What::down, index_of(machine), line.connection);
  }
}

void ClusterWorld::down(Machine& machine) {
  Process& process = *machine.process;
  VenueLine& line = process.line;
  const VenueLine::Down down = std::move(line.down.front());
  line.down.pop_front();
  if (down.said) {
    // Its number counts as heard once it stands; a hosted account that ends first asks again by reconciliation.
    if (process.hosted->offer(down.said->message)) line.heard = down.said->number;
    return;
  }
  const auto sent = line.in_flight.find(down.taken);
  if (sent == line.in_flight.end()) return;
  const Message message = std::move(sent->second);
  line.in_flight.erase(sent);
  if (const auto* order = std::get_if<OrderCommanded>(&message)) conclude(machine, OrderSendReported{order->order, SendOutcome::sent, ""});
}

void ClusterWorld::show_bar() {
  const std::int64_t change = price_.units() / 10'000 * dice_.between(-10, 10);
  price_ = Price::from_units((price_.units() + change) / 10'000'000 * 10'000'000);
  BarObserved bar;
  bar.product = the_account::product;
  bar.open = bar.high = bar.low = bar.close = price_;
  bar.volume = Quantity::whole(5);
  bar.opened_at = Time{now_ - 100 * ms};
  bar.closed_at = Time{now_};
  venue_.show(bar);
  for (Machine& machine : machines_)
    if (machine.up() && machine.process->hosted) bring_down(machine);
}

}  // namespace tally::cluster_simulation
