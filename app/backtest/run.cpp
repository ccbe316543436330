#include "app/backtest/run.hpp"

#include <algorithm>

#include "app/account_node.hpp"
#include "app/command_intake.hpp"

namespace tally::backtest {
namespace {

constexpr const char* source = "backtest:bars";

}  // namespace

Symbol venue_shard(const Profile& profile) { return venue_shard_of(profile.venue.venue); }

Run::Run(const Config& config, std::vector<strategy::ProgramPtr> programs, std::string run_id, Listeners listeners)
    : config_(config), programs_(std::move(programs)), run_id_(std::move(run_id)), listeners_(std::move(listeners)),
      record_(config, listeners_.record), engine_(config.profile.account.account.symbol(), venue_shard(config.profile),
                                                  products(), config.equity_every_ns, hooks()) {}

void Run::warm_up(const std::vector<MarketChunk>& before) { before_ = &before; }

bool Run::take(const MarketChunk& chunk) {
  if (!began_) begin(chunk);
  const bool went = engine_.take(chunk);
  if (listeners_.curves)
    for (std::size_t i = 0; i < chunk.bars.size() && chunk.bars[i].closed_at <= engine_.now(); ++i)
      record_.price(chunk.series[i], chunk.bars[i].closed_at, chunk.bars[i].close);
  return went;
}

void Run::finish() {
  engine_.finish();
  record_.happened().bars = engine_.bars();
}

Price Run::mark(ProductId product) const {
  for (std::size_t i = 0; i < config_.bars.size(); ++i)
    if (const BarObserved* bar = config_.bars[i].product == product ? engine_.last_bar(i) : nullptr) return bar->close;
  return {};
}

std::vector<Figure> Run::figures() const {
  std::vector<Figure> all;
  if (const auto report = record_.equity_report()) all = figures_of(*report);
  for (Figure& figure : figures_of(record_.trades())) all.push_back(std::move(figure));
  return all;
}

// Everything that a node is told before it trades, in the order in which a node is told, when the first bar opens.
void Run::begin(const MarketChunk& first) {
  Time start = first.bars.front().opened_at;
  for (const BarObserved& bar : first.bars) start = std::min(start, bar.opened_at);
  began_ = start;
  for (Message& message : venue_configuration(config_.profile)) engine_.pair().configure_venue(std::move(message), start);
  for (Message& message : account_configuration(config_.profile)) submit(std::move(message));
  submit(ChangeLimits{IdempotencyKey("limits"), OperatorId("backtest"), config_.profile.limits});
  for (std::size_t i = 0; i < config_.investors.size(); ++i)
    submit(DepositFunds{IdempotencyKey("deposit-" + std::to_string(i + 1)), config_.investors[i].investor,
                        config_.investors[i].deposit});
  for (const AddSubscription& add : config_.subscriptions) submit(add);
  submit(ShardStarted{"backtest", run_id_, start});  // compares with the venue's records, which arms openings
  for (std::size_t i = 0; i < programs_.size(); ++i) {
    const strategy::Program& program = *programs_[i];
    Strategy strategy(program.definition.strategy, run_id_);
    StrategyVersionAdopted version = strategy.adoption_of(program, config_.strategies[i].bind);
    std::vector<AnchorBar> seen;
    if (before_) {
      version.after = start;
      for (const MarketChunk& chunk : *before_) read_bars(chunk, series_of_role(i), seen);
    }
    strategy.adopt(version, seen);
    engine_.add(std::move(strategy), version, series_of_role(i), start);
  }
}

void Run::submit(Message message) {
  write_minimum_unit(message, config_.profile.account.minimum_unit);
  engine_.pair().submit(std::move(message), *began_, "backtest");
}

EngineHooks Run::hooks() {
  for (const BarSource& bars : config_.bars)
    for (const ProductDefined& product : config_.profile.products)
      if (product.product == bars.product)
        half_spreads_.push_back(Price::from_units(product.tick.units() * config_.profile.venue.half_spread_ticks));
  EngineHooks hooks;
  hooks.capture = [this](const Message& input, std::vector<Message>& captured) { market_.capture(input, captured); };
  hooks.show = [this](const BarObserved& bar) {
    for (std::size_t i = 0; i < config_.bars.size(); ++i)
      if (config_.bars[i].product == bar.product) market_.show(bar, half_spreads_[i], source);
  };
  hooks.sink = [this](Symbol shard, const Entry& entry) {
    record_.entry(shard, entry);
    if (listeners_.journal) listeners_.journal(shard, entry);
  };
  hooks.sample = [this](Time at) { record_.sample(at, [this](ProductId product) { return mark(product); }); };
  hooks.stop = listeners_.stop ? listeners_.stop : [] { return false; };
  return hooks;
}

std::vector<std::uint32_t> Run::series_of_role(std::size_t strategy) const {
  std::vector<std::uint32_t> series;
  for (const std::string& role : programs_[strategy]->definition.roles)
    for (const StrategyBinding& binding : config_.strategies[strategy].bind)
      if (binding.role == role)
        for (std::uint32_t i = 0; i < config_.bars.size(); ++i)
          if (config_.bars[i].product == binding.product) series.push_back(i);
  return series;
}

std::vector<ProductId> Run::products() const {
  std::vector<ProductId> products;
  for (const BarSource& bars : config_.bars) products.push_back(bars.product);
  return products;
}

}  // namespace tally::backtest
