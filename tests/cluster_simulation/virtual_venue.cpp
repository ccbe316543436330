#include "tests/cluster_simulation/virtual_venue.hpp"

#include "actors/programs.hpp"
#include "actors/simulated_exchange/simulated_exchange.hpp"

namespace tally::cluster_simulation {
namespace {

const Symbol venue_shard("venue/sim");

}  // namespace

VirtualVenue::VirtualVenue(Personality personality, std::uint64_t seed, Time now, const ProductDefined& product)
    : personality_(personality), host_(venue_program(), venue_shard, [this](const Entry& entry) { hear(entry); }) {
  VenueConfigured settings;
  settings.venue = VenueId("sim");
  settings.seed = seed;
  settings.fills = FillModel::same_close;
  settings.participation = personality.participation;
  settings.reject_probability = personality.rejects;
  settings.duplicate_probability = personality.duplicates;
  settings.taker_fee = Ratio::from_units(400'000);
  host_.submit(Message(settings), now);
  host_.submit(Message(product), now);
}

bool VirtualVenue::take(VenueSession session, Message message, Time now) {
  if (personality_.fences_sessions && session != session_) return false;
  if (auto* order = std::get_if<OrderCommanded>(&message)) {
    const bool fresh = orders_.try_emplace(order->order, *order).second;
    if (!fresh) again_.insert(order->order);
    // A venue that does not know it again trades it under another name of its own.
    if (!fresh && !personality_.knows_ids_again) order->order = ClientOrderId(std::string(order->order.text()) + "2");
  }
  host_.submit(std::move(message), now);
  return true;
}

void VirtualVenue::show(const BarObserved& bar) {
  bar_ = bar;
  host_.submit(Message(bar), bar.closed_at);
}

void VirtualVenue::hear(const Entry& entry) {
  for (const Event& event : entry.events) {
    if (event.stream.kind != EntityKind::simulated_exchange) continue;
    if (const auto* report = std::get_if<ExecutionReported>(&event.body); report && report->type == ExecutionType::trade) {
      const Quantity traded = report->side == Side::buy ? report->last_quantity : -report->last_quantity;
      if (trades_.emplace(report->execution, traded).second) position_ += traded;
    }
    said_.push_back({said_.size() + 1, event.body});
  }
}

std::size_t VirtualVenue::working() const {
  auto& host = const_cast<DeterministicHost&>(host_);
  std::size_t count = 0;
  for (const auto& [product, market] : host.state<SimulatedExchange>(venue_shard.text()).markets) count += market.working.size();
  return count;
}

}  // namespace tally::cluster_simulation
