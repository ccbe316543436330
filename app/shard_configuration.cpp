#include "app/shard_configuration.hpp"


namespace tally {
namespace {

bool recorded(const StartingPoint& point, const Message& wanted) {
  if (const auto* account = std::get_if<AccountConfigured>(&wanted))
    return point.account && same_content(*point.account, *account);
  if (const auto* venue = std::get_if<VenueConfigured>(&wanted)) return point.venue && same_content(*point.venue, *venue);
  if (const auto* product = std::get_if<ProductDefined>(&wanted)) {
    const auto it = point.products.find(product->product);
    return it != point.products.end() && same_content(it->second, *product);
  }
  if (const auto* limits = std::get_if<ChangeLimits>(&wanted)) {
    if (!point.limits) return false;
    ChangeLimits before = *point.limits;
    before.key = limits->key;
    return same_content(before, *limits);
  }
  return false;
}

}  // namespace

void configure_shard(Node& node, Symbol shard, const StartingPoint& point, std::vector<Message> wanted) {
  for (Message& message : wanted) {
    if (recorded(point, message)) continue;
    const Outcome outcome = node.submit_for(shard, std::move(message), std::string(profile_producer)).get();
    if (!outcome.accepted) throw std::runtime_error("the configuration was refused: " + outcome.refusal);
  }
}

}  // namespace tally
