// tallyd: runs a node on a data directory until SIGTERM or SIGINT.
#include <signal.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <iostream>
#include <new>

#include "app/cluster/cluster_node.hpp"
#include "app/commands/command.hpp"
#include "app/control_client.hpp"
#include "app/exit_code.hpp"
#include "app/feeds/feed_view.hpp"
#include "app/node_access.hpp"
#include "app/node_operations.hpp"
#include "gateway/metrics/metrics_endpoint.hpp"

namespace {

using namespace tally;

constexpr std::size_t log_bytes = std::size_t{8} << 20;
constexpr std::size_t log_files = 5;
constexpr int exit_out_of_memory = 72;   // beside 70 (a write failed) and 71 (a shard failed too often)

int failed(int code, const std::string& why) {
  std::cerr << "tallyd: " << why << '\n';
  return code;
}

void log_to(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  auto rotating = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), log_bytes, log_files);
  auto terminal = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("tallyd", spdlog::sinks_init_list{rotating, terminal});
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(logger);
}

// Signals are waited for, never handled: blocked in every thread, taken by the first one.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

std::unique_ptr<MetricsEndpoint> serve_metrics(AccountNode& node, const FeedFollowers& feeds) {
  const MonitoringSettings& settings = node.profile().monitoring;
  if (settings.export_to != MonitoringExport::metrics) return nullptr;
  auto endpoint = std::make_unique<MetricsEndpoint>(settings.listen, node.shared_journal(), MetricsEndpoint::Shards{node.account(), node.venue()},
                                                    settings.top_symbols, [&node] { return node.time().now(); },
                                                    [&feeds] { return feed_metrics(feeds); });
  spdlog::info("metrics on http://{}/metrics", settings.listen);
  return endpoint;
}

// A node of a cluster: it hosts its account only while it leads.
int run_in_cluster(ClusterSettings settings, const DataDirectory& data) {
  log_to(data.log());
  const sigset_t signals = block_signals();
  const pthread_t self = pthread_self();
  const auto stop = [self] { pthread_kill(self, SIGTERM); };
  ClusterNode node(std::move(settings), data, stop);
  ControlServer control(data.socket(), node.operations());
  spdlog::info("a node of a cluster runs in {}, socket {}", data.path.string(), data.socket().string());
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping on {}", strsignal(signal));
  node.step_aside();
  return exit_done;
}

int run(const Where& where) {
  const DataDirectory data = data_directory(where);
  make_directory(data);
  if (ControlClient::connect(data.socket())) throw CommandFailed(exit_busy, "a node runs on " + data.path.string() + " already");
  if (auto cluster = read_cluster_settings(data)) {
    if (where.profile) throw CommandFailed(exit_usage, "a node of a cluster takes its accounts from there: add one with tally cluster account add");
    return run_in_cluster(std::move(*cluster), data);
  }
  log_to(data.log());
  const sigset_t signals = block_signals();
  const auto node = start_node(where, "tallyd");
  const pthread_t self = pthread_self();
  const FeedFollowers feeds = follow_feeds(*node);
  ControlServer::Operations operations = node_operations(*node, [self] { pthread_kill(self, SIGTERM); });
  operations["feeds"] = [&feeds](const boost::json::object&) { return feeds_json(feeds); };
  ControlServer control(data.socket(), std::move(operations));
  const auto metrics = serve_metrics(*node, feeds);
  spdlog::info("account {} on venue {} runs in {}, socket {}", node->account().text(), node->venue().text(), data.path.string(),
               data.socket().string());
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping on {}", strsignal(signal));
  return exit_done;
}

// A node that goes on after it was refused memory would go on with half of something. Whoever runs it starts it again.
[[noreturn]] void out_of_memory() {
  constexpr std::string_view line = "tallyd: out of memory: this process ends; the journal has everything that was acknowledged\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  std::_Exit(exit_out_of_memory);
}

}  // namespace

int main(int argc, char** argv) {
  std::set_new_handler(out_of_memory);
  ArgumentParser parser("Runs one node: an account, its venue, their journal, and the socket that tally talks to.", "tallyd");
  Where where;
  Command app = parser.root();
  app.add_option("--data", where.data, "The node's data directory (default: the profile's)");
  app.add_option("--profile", where.profile, "The profile (default: the one kept in the data directory, else cfg/default.yaml)");
  try {
    if (!parser.parse(argc, argv)) return exit_done;
    const int code = run(where);
    spdlog::info("stopped");
    return code;
  } catch (const CommandFailed& error) {
    return failed(error.code, error.what());
  } catch (const std::exception& error) {
    return failed(exit_failed, error.what());
  }
}
