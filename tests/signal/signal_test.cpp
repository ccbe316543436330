// Who hears a signal, and which signals are refused.
#include "actors/signal/signal.hpp"

#include <rapidcheck.h>

#include "tests/catch.hpp"

using namespace tally;

namespace {

const ProductId btc("BTC-USD");
const SignalSourceId trend("trend");

// One signal entity that is handed inputs as a host would.
class Rig {
 public:
  std::vector<Event> take(Message input, Time now = Time{1'000}) {
    const Entry entry{1, 1, 0, 1, now, now, {}, {{{}, 0, std::move(input)}}};
    const Delivery delivery{0, 0, true};
    std::vector<Event> out;
    cell_.take(entry, {&delivery, 1}, now, out);
    return out;
  }
  const Signal::State& state() const { return cell_.state(); }

  void define_product() {
    ProductDefined defined;
    defined.product = btc;
    defined.lot = Quantity::parse("0.01");
    defined.multiplier = 5;
    take(defined);
  }
  void mark(const char* price, Time at) { take(MarkCaptured{btc, Price::parse(price), "sim:bar-close", at, {}}); }
  void subscribe(const char* name, SignalSourceId source = trend, const char* investor = "ada", bool active = true) {
    SubscriptionTerms terms;
    terms.active = active;
    take(SubscriptionUpdated{IdempotencyKey("k"), SubscriptionId(name), 1, InvestorId(investor), source, btc, terms});
  }

 private:
  Cell<Signal> cell_{btc.symbol()};
};

SendSignal signal(const char* key, int direction, std::optional<Ratio> stop = {}, SignalSourceId source = trend) {
  return {IdempotencyKey(key), source, btc, Direction{static_cast<std::int8_t>(direction)}, stop};
}

template <class E>
E only(const std::vector<Event>& out) {
  REQUIRE(out.size() == 1);
  REQUIRE(std::holds_alternative<E>(out[0].body));
  return std::get<E>(out[0].body);
}

}  // namespace

TEST_CASE("A signal reaches every subscription of its source, inactive ones too, in order of name") {
  Rig rig;
  rig.define_product();
  rig.subscribe("zoe-1");
  rig.subscribe("ada-1");
  rig.subscribe("mia-1", trend, "mia", false);
  rig.subscribe("other", SignalSourceId("mean-reversion"));
  rig.mark("64000.5", Time{900});

  const auto heard = only<SignalReceived>(rig.take(signal("s1", 1, Ratio::parse("0.02")), Time{1'234}));
  CHECK(heard.key == IdempotencyKey("s1"));
  CHECK(heard.source == trend);
  CHECK(heard.product == btc);
  CHECK(heard.direction == Direction{1});
  CHECK(heard.stop_loss_ratio == Ratio::parse("0.02"));
  CHECK(heard.received_at == Time{1'234});
  CHECK(heard.mark == Price::parse("64000.5"));
  CHECK(heard.mark_source == "sim:bar-close");
  CHECK(heard.mark_at == Time{900});
  CHECK(heard.lot == Quantity::parse("0.01"));
  CHECK(heard.multiplier == 5);
  CHECK(heard.subscriptions == std::vector{SubscriptionId("ada-1"), SubscriptionId("mia-1"), SubscriptionId("zoe-1")});
}

TEST_CASE("A signal without subscribers or mark is received all the same") {
  Rig rig;
  rig.define_product();
  const auto heard = only<SignalReceived>(rig.take(signal("s1", 0)));
  CHECK(heard.subscriptions.empty());
  CHECK(heard.mark == Price{});
}

TEST_CASE("Changed terms leave a subscription where it is, and a name belongs to who had it first") {
  Rig rig;
  rig.define_product();
  rig.subscribe("sub-1");
  rig.subscribe("sub-1", trend, "ada", false);
  rig.subscribe("sub-1", SignalSourceId("mean-reversion"), "eve");
  CHECK(only<SignalReceived>(rig.take(signal("s1", 1))).subscriptions.size() == 1);
  CHECK(only<SignalReceived>(rig.take(signal("s1", 1, {}, SignalSourceId("mean-reversion")))).subscriptions.empty());
}

TEST_CASE("Every refusal of a signal has its rule") {
  struct Refusal {
    const char* rule;
    bool defined;
    SendSignal signal;
  };
  const Refusal refusals[] = {
      {"UNKNOWN_PRODUCT", false, signal("s1", 1)},
      {"DIRECTION_OUT_OF_RANGE", true, signal("s1", 2)},
      {"DIRECTION_OUT_OF_RANGE", true, signal("s1", -2)},
      {"STOP_LOSS_RATIO_OUT_OF_RANGE", true, signal("s1", 1, Ratio{})},
      {"STOP_LOSS_RATIO_OUT_OF_RANGE", true, signal("s1", 1, Ratio::parse("-0.01"))},
      {"STOP_LOSS_RATIO_OUT_OF_RANGE", true, signal("s1", 1, Ratio::parse("1.000000001"))},
  };
  for (const Refusal& refusal : refusals) {
    INFO(refusal.rule);
    Rig rig;
    if (refusal.defined) rig.define_product();
    const auto denied = only<CommandDenied>(rig.take(refusal.signal));
    CHECK(denied.rule.text() == refusal.rule);
    CHECK(denied.key == refusal.signal.key);
    CHECK(!denied.reason.empty());
    CHECK(rig.state().answered.size() == 0);
  }
}

TEST_CASE("A stop ratio of one, and the smallest there is, are taken") {
  Rig rig;
  rig.define_product();
  only<SignalReceived>(rig.take(signal("s1", 1, Ratio::whole(1))));
  only<SignalReceived>(rig.take(signal("s2", 1, Ratio::from_units(1))));
}

TEST_CASE("A retry changes nothing, and a key does not serve two signals") {
  Rig rig;
  rig.define_product();
  only<SignalReceived>(rig.take(signal("s1", 1, Ratio::parse("0.02"))));
  CHECK(rig.take(signal("s1", 1, Ratio::parse("0.02"))).empty());
  CHECK(only<CommandDenied>(rig.take(signal("s1", -1, Ratio::parse("0.02")))).rule == RuleId("KEY_REUSED"));
  CHECK(only<CommandDenied>(rig.take(signal("s1", 1))).rule == RuleId("KEY_REUSED"));
  only<SignalReceived>(rig.take(signal("s1", -1, {}, SignalSourceId("mean-reversion"))));  // another source has its own keys
}

TEST_CASE("A mark that was captured for an investor's question is not sized with") {
  Rig rig;
  rig.define_product();
  rig.mark("100", Time{1});
  rig.take(MarkCaptured{btc, Price::whole(999), "query", Time{2}, InvestorId("ada")});
  CHECK(only<SignalReceived>(rig.take(signal("s1", 1))).mark == Price::whole(100));
}

TEST_CASE("The window forgets what is seven days old, and no key sooner") {
  Rig rig;
  rig.define_product();
  const Time start{1'000};
  only<SignalReceived>(rig.take(signal("s1", 1), start));
  only<SignalReceived>(rig.take(signal("s2", 1), start + 7 * ns_per_day));
  CHECK(rig.take(signal("s1", 1), start + 7 * ns_per_day).empty());
  only<SignalReceived>(rig.take(signal("s3", 1), start + 7 * ns_per_day + 1));
  only<SignalReceived>(rig.take(signal("s1", 1), start + 7 * ns_per_day + 1));
}

TEST_CASE("What was answered stays within its bound, the oldest goes first") {
  REQUIRE(rc::check("against a list of the newest", [] {
    Answered<int, 8> answered;
    std::vector<std::pair<SenderKey, int>> model;  // newest last
    const auto keys = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 24));
    int content = 0;
    for (int number : keys) {
      const SenderKey key{Symbol("s"), IdempotencyKey("k" + std::to_string(number))};
      const auto known = std::find_if(model.begin(), model.end(), [&](const auto& row) { return row.first == key; });
      ++content;
      answered.remember(key, Time{content}, content);
      if (known == model.end()) model.push_back({key, content});
      if (model.size() > 8) model.erase(model.begin());
      RC_ASSERT(answered.size() == model.size());
      for (const auto& [k, c] : model) RC_ASSERT(answered.find(k) && *answered.find(k) == c);
    }
  }));
}
