#include "actors/strategy/intent.hpp"

#include <cmath>

#include "actors/strategy/hash_text.hpp"

namespace tally::strategy {
namespace {

// Where it fits into 64 bits. nearbyint rounds halves to even.
template <class D>
std::optional<D> nearest(double value) {
  const double units = std::nearbyint(value * 1e9);
  if (!(std::fabs(units) < 9.2e18)) return std::nullopt;
  return D::from_units(static_cast<std::int64_t>(units));
}

}  // namespace

IdempotencyKey signal_key_of(const StrategyIntent& intent) {
  const std::string of = std::string(intent.strategy.text()) + '/' + std::string(intent.params_hash.text()) + '/' +
                         std::string(intent.product.text());
  return IdempotencyKey('v' + std::to_string(intent.version) + '-' + hash_text(of) + '-' +
                        std::to_string(intent.anchor_closed_at.ns));
}

SendSignal signal_of(const StrategyIntent& intent) {
  return {signal_key_of(intent), intent.strategy, intent.product, intent.direction, intent.stop_loss_ratio};
}

std::optional<Ratio> stop_loss_ratio_of(double value) {
  const auto ratio = nearest<Ratio>(value);
  return ratio && *ratio > Ratio{} && *ratio <= Ratio::whole(1) ? ratio : std::nullopt;
}

std::optional<Ratio> confidence_of(double value) {
  const auto ratio = nearest<Ratio>(value);
  return ratio && *ratio >= Ratio{} && *ratio <= Ratio::whole(1) ? ratio : std::nullopt;
}

std::optional<Quantity> size_hint_of(double value) {
  const auto quantity = nearest<Quantity>(value);
  return quantity && *quantity > Quantity{} ? quantity : std::nullopt;
}

}  // namespace tally::strategy
