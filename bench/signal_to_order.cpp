// P10: from a signal's arrival at the node to its order at the venue port, durable, for one subscription and for
// 10,000; beside encode + pwrite + fdatasync of the same bytes to a preallocated file in the same run.
//
// Goals: p50 <= 1.7 x the floor for one subscription; <= 60 ms for 10,000.
#include <condition_variable>
#include <cstring>

#include "actors/host/live/node.hpp"
#include "actors/programs.hpp"
#include "bench/floor_append.hpp"
#include "messages/stored.hpp"
#include "persistence/rocksdb_journal.hpp"

using namespace tally;
using bench::median;
using bench::seconds_now;

namespace {

const Symbol shard("bench");
const ProductId product("BTC-USD");

// The other end of the port: takes the time, then fills the whole order at the mark.
class Wire {
 public:
  void perform(Node& node, const Event& event) {
    if (const auto* request = std::get_if<VenueStateRequested>(&event.body)) {
      VenueStateReported state;
      state.request = request->request;
      state.complete = true;
      state.account = request->account;
      return node.submit(shard, {state}, "venue");
    }
    const auto* order = std::get_if<OrderCommanded>(&event.body);
    if (!order) return;
    arrived_at = seconds_now();
    OrderSendReported sent;
    sent.order = order->order;
    node.submit(shard, {sent}, "venue");
    ExecutionReported fill;
    fill.order = order->order;
    fill.venue_order = VenueOrderId("v-" + std::string(order->order.text()));
    fill.execution = ExecutionId(std::string(order->order.text()) + "-1");
    fill.type = ExecutionType::trade;
    fill.product = product;
    fill.side = order->side;
    fill.last_quantity = fill.cumulative_quantity = order->quantity;
    fill.last_price = Price::whole(100);
    fill.account = order->account;
    node.submit(shard, {fill}, "venue");
  }
  double arrived_at = 0;
};

class PreallocatedFloor {
 public:
  explicit PreallocatedFloor(const std::filesystem::path& path) : file_(::open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC, 0644)) {
    const std::vector<char> zeros(std::size_t{64} << 20);
    if (file_ < 0 || ::pwrite(file_, zeros.data(), zeros.size(), 0) < 0 || ::fdatasync(file_) != 0) std::abort();
  }
  ~PreallocatedFloor() { ::close(file_); }
  double append(const std::vector<EntryPtr>& entries) {
    const double began = seconds_now();
    bytes_.clear();
    for (const EntryPtr& entry : entries) store_entry(*entry, bytes_);
    if (at_ + bytes_.size() > (std::size_t{64} << 20)) at_ = 0;
    if (::pwrite(file_, bytes_.data(), bytes_.size(), static_cast<off_t>(at_)) < 0 || ::fdatasync(file_) != 0) std::abort();
    at_ += bytes_.size();
    return seconds_now() - began;
  }

 private:
  int file_;
  std::size_t at_ = 0;
  std::vector<std::byte> bytes_;
};

void measure(std::size_t subscriptions, int rounds, double goal_ratio, double goal_ms) {
  bench::BenchDirectory directory;
  auto journal = std::make_shared<RocksDbJournal>(directory.path() / "journal");
  PreallocatedFloor floor(directory.path() / "floor");
  Node node("n1", journal, std::make_shared<TimeAuthority>(TimeAuthority::Mode::live));
  Wire wire;
  ShardOptions options;
  options.shard = shard;
  options.program = &account_program();
  options.capture = [&](const Message& input, std::vector<Message>& captured) {
    if (!std::holds_alternative<SendSignal>(input)) return;
    MarkCaptured mark{product, Price::whole(100), "bench", node.time().now(), {}};
    MidPriceCaptured mid;
    mid.product = product;
    mid.state = BookState::two_sided;
    mid.bid = Price::whole(99);
    mid.ask = Price::whole(101);
    mid.mid = Price::whole(100);
    mid.source = "bench";
    mid.at = mark.at;
    captured.push_back(std::move(mark));
    captured.push_back(std::move(mid));
  };
  options.effect = [&](const Entry&, const Event& event, Port) { wire.perform(node, event); };
  node.start_shard(options);
  const auto must = [&](Message message) {
    if (!node.submit_for(shard, std::move(message), "bench").get().accepted) std::abort();
  };
  const Money cent = Money::parse("0.01");
  must(AccountConfigured{AccountId("bench"), VenueId("bench"), "USD", cent, 0});
  ProductDefined defined;
  defined.product = product;
  defined.lot = Quantity::parse("0.0001");
  defined.tick = Price::parse("0.01");
  defined.minimum_unit = cent;
  must(defined);
  RiskLimits limits;
  limits.position_max = limits.order_quantity_max = Quantity::whole(1'000'000'000);
  limits.order_notional_max = limits.gross_notional_max = limits.daily_loss_max = Money::whole(1'000'000'000'000);
  limits.leverage_max = Ratio::whole(100);
  limits.drawdown_max = Ratio::whole(1);
  limits.open_positions_max = 100;
  must(ChangeLimits{IdempotencyKey("limits"), OperatorId("bench"), limits});
  for (std::size_t i = 0; i < subscriptions; ++i) {
    const std::string number = std::to_string(100'000 + i);
    const InvestorId investor("inv-" + number);
    DepositFunds deposit;
    deposit.key = IdempotencyKey("d" + number);
    deposit.investor = investor;
    deposit.amount = Money::whole(10'000);
    node.submit(shard, {deposit}, "bench");
    AddSubscription add;
    add.key = IdempotencyKey("a" + number);
    add.subscription = SubscriptionId("sub-" + number);
    add.investor = investor;
    add.source = SignalSourceId("trend");
    add.product = product;
    add.capital = Money::whole(10'000);
    add.terms.risk_fraction = Ratio::parse("0.01");
    add.terms.leverage_max = Ratio::whole(1);
    node.submit(shard, {add}, "bench");
    if (i % 1'000 == 999) node.settle();
  }
  node.settle();
  std::vector<double> ours, bare;
  for (int round = 0; round < rounds; ++round) {
    SendSignal signal;
    signal.key = IdempotencyKey("s" + std::to_string(round));
    signal.source = SignalSourceId("trend");
    signal.product = product;
    signal.direction = {static_cast<std::int8_t>(round % 2 == 0 ? 1 : -1)};
    signal.stop_loss_ratio = Ratio::parse("0.02");
    wire.arrived_at = 0;
    const double began = seconds_now();
    const Outcome outcome = node.submit_for(shard, signal, "bench").get();
    node.settle();
    if (wire.arrived_at == 0) {
      std::printf("no order left in round %d:\n", round);
      for (const EntryPtr& entry : outcome.cascade)
        for (const Event& event : entry->events) std::printf("  %zu %zu\n", entry->offset, event.body.index());
      std::exit(1);
    }
    ours.push_back(wire.arrived_at - began);
    bare.push_back(floor.append(outcome.cascade));
  }
  std::sort(ours.begin(), ours.end());
  std::printf("P10 signal -> order, %zu subscription%s: p50 %.3f ms, p99 %.3f ms; encode + fdatasync p50 %.3f ms, ratio %.2f", subscriptions,
              subscriptions == 1 ? "" : "s", median(ours) * 1e3, ours[ours.size() * 99 / 100] * 1e3, median(bare) * 1e3,
              median(ours) / median(bare));
  if (goal_ratio > 0) std::printf(" (goal <= %.1f)\n", goal_ratio);
  if (goal_ms > 0) std::printf(" (goal <= %.0f ms)\n", goal_ms);
}

}  // namespace

int main() {
  measure(1, 400, 1.7, 0);
  measure(10'000, 12, 0, 60);
}
