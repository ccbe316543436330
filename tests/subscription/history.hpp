// Random histories: each step is three numbers, so that a failing one shrinks to the shortest that fails.
#pragma once

#include <rapidcheck.h>

#include "tests/subscription/world.hpp"

namespace tally::world {

struct Step {
  std::uint32_t kind;
  std::uint32_t a;
  std::uint32_t b;
};
inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << step.kind << ", " << step.a << ", " << step.b << "}";
}

inline rc::Gen<std::vector<Step>> histories() {
  const auto number = [] { return rc::gen::inRange<std::uint32_t>(0, 100'000); };
  return rc::gen::scale(4.0, rc::gen::container<std::vector<Step>>(rc::gen::apply(
                                 [](std::uint32_t kind, std::uint32_t a, std::uint32_t b) {
                                   return Step{kind, a, b};
                                 },
                                 number(), number(), number())));
}

inline const char* investor_of(std::uint32_t n) {
  static constexpr const char* names[] = {"ada", "bob", "cyd"};
  return names[n % 3];
}
inline const char* subscription_of(std::uint32_t n) {
  static constexpr const char* names[] = {"s-1", "s-2", "s-3", "s-4", "s-5"};
  return names[n % 5];
}
inline Price price_of(std::uint32_t n) { return Price::from_units(50'000'000'000 + std::int64_t{n} * 1'000'030); }
inline Money amount_of(std::uint32_t n) {
  return Money::from_units(Int128{n} * 7 / 2 * cent.units());
}
inline Money fee_of(std::uint32_t n) {
  return Money::from_units(Int128{n % 5'000} * 1'000'000'000'000'003 - 1'000'000'000'000'000'000);
}

// Plays steps in a World. What each would say again under the same key is kept in `said`.
class Player {
 public:
  explicit Player(World& world) : world_(world) {}

  bool drifts = false;            // whether steps may assign drift
  std::optional<Message> said;    // the last step's command

  std::vector<Message> play(const Step& step) {
    said.reset();
    ++number_;
    switch (step.kind % 24) {
      case 0: case 1: return say(DepositFunds{key(), InvestorId(investor_of(step.a)), amount_of(step.b), cent});
      case 2: case 3: return withdraw(step, true);
      case 4: return withdraw(step, false);
      case 5: case 6: return say(addition(step));
      case 7: return say(ChangeSubscription{key(), subscription(step.a), InvestorId(investor_of(step.b)), terms_of(step.b)});
      case 8: return say(AllotCapital{key(), InvestorId(investor_of(step.b)), subscription(step.a), amount_of(step.b), cent});
      case 9: return say(ReleaseCapital{key(), InvestorId(investor_of(step.b)), subscription(step.a), amount_of(step.b), cent});
      case 10: case 11: case 12: case 13: return signal(step);
      case 14: case 15: case 16: return with_order(step, [&](const Order& order) { return fill_part(order, step); });
      case 17:
        return with_order(step, [&](const Order& order) {
          return world_.fill(order.intent.intent, order.left, price_of(step.b), fee_of(step.b));
        });
      case 18:
        return with_order(step, [&](const Order& order) {
          return world_.give_back(order.intent.intent, order.cancelling ? "CANCELLED" : "ORDER_REJECTED");
        });
      case 19: return with_order(step, [&](const Order& order) { return deny(order); });
      case 20: return cross(step);
      case 21: return fill_late(step);
      case 22: return drift(step);
      default: world_.now = world_.now + 40 * ns_per_s; world_.host.advance(world_.now); return {};
    }
  }

  // Lets the market execute everything, and every deadline come.
  void settle(Price price) {
    for (int i = 0; i < 200; ++i) {
      world_.fill_all(price);
      world_.now = world_.now + 100 * ns_per_s;
      world_.host.advance(world_.now);
      if (world_.orders.empty() && !world_.host.core().next_deadline()) return;
    }
    throw std::runtime_error("the market never comes to rest");
  }

 private:
  IdempotencyKey key() const { return IdempotencyKey("k" + std::to_string(number_)); }
  static SubscriptionId subscription(std::uint32_t n) { return SubscriptionId(subscription_of(n)); }

  std::vector<Message> say(Message command) {
    said = command;
    return world_.submit({std::move(command)});
  }

  static SubscriptionTerms terms_of(std::uint32_t n) {
    SubscriptionTerms terms = usual_terms();
    terms.risk_fraction = Ratio::from_units(1 + std::int64_t{n % 1'000} * 999'999);
    terms.leverage_max = Ratio::from_units(500'000'000 + std::int64_t{n % 7} * 1'000'000'000);
    if (n % 3 == 0) terms.loss_max = Money::whole(n % 500 + 1);
    if (n % 5 == 0) terms.notional_max = Money::whole(n % 2'000 + 1);
    terms.stop_required = n % 4 == 0;
    terms.active = n % 11 != 0;
    return terms;
  }
  AddSubscription addition(const Step& step) const {
    return {key(), subscription(step.a), InvestorId(investor_of(step.b)), source, product, amount_of(step.b), terms_of(step.a),
            cent};
  }

  std::vector<Message> withdraw(const Step& step, bool immediate) {
    const InvestorId investor(investor_of(step.a));
    const WithdrawFunds command{key(), investor, amount_of(step.b), immediate, cent};
    said = command;
    return world_.submit({MarkCaptured{product, price_of(step.a), "sim", world_.now, investor}, command});
  }
  std::vector<Message> signal(const Step& step) {
    SendSignal ask{key(), source, product, Direction{static_cast<std::int8_t>(static_cast<int>(step.a % 3) - 1)}, {}};
    if (step.b % 4 != 0) ask.stop_loss_ratio = Ratio::from_units(1 + std::int64_t{step.b} * 9'999);
    said = ask;
    return world_.submit({MarkCaptured{product, price_of(step.b), "sim", world_.now, {}}, ask});
  }

  template <class Act>
  std::vector<Message> with_order(const Step& step, Act act) {
    if (world_.orders.empty()) return {};
    return act(std::next(world_.orders.begin(), step.a % world_.orders.size())->second);
  }
  std::vector<Message> fill_part(const Order& order, const Step& step) {
    const Quantity lot = Quantity::parse("0.1");
    const std::int64_t lots = abs(order.left).units() / lot.units();
    if (lots == 0) return world_.fill(order.intent.intent, order.left, price_of(step.b));
    const Quantity part = Quantity::from_units(lot.units() * (1 + step.b % lots));
    return world_.fill(order.intent.intent, order.left > Quantity{} ? part : -part, price_of(step.b), fee_of(step.b));
  }
  // Risk judges before anything trades.
  std::vector<Message> deny(const Order& order) {
    const bool untouched = order.left == order.intent.close + order.intent.open;
    return untouched && order.intent.open != Quantity{} ? world_.deny(order.intent.intent) : std::vector<Message>{};
  }
  std::vector<Message> cross(const Step& step) {
    const Order* buy = nullptr;
    const Order* sell = nullptr;
    for (const auto& [intent, order] : world_.orders) {
      if (order.intent.reason == IntentReason::withdrawal) continue;
      (order.left > Quantity{} ? buy : sell) = &order;
    }
    if (!buy || !sell) return {};
    return world_.cross(buy->intent.intent, sell->intent.intent, std::min(buy->left, -sell->left), price_of(step.b));
  }
  std::vector<Message> fill_late(const Step& step) {
    if (world_.given_back.empty()) return {};
    auto [intent, left] = world_.given_back[step.a % world_.given_back.size()];
    std::erase_if(world_.given_back, [&](const auto& row) { return row.first.intent == intent.intent; });
    return world_.fill_late(intent, left, price_of(step.b));
  }
  std::vector<Message> drift(const Step& step) {
    const SubscriptionId to = subscription(step.a);
    if (!drifts || world_.subscription(to.text()).investor.empty()) return {};
    DriftResolved resolved;
    resolved.drift = number_;
    resolved.resolution = DriftResolution::assigned;
    resolved.product = product;
    resolved.quantity = Quantity::from_units((static_cast<std::int64_t>(step.b % 41) - 20) * 100'000'000);
    resolved.price = price_of(step.b);
    resolved.subscription = to;
    if (resolved.quantity == Quantity{}) return {};
    world_.traded = world_.traded - notional(resolved.price, resolved.quantity);
    return world_.submit({resolved});
  }

  World& world_;
  std::uint64_t number_ = 0;
};

}  // namespace tally::world
