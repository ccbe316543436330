// Frames between two nodes on loopback beside what a bare TCP socket does in the same run: events of 200 bytes a second, one
// or 64 in a frame, and the round trip of one frame. Secure: with certificates and TLS.
//
//   bench_transport --benchmark_counters_tabular=true
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <sys/socket.h>
#include <thread>

#include "actors/host/cluster/cluster_transport.hpp"
#include "actors/host/cluster/sockets.hpp"
#include "app/certificates/authority.hpp"
#include "bench/quiet_log.hpp"

using namespace tally;
using namespace tally::cluster;

namespace {

constexpr std::size_t event_bytes = 200;
constexpr std::size_t on_the_way_max = 512u << 10;   // bytes that the sender may be ahead

void wait_until(const std::atomic<std::uint64_t>& count, std::uint64_t wanted) {
  for (std::uint64_t now = count.load(); now < wanted; now = count.load()) count.wait(now);
}

// A directory with an authority and two nodes' certificates.
class Certificates {
 public:
  Certificates() {
    std::string name = (std::filesystem::temp_directory_path() / "tally-bench-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    directory = name;
    create_authority(directory / "ca", "bench", valid_for(2));
    for (const NodeId id : {1, 2}) issue_certificate(directory / "ca", id, directory / std::to_string(id), valid_for(1));
  }
  ~Certificates() { std::filesystem::remove_all(directory); }
  std::filesystem::path directory;
};

class Pair {
 public:
  explicit Pair(bool secure) {
    bench::keep_log_quiet();
    for (const NodeId id : {1, 2}) {
      TransportSettings settings;
      settings.self = id;
      settings.cluster = "bench";
      if (secure) settings.certificates = certificates.directory / std::to_string(id);
      (id == 1 ? one : two) = std::make_unique<CafTransport>(settings);
    }
    two->on_receive([this](NodeId from, Lane lane, Frame frame) {
      if (echo) two->send(from, lane, std::move(frame));
      arrived.fetch_add(1);
      arrived.notify_all();
    });
    one->on_receive([this](NodeId, Lane, Frame) {
      returned.fetch_add(1);
      returned.notify_all();
    });
    // Each end knows by itself; frames sent before are dropped.
    for (CafTransport* end : {one.get(), two.get()})
      end->on_reachable([this](NodeId, bool reachable) {
        if (!reachable && !stopping) std::abort();   // what was on its way is lost, and the figures with it
        up.fetch_add(1);
        up.notify_all();
      });
    two->start();
    one->start();
    one->add_peer(2, {"127.0.0.1", two->port()});
    wait_until(up, 2);
  }
  ~Pair() {
    stopping = true;
    one->stop();
    two->stop();
  }

  Certificates certificates;
  std::atomic<bool> echo = false, stopping = false;
  std::atomic<std::uint64_t> up = 0, arrived = 0, returned = 0;
  std::unique_ptr<CafTransport> one, two;
};

void transport_events(benchmark::State& state, bool secure) {
  Pair pair(secure);
  const std::size_t batch = static_cast<std::size_t>(state.range(0));
  const std::uint64_t ahead = on_the_way_max / (batch * event_bytes);
  std::uint64_t sent = 0;
  for (auto _ : state) {
    pair.one->send(2, Lane::log, Frame(batch * event_bytes));
    if (++sent > ahead) wait_until(pair.arrived, sent - ahead);
  }
  wait_until(pair.arrived, sent);
  state.SetItemsProcessed(static_cast<std::int64_t>(sent * batch));
}
void plain_events(benchmark::State& state) { transport_events(state, false); }
void secure_events(benchmark::State& state) { transport_events(state, true); }

void transport_round_trip(benchmark::State& state, bool secure) {
  Pair pair(secure);
  pair.echo = true;
  std::uint64_t sent = 0;
  for (auto _ : state) {
    pair.one->send(2, Lane::votes, Frame(static_cast<std::size_t>(state.range(0)) * event_bytes));
    wait_until(pair.returned, ++sent);
  }
}
void plain_round_trip(benchmark::State& state) { transport_round_trip(state, false); }
void secure_round_trip(benchmark::State& state) { transport_round_trip(state, true); }

// A bare connection over loopback; blocking.
struct Connection {
  Connection() {
    const Socket listener = listening({"127.0.0.1", 0}, true);
    client = connected({"127.0.0.1", port_of(listener)}, std::chrono::seconds(1), true);
    server = Socket(::accept(listener.fd(), nullptr, nullptr));
    const int flags = fcntl(client.fd(), F_GETFL);
    fcntl(client.fd(), F_SETFL, flags & ~O_NONBLOCK);
  }
  Socket client, server;
};

void write_all(int fd, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (written <= 0) throw std::runtime_error("the floor's connection broke");
    done += static_cast<std::size_t>(written);
  }
}

void floor_events(benchmark::State& state) {
  Connection connection;
  const std::string frame(static_cast<std::size_t>(state.range(0)) * event_bytes, 'f');
  const std::uint64_t ahead = on_the_way_max / frame.size();
  std::atomic<std::uint64_t> arrived = 0;
  std::thread reader([&] {
    std::string buffer(frame.size(), '\0');
    for (std::size_t have = 0;;) {
      const ssize_t size = ::read(connection.server.fd(), buffer.data() + have, buffer.size() - have);
      if (size <= 0) return;
      have += static_cast<std::size_t>(size);
      if (have < frame.size()) continue;
      have = 0;
      arrived.fetch_add(1);
      arrived.notify_all();
    }
  });
  std::uint64_t sent = 0;
  for (auto _ : state) {
    write_all(connection.client.fd(), frame);
    if (++sent > ahead) wait_until(arrived, sent - ahead);
  }
  wait_until(arrived, sent);
  connection.client.shut_down();
  reader.join();
  state.SetItemsProcessed(static_cast<std::int64_t>(sent) * state.range(0));
}

void floor_round_trip(benchmark::State& state) {
  Connection connection;
  const std::string frame(static_cast<std::size_t>(state.range(0)) * event_bytes, 'f');
  const auto read_all = [&](int fd) {
    std::string buffer(frame.size(), '\0');
    for (std::size_t have = 0; have < frame.size();) {
      const ssize_t size = ::read(fd, buffer.data() + have, buffer.size() - have);
      if (size <= 0) return false;
      have += static_cast<std::size_t>(size);
    }
    return true;
  };
  std::thread echo([&] {
    while (read_all(connection.server.fd())) write_all(connection.server.fd(), frame);
  });
  for (auto _ : state) {
    write_all(connection.client.fd(), frame);
    read_all(connection.client.fd());
  }
  connection.client.shut_down();
  echo.join();
}

}  // namespace

BENCHMARK(floor_events)->Arg(1)->Arg(64)->UseRealTime();
BENCHMARK(plain_events)->Arg(1)->Arg(64)->UseRealTime();
BENCHMARK(secure_events)->Arg(1)->Arg(64)->UseRealTime();
BENCHMARK(floor_round_trip)->Arg(1)->Arg(64)->UseRealTime();
BENCHMARK(plain_round_trip)->Arg(1)->Arg(64)->UseRealTime();
BENCHMARK(secure_round_trip)->Arg(1)->Arg(64)->UseRealTime();

BENCHMARK_MAIN();
