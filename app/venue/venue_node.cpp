#include "app/venue/venue_node.hpp"

#include <boost/json.hpp>

#include "actors/programs.hpp"
#include "app/shard_configuration.hpp"
#include "app/shard_names.hpp"
#include "messages/json_codec.hpp"

namespace tally {

VenueNode::VenueNode(const Profile& profile, std::shared_ptr<Journal> journal)
    : shard_(venue_shard_of(profile.venue.venue)), journal_(std::move(journal)) {
  for (const Symbol shard : journal_->shards())
    if (shard != shard_)
      throw ProfileError("the journal holds '" + std::string(shard.text()) + "', the profile says '" +
                         std::string(shard_.text()) + "': a venue has a data directory of its own");
  const bool live = profile.clock == ClockChoice::live;
  time_ = std::make_shared<TimeAuthority>(live ? TimeAuthority::Mode::live : TimeAuthority::Mode::backtest);
  const StartingPoint point = starting_point(*journal_, shard_);
  for (const auto& [product, bar] : point.bars) newest_[product] = bar;
  time_->set(point.at);
  node_ = std::make_unique<Node>("venue", journal_, time_);
  ShardOptions options;
  options.supervision = profile.supervision;
  options.snapshot_every = profile.storage.snapshot_every;
  options.effect = [](const Entry&, const Event&, Port) {};  // sessions follow the journal: see venue_server.hpp
  options.shard = shard_;
  options.program = &venue_program();
  node_->start_shard(options);
  configure_shard(*node_, shard_, point, venue_configuration(profile));
  node_->settle();
}

void VenueNode::take(Message message, const std::string& producer, Node::Done done) {
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  node_->submit(shard_, std::move(messages), producer, std::move(done));
}

void VenueNode::show(std::span<const BarObserved> bars, const std::string& source, Node::Done done) {
  if (time_->mode() != TimeAuthority::Mode::live)
    for (const BarObserved& bar : bars) time_->set(bar.closed_at);
  remember(bars);
  node_->submit(shard_, std::vector<Message>(bars.begin(), bars.end()), source, std::move(done));
  node_->clock_moved();
}

void VenueNode::remember(std::span<const BarObserved> bars) {
  std::lock_guard lock(mutex_);
  for (const BarObserved& bar : bars) {
    const auto [it, added] = newest_.try_emplace(bar.product, bar);
    if (!added && it->second.closed_at < bar.closed_at) it->second = bar;
  }
}

std::vector<BarObserved> VenueNode::newest_bars() const {
  std::lock_guard lock(mutex_);
  std::vector<BarObserved> bars;
  for (const auto& [product, bar] : newest_) bars.push_back(bar);
  return bars;
}

// Read from the state's JSON, as tally entity show does: a cancel on disconnect is rare, and keeps no second book of orders.
std::vector<OrderCommanded> VenueNode::working_orders(AccountId account) {
  std::vector<OrderCommanded> working;
  const boost::json::value state = node_->state_of(shard_, {EntityKind::simulated_exchange, shard_});
  if (!state.is_object()) return working;
  for (const auto& [id, order] : state.at("orders").as_object()) {
    if (order.at("status").as_string() != "working") continue;
    OrderCommanded command;
    json_codec::read(order.at("command"), JsonPath(), command);
    if (command.account == account) working.push_back(command);
  }
  return working;
}

}  // namespace tally
