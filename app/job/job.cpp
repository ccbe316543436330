// The process that looks on: starts the node as a child, shows how far it is, kills it half-way, starts it again.
#include "app/job/job.hpp"

#include <signal.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>

#include "app/exit_code.hpp"
#include "app/job/bar_file.hpp"
#include "app/job/bar_generator.hpp"
#include "app/job/closing_note.hpp"
#include "app/job/performance.hpp"
#include "app/job/progress.hpp"
#include "app/node_access.hpp"
#include "app/node_operations.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using namespace job;

constexpr const char* marker = ".tally-job";

fs::path profile_of_job(const RunOptions& options) {
  if (options.profile) return *options.profile;
  const fs::path beside = profile_file({}, {}).parent_path() / "job.yaml";
  if (!fs::exists(beside)) throw CommandFailed(exit_usage, beside.string() + " is missing: name a profile with --profile");
  return beside;
}

// Empties what an earlier job left; touches nothing else.
void prepare(const DataDirectory& data, bool keep) {
  const bool used = fs::exists(data.path) && !fs::is_empty(data.path);
  if (used && !keep) {
    if (!fs::exists(data.path / marker))
      throw CommandFailed(
          exit_usage,
          data.path.string() + " holds something that is not of a job: name another --data, or --keep to go on with it");
    fs::remove_all(data.path);
  }
  make_directory(data);
  std::ofstream(data.path / marker) << "made by tally run; removed by the next one\n";
}

std::optional<Series> recorded_series(const RunOptions& options, const ProductDefined& product) {
  const std::string prefix = std::string(product.product.text()) + "=";
  for (const std::string& given : options.bars)
    if (given.starts_with(prefix)) return read_bars(given.substr(prefix.size()), product, options.minutes).series;
  return std::nullopt;
}

std::vector<Series> series_of(const RunOptions& options, const Profile& profile) {
  for (const std::string& given : options.bars)
    if (const std::size_t equals = given.find('='); equals == std::string::npos)
      throw CommandFailed(exit_usage, "--bars " + given + ": give PRODUCT=FILE");
    else product_of(given.substr(0, equals));
  std::vector<Series> series;
  for (const ProductDefined& product : profile.products) {
    auto recorded = recorded_series(options, product);
    series.push_back(recorded ? std::move(*recorded) : generate_bars(product, options.seed, options.minutes));
    if (series.back().bars.size() < RunOptions::minutes_min)
      throw CommandFailed(exit_usage, std::string(product.product.text()) + " has " + std::to_string(series.back().bars.size()) +
                                          " bars; the job needs " + std::to_string(RunOptions::minutes_min));
  }
  lay_on_grid(series, default_start);
  return series;
}

// ---- the child ----
[[noreturn]] void be_the_node(const DataDirectory& data, const fs::path& profile, const std::vector<Series>& series,
                              std::FILE* out) {
  try {
    fs::create_directories(data.log().parent_path());
    spdlog::set_default_logger(spdlog::basic_logger_mt("job", data.log().string()));
    const auto node = start_node({data.path, profile}, "job");
    ControlServer control(data.socket(), node_operations(*node, [] {}));
    const auto say = [out](const std::string& what) {
      std::fprintf(out, "%s\n", what.c_str());
      std::fflush(out);
    };
    const std::size_t bars = series.front().bars.size();
    Performance performance(*node, series, script_of(node->profile(), bars),
                            [&](const std::string& note) { say("note " + note); });
    for (bool more = true; more;) {
      more = performance.step();
      say("bar " + std::to_string(performance.bar()));
    }
    node->node().settle();
  } catch (const std::exception& error) {
    std::fprintf(out, "error %s\n", error.what());
    std::fflush(out);
    _exit(exit_failed);
  }
  spdlog::shutdown();
  _exit(exit_done);
}

struct Child {
  pid_t pid = 0;
  std::FILE* reports = nullptr;
};

// Forked while this process has one thread.
Child start_child(const DataDirectory& data, const fs::path& profile, const std::vector<Series>& series) {
  int ends[2];
  if (pipe(ends) != 0) throw CommandFailed(exit_failed, "no pipe to the node");
  const pid_t pid = fork();
  if (pid < 0) throw CommandFailed(exit_failed, "the node could not be started");
  if (pid == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a node whose watcher is gone is nobody's
    be_the_node(data, profile, series, fdopen(ends[1], "w"));
  }
  close(ends[1]);
  return {pid, fdopen(ends[0], "r")};
}

// ---- the watcher ----
struct Watched {
  std::size_t killed_at = 0;   // bar; 0: not killed
  std::string error;
  int status = 0;
};

// Reads a child's reports until it ends; kills it once it has reached `kill_at` (0: never).
Watched watch(const Child& child, Progress& progress, std::size_t kill_at) {
  Watched watched;
  char* line = nullptr;
  std::size_t capacity = 0;
  for (ssize_t length; (length = getline(&line, &capacity, child.reports)) > 0;) {
    const std::string report(line, static_cast<std::size_t>(length - 1));
    if (report.starts_with("note ")) progress.note(report.substr(5));
    if (report.starts_with("error ")) watched.error = report.substr(6);
    if (!report.starts_with("bar ")) continue;
    const std::size_t bar = std::stoul(report.substr(4));
    progress.reached(bar);
    if (kill_at == 0 || bar < kill_at || watched.killed_at != 0) continue;
    watched.killed_at = bar;
    kill(child.pid, SIGKILL);
  }
  free(line);
  fclose(child.reports);
  waitpid(child.pid, &watched.status, 0);
  return watched;
}

void require_done(const Watched& watched) {
  if (!watched.error.empty()) throw CommandFailed(exit_failed, "the node failed: " + watched.error);
  if (WIFSIGNALED(watched.status))
    throw CommandFailed(exit_failed, "the node was killed by signal " + std::to_string(WTERMSIG(watched.status)));
  if (WEXITSTATUS(watched.status) != exit_done)
    throw CommandFailed(exit_failed, "the node ended with exit code " + std::to_string(WEXITSTATUS(watched.status)));
}

void run_node(const DataDirectory& data, const fs::path& profile, const std::vector<Series>& series, bool terminal) {
  const std::size_t bars = series.front().bars.size();
  Progress progress(stderr, terminal, bars, "bars");
  Watched watched = watch(start_child(data, profile, series), progress, bars / 2);
  if (watched.killed_at != 0 && WIFSIGNALED(watched.status)) {
    progress.note("the node's process was killed at bar " + std::to_string(watched.killed_at) +
                  " (SIGKILL) and is started again");
    watched = watch(start_child(data, profile, series), progress, 0);
  }
  progress.finish();
  require_done(watched);
}

}  // namespace

int run_job(const RunOptions& options) {
  const fs::path profile_path = profile_of_job(options);
  const Profile profile = read_profile(profile_path);
  const DataDirectory data{options.data.value_or(profile.storage.data_directory)};
  std::vector<Series> series = series_of(options, profile);
  const auto shortest = std::min_element(series.begin(), series.end(), [](const Series& a, const Series& b) {
                          return a.bars.size() < b.bars.size();
                        })->bars.size();
  for (Series& one : series) one.bars.resize(shortest);
  prepare(data, options.keep);
  std::fprintf(stderr, "%zu minute bars of %zu products, data in %s\n", shortest, series.size(), data.path.c_str());
  run_node(data, profile_path, series, isatty(STDERR_FILENO));
  std::fprintf(stderr, "checking: conservation, the journal's hash chain, and every decision once more\n");
  const ClosingNote note = closing_note(data);
  if (options.json) std::cout << serialize(job::to_json(note)) << '\n';
  else print(std::cout, note, data, isatty(STDOUT_FILENO));
  return note.sound() ? exit_done : exit_differs;
}

}  // namespace tally
