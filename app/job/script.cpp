#include "app/job/script.hpp"

namespace tally::job {
namespace {

class Writer {
 public:
  Writer(const Profile& profile, std::size_t bars) : profile_(profile), bars_(bars) {}

  Script script;

  std::size_t at(int percent) const { return bars_ * static_cast<std::size_t>(percent) / 100; }
  IdempotencyKey key(std::size_t bar) { return IdempotencyKey("job-" + std::to_string(bar) + "-" + std::to_string(++written_)); }
  void add(std::size_t bar, std::string note, decltype(Cue::act) act) {
    script.emplace(bar, Cue{std::move(note), std::move(act)});
  }

  void deposit(std::size_t bar, const char* investor, const char* amount, std::string note = {}) {
    add(bar, std::move(note), Message(DepositFunds{key(bar), InvestorId(investor), Money::parse(amount)}));
  }
  void withdraw(std::size_t bar, const char* investor, const char* amount, bool immediate, std::string note) {
    add(bar, std::move(note), Message(WithdrawFunds{key(bar), InvestorId(investor), Money::parse(amount), immediate}));
  }
  void subscribe(std::size_t bar, const char* name, const char* investor, const char* source, const char* product,
                 const char* capital, const char* risk = "0.01") {
    SubscriptionTerms terms;
    terms.risk_fraction = Ratio::parse(risk);
    terms.leverage_max = Ratio::whole(2);
    add(bar, {},
        Message(AddSubscription{key(bar), SubscriptionId(name), InvestorId(investor), SignalSourceId(source), ProductId(product),
                                Money::parse(capital), terms}));
  }
  void signal(std::size_t bar, const char* source, const char* product, int direction, const char* stop, std::string note) {
    SendSignal signal{key(bar), SignalSourceId(source), ProductId(product), {static_cast<std::int8_t>(direction)}, {}};
    if (stop) signal.stop_loss_ratio = Ratio::parse(stop);
    add(bar, std::move(note), Message(signal));
  }
  void limits(std::size_t bar, RiskLimits limits, std::string note) {
    add(bar, std::move(note), Message(ChangeLimits{key(bar), OperatorId("ada"), limits}));
  }

  const Profile& profile() const { return profile_; }

 private:
  const Profile& profile_;
  std::size_t bars_;
  std::size_t written_ = 0;
};

void open_accounts(Writer& write) {
  write.deposit(0, "ann", "120000", "six investors pay in");
  write.deposit(0, "bob", "70000");
  write.deposit(0, "cid", "40000");
  write.deposit(0, "dot", "90000");
  write.deposit(0, "eve", "25000");
  write.deposit(0, "fay", "15000.07");
  write.subscribe(0, "ann-btc", "ann", "crossing", "BTC-USD", "30000");
  write.subscribe(0, "ann-eur", "ann", "breakout", "EUR-USD", "30000");
  write.subscribe(0, "bob-btc", "bob", "crossing", "BTC-USD", "20000", "0.02");
  write.subscribe(0, "bob-eur", "bob", "reversion", "EUR-USD", "20000");
  write.subscribe(0, "cid-btc", "cid", "reversion", "BTC-USD", "10000");
  write.subscribe(0, "cid-eur", "cid", "crossing", "EUR-USD", "10000");
  write.subscribe(0, "dot-btc", "dot", "breakout", "BTC-USD", "25000");
  write.subscribe(0, "eve-btc", "eve", "reversion", "BTC-USD", "10000");
  write.subscribe(0, "eve-eur", "eve", "breakout", "EUR-USD", "10000");
  write.subscribe(0, "fay-btc", "fay", "crossing", "BTC-USD", "7000.03");
}

// Two subscriptions alike in everything but their source; the others on SPY come later, so these two meet alone.
void cross_completely(Writer& write) {
  write.signal(10, "reversion", "EUR-USD", 0, nullptr, "a forced flat arrives where nobody has a position");
  write.subscribe(12, "ann-spy", "ann", "crossing", "SPY", "15000");
  write.subscribe(12, "bob-spy", "bob", "reversion", "SPY", "15000");
  write.signal(16, "crossing", "SPY", 1, "0.01", "two sources want opposite positions in SPY: nets to zero, no order leaves");
  write.signal(16, "reversion", "SPY", -1, "0.01", {});
  write.subscribe(24, "dot-spy", "dot", "crossing", "SPY", "25000");
  write.subscribe(24, "cid-spy", "cid", "breakout", "SPY", "15000");
  write.subscribe(24, "eve-spy", "eve", "reversion", "SPY", "5000");
  write.subscribe(24, "fay-spy", "fay", "breakout", "SPY", "6000");
}

void trouble(Writer& write) {
  RiskLimits tight = write.profile().limits;
  tight.order_notional_max = Money::whole(100);
  write.limits(write.at(20), tight, "an operator tightens a limit: openings are rejected by risk");
  write.signal(write.at(20) + 1, "crossing", "BTC-USD", 0, nullptr, {});
  write.signal(write.at(20) + 4, "crossing", "BTC-USD", 1, "0.02", {});
  write.limits(write.at(25), write.profile().limits, "the limit is as before");

  write.add(write.at(30), "somebody buys 5 SPY at the venue by telephone", TradeByTelephone{});
  write.add(write.at(30) + 3, "the venue is asked: a drift", Message(RequestReconciliation{write.key(0), "operator"}));
  write.add(write.at(30) + 5, "an operator gives the drift to ann-spy", ResolveDrifts{});
  write.add(write.at(30) + 7, {}, Message(RequestReconciliation{write.key(0), "operator"}));

  write.add(write.at(45), "subscription/ann-btc is made to fail at its next input",
            FailEntity{{EntityKind::subscription, Symbol("ann-btc")}});
  write.signal(write.at(45), "crossing", "BTC-USD", 0, nullptr, {});

  write.add(write.at(85), "an operator halts openings", Message(HaltTrading{write.key(0), OperatorId("ada"), "drill"}));
  write.add(write.at(88), "and re-arms them, in two steps", Rearm{});
}

void money_moves(Writer& write) {
  write.withdraw(write.at(35), "bob", "5000", false, "bob withdraws 5000 of what is not allotted");
  write.withdraw(write.at(36), "eve", "1000000", false, "eve asks for more than there is: denied");
  write.deposit(write.at(55), "dot", "10000", "dot pays in 10000");
  write.withdraw(write.at(70), "cid", "30000", true, "cid withdraws 30000 at once: only cid's own positions are reduced");
  write.deposit(write.at(75), "eve", "5000.01");
  write.add(write.at(75), "eve pays in and allots it",
            Message(AllotCapital{write.key(0), InvestorId("eve"), SubscriptionId("eve-eur"), Money::parse("5000")}));
}

}  // namespace

Script script_of(const Profile& profile, std::size_t bars) {
  Writer write(profile, bars);
  open_accounts(write);
  cross_completely(write);
  trouble(write);
  money_moves(write);
  return std::move(write.script);
}

}  // namespace tally::job
