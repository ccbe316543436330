// The metrics of an account: names, labels and values over a story whose figures are known, and the endpoint itself.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "app/job/scenarios/play.hpp"
#include "gateway/metrics/account_metrics.hpp"
#include "gateway/metrics/metrics_endpoint.hpp"
#include "tests/catch.hpp"
#include "tests/ended.hpp"

using namespace tally;
using scenario::Play;
using scenario::Stage;

namespace {

AccountMetrics metrics_of(const Stage& stage, std::size_t top = 10) {
  AccountMetrics metrics(top);
  for_each_entry(stage.journal(), stage.shard(), 1, stage.journal().end(stage.shard()), [&](const Entry& entry) { metrics.fold_account(entry); });
  return metrics;
}

const MetricFamilyOf& family(const std::vector<MetricFamilyOf>& all, const std::string& name) {
  for (const MetricFamilyOf& of : all)
    if (of.name == name) return of;
  FAIL("there is no metric " << name);
  return all.front();
}

double value(const std::vector<MetricFamilyOf>& all, const std::string& name) {
  const MetricFamilyOf& of = family(all, name);
  REQUIRE(of.samples.size() == 1);
  return of.samples[0].value;
}

// One investor long 2 at 100.
void open_long(Play& play) {
  play.open_account();
  play.signal(1);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.accept(order, play.stage.now));
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(2), Price::whole(100), 1, play.stage.now));
}

BarObserved bar(ProductId product, int close, Time at) {
  BarObserved seen;
  seen.product = product;
  seen.open = seen.high = seen.low = seen.close = Price::whole(close);
  seen.closed_at = at;
  return seen;
}

bool promtool_is_there() {
  const bool there = std::system("command -v promtool >/dev/null 2>&1") == 0;
  if (!there) WARN("SKIPPED: promtool is not installed");
  return there;
}

std::string get(int port, const std::string& path) {
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  REQUIRE(::send(client, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4'096];
  for (ssize_t got; (got = ::recv(client, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
  ::close(client);
  return answer;
}

}  // namespace

TEST_CASE("Metrics: positions, profit and exposure by account and strategy") {
  Play play;
  open_long(play);
  AccountMetrics metrics = metrics_of(play.stage);
  auto all = metrics.at(play.stage.now);
  CHECK(value(all, "te_open_positions_count") == 1);
  CHECK(value(all, "te_net_exposure") == 200);
  CHECK(value(all, "te_unrealized_pnl_total") == 0);
  CHECK(value(all, "te_realized_pnl_total") == 0);
  CHECK(value(all, "tp_signals_accepted_total") == 1);
  CHECK(value(all, "engine_matches_emitted_total") == 0);
  const MetricFamilyOf& unrealized = family(all, "te_unrealized_pnl_total");
  REQUIRE(unrealized.samples[0].labels.size() == 2);
  CHECK(unrealized.samples[0].labels[0].first == "account");
  CHECK(unrealized.samples[0].labels[1].first == "strategy");

  // A bar of the venue is the live price: worth and profit follow it, and so do the ages.
  const ProductId product = Play::product();
  Entry bars;
  bars.events.push_back({{}, 0, bar(product, 110, play.stage.now + 60 * ns_per_s)});
  metrics.fold_venue(bars);
  all = metrics.at(play.stage.now + 90 * ns_per_s);
  CHECK(value(all, "te_net_exposure") == 220);
  CHECK(value(all, "te_unrealized_pnl_total") == 20);
  CHECK(value(all, "te_unrealized_pnl_top") == 20);
  CHECK(value(all, "te_rollup_staleness_seconds") == 30);
  CHECK(value(all, "prices_bar_delay_seconds") == 30);

  // An older bar changes nothing.
  Entry late;
  late.events.push_back({{}, 0, bar(product, 50, play.stage.now + 1)});
  metrics.fold_venue(late);
  CHECK(value(metrics.at(play.stage.now + 90 * ns_per_s), "te_net_exposure") == 220);
}

TEST_CASE("Metrics: a closed position leaves the gauges and stays in realized profit") {
  Play play;
  open_long(play);
  play.signal(0);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.accept(order, play.stage.now));
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(2), Price::whole(107), 1, play.stage.now));
  const auto all = metrics_of(play.stage).at(play.stage.now);
  CHECK(value(all, "te_open_positions_count") == 0);
  CHECK(value(all, "te_net_exposure") == 0);
  CHECK(value(all, "te_realized_pnl_total") == 14);
  CHECK(value(all, "engine_matches_emitted_total") == 1);
  CHECK(family(all, "te_unrealized_pnl_top").samples.empty());
  CHECK(family(all, "te_rollup_staleness_seconds").samples.empty());
}

TEST_CASE("Metrics: a rejection is counted under its rule") {
  Play play;
  play.open_account();
  play.stage.submit(HaltTrading{IdempotencyKey("halt"), OperatorId("ada"), "a drill"});
  play.signal(1);
  const auto all = metrics_of(play.stage).at(play.stage.now);
  const MetricFamilyOf& rejected = family(all, "tp_signals_rejected_total");
  REQUIRE(rejected.samples.size() == 1);
  CHECK(rejected.samples[0].labels[0].first == "code");
  CHECK(rejected.samples[0].value >= 1);
  CHECK(value(all, "tp_signals_accepted_total") == 0);
}

TEST_CASE("Metrics: the endpoint serves what the journal says now, and a port that is taken is refused") {
  Play play;
  open_long(play);
  const auto journal = std::shared_ptr<const Journal>(std::shared_ptr<void>(), &play.stage.journal());
  const MetricsEndpoint::Shards shards{play.stage.shard(), Symbol("venue/none")};
  MetricsEndpoint endpoint("127.0.0.1:0", journal, shards, 10, [&] { return play.stage.now; });
  const std::string first = get(endpoint.port(), "/metrics");
  CHECK(first.find("200 OK") != std::string::npos);
  CHECK(first.find("# TYPE te_net_exposure gauge") != std::string::npos);
  CHECK(first.find("# TYPE engine_matches_emitted_total counter") != std::string::npos);
  CHECK(first.find("tally_accepts_commands 1") != std::string::npos);
  play.signal(0);
  const ClientOrderId order = play.send_order();
  play.stage.submit(play.stage.venue.accept(order, play.stage.now));
  play.stage.submit(play.stage.venue.fill(order, Quantity::whole(2), Price::whole(90), 1, play.stage.now));
  const std::string second = get(endpoint.port(), "/metrics");
  CHECK(second.find("engine_matches_emitted_total 1") != std::string::npos);
  CHECK(second.find("} -20") != std::string::npos);
  CHECK_THROWS_AS(MetricsEndpoint("127.0.0.1:" + std::to_string(endpoint.port()), journal, shards, 10, [&] { return play.stage.now; }),
                  std::runtime_error);
}

TEST_CASE("Metrics: Prometheus can read the endpoint's answer") {
  if (!promtool_is_there()) return;
  Play play;
  open_long(play);
  const auto journal = std::shared_ptr<const Journal>(std::shared_ptr<void>(), &play.stage.journal());
  MetricsEndpoint endpoint("127.0.0.1:0", journal, {play.stage.shard(), Symbol("venue/none")}, 10, [&] { return play.stage.now; });
  const std::string answer = get(endpoint.port(), "/metrics");
  const std::string file = "metrics_" + std::to_string(::getpid()) + ".txt";
  std::ofstream(file) << answer.substr(answer.find("\r\n\r\n") + 4);
  const int checked = std::system(("promtool check metrics < " + file + " >/dev/null 2>&1").c_str());
  ::unlink(file.c_str());
  // 3: its linter would have no gauge end in _total.
  CHECK((WEXITSTATUS(checked) == 0 || WEXITSTATUS(checked) == 3));
}

TEST_CASE("Metrics: the alert rules are what Prometheus reads, and fire on what they name") {
  if (!promtool_is_there()) return;
  const std::string folder = std::string(TALLY_SOURCE_DIR) + "/cfg/alerts/";
  CHECK(std::system(("promtool check rules " + folder + "tallystick.yml >/dev/null 2>&1").c_str()) == 0);
  CHECK(std::system(("cd " + folder + " && promtool test rules tallystick_test.yml >/dev/null 2>&1").c_str()) == 0);
}
