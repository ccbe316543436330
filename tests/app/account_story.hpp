// A small account that lives through a bit of everything, on a node of this process: the node that the views are read from.
#pragma once

#include "app/account_node.hpp"
#include "app/command_intake.hpp"
#include "persistence/memory_journal.hpp"

namespace tally {

class AccountStory {
 public:
  // Shows bars that close together; returns when the venue and the account have them.
  using Show = std::function<void(std::span<const BarObserved>)>;

  explicit AccountStory(std::shared_ptr<Journal> journal = std::make_shared<MemoryJournal>(), Profile profile = default_profile(), Show show = {})
      : journal_(std::move(journal)), show_(std::move(show)), node_(std::make_unique<AccountNode>(std::move(profile), journal_)) {
    if (!show_) show_ = [this](std::span<const BarObserved> bars) { node_->show(bars, "test:bars"); };
  }

  static Profile default_profile() {
    Profile profile = read_profile(TALLY_SOURCE_DIR "/cfg/default.yaml");
    profile.venue.participation = Ratio::parse("0.1");
    for (ProductDefined& product : profile.products) product.netting_window_ms = 1'000;
    return profile;
  }

  AccountNode& node() { return *node_; }
  const Journal& journal() const { return *journal_; }
  Symbol account() const { return Symbol("demo"); }
  Symbol venue() const { return Symbol("venue/paper"); }

  Outcome say(Message message) {
    const Outcome outcome = node_->command(std::move(message), "test");
    node_->node().settle();
    return outcome;
  }

  void deposit(const char* investor, const char* amount) {
    DepositFunds ask;
    ask.key = next_key();
    ask.investor = InvestorId(investor);
    ask.amount = Money::parse(amount);
    say(ask);
  }
  Outcome withdraw(const char* investor, const char* amount, bool immediate) {
    WithdrawFunds ask;
    ask.key = next_key();
    ask.investor = InvestorId(investor);
    ask.amount = Money::parse(amount);
    ask.immediate = immediate;
    return say(ask);
  }
  void subscribe(const char* name, const char* investor, const char* source, const char* product, const char* capital) {
    AddSubscription ask;
    ask.key = next_key();
    ask.subscription = SubscriptionId(name);
    ask.investor = InvestorId(investor);
    ask.source = SignalSourceId(source);
    ask.product = ProductId(product);
    ask.capital = Money::parse(capital);
    ask.terms.risk_fraction = Ratio::parse("0.02");
    ask.terms.leverage_max = Ratio::parse("1.5");
    say(ask);
  }
  void signal(const char* source, const char* product, int direction) {
    SendSignal ask;
    ask.key = next_key();
    ask.source = SignalSourceId(source);
    ask.product = ProductId(product);
    ask.direction.value = static_cast<std::int8_t>(direction);
    ask.stop_loss_ratio = Ratio::parse("0.037");
    say(ask);
  }
  // One minute passes: a bar of each product at these closes.
  void minute(const char* btc, const char* spy) {
    const std::vector<BarObserved> bars{bar("BTC-USD", btc, "7.5"), bar("SPY", spy, "50000")};
    ++minute_;
    show_(bars);
    node_->node().settle();
  }

  // Three investors, two sources that agree, disagree and go flat; partial fills, a cross, a withdrawal beyond free cash.
  void tell() {
    minute("42000.01", "475.31");
    deposit("ada", "100000");
    deposit("bob", "50000.37");
    deposit("cleo", "25000");
    subscribe("ada-trend", "ada", "trend", "BTC-USD", "60000");
    subscribe("ada-spy", "ada", "trend", "SPY", "30000");
    subscribe("bob-trend", "bob", "trend", "BTC-USD", "20000.37");
    subscribe("bob-turn", "bob", "turn", "BTC-USD", "20000");
    subscribe("cleo-turn", "cleo", "turn", "BTC-USD", "25000");
    signal("trend", "BTC-USD", 1);
    minute("42013.37", "475.90");
    minute("42100.07", "476.13");
    signal("trend", "SPY", -1);
    signal("turn", "BTC-USD", -1);
    minute("42050.53", "474.77");
    minute("41990.11", "474.01");
    signal("trend", "BTC-USD", -1);
    signal("turn", "BTC-USD", 1);
    minute("41800.77", "473.19");
    minute("41700.31", "473.00");
    withdraw("ada", "70000", true);
    minute("41750.29", "473.50");
    minute("41760.83", "473.70");
    for (int i = 0; i < 10 && !withdrawn(); ++i) minute("41760.83", "473.70");
    signal("turn", "BTC-USD", 0);
    minute("41800.01", "474.00");
    minute("41810.19", "474.10");
  }

 private:
  bool withdrawn() const {
    bool settled = false;
    for_each_entry(*journal_, account(), 1, journal_->end(account()), [&](const Entry& entry) {
      for (const Event& event : entry.events) settled |= std::holds_alternative<WithdrawalSettled>(event.body);
    });
    return settled;
  }

  IdempotencyKey next_key() { return IdempotencyKey("k" + std::to_string(++keys_)); }

  BarObserved bar(const char* product, const char* close, const char* volume) const {
    BarObserved one;
    one.product = ProductId(product);
    one.open = one.high = one.low = one.close = Price::parse(close);
    one.volume = Quantity::parse(volume);
    one.opened_at = {start_ns + minute_ * 60 * ns_per_s};
    one.closed_at = one.opened_at + 60 * ns_per_s;
    return one;
  }

  static constexpr std::int64_t start_ns = 1'704'153'600 * ns_per_s;

  std::shared_ptr<Journal> journal_;
  Show show_;
  std::int64_t minute_ = 0;
  int keys_ = 0;
  std::unique_ptr<AccountNode> node_;
};

}  // namespace tally
