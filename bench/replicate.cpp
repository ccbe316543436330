// P5: durable appends to three replicas over loopback sockets, each with a RocksDB of its own on the same disk, against the
// floor in the same run: three threads that write and fdatasync what comes over a bare TCP socket; committed when the leader and
// one follower have synced. Without TLS on both sides. Rounds interleaved.
//
// usage: bench_replicate [rounds=5] [entries a round=300]
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "actors/host/cluster/cluster_transport.hpp"
#include "bench/floor_append.hpp"
#include "bench/quiet_log.hpp"
#include "bench/sample_events.hpp"
#include "persistence/leadership_lost.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/rocksdb_journal.hpp"

using namespace tally;
using namespace tally::bench;

namespace {

const Symbol replicated("acct-1");
constexpr std::size_t event_bytes = 200;

bool receive_all(int socket, char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t got = ::recv(socket, bytes, count, 0);
    if (got <= 0) return false;
    bytes += got, count -= static_cast<std::size_t>(got);
  }
  return true;
}
bool send_all(int socket, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t sent = ::send(socket, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent, count -= static_cast<std::size_t>(sent);
  }
  return true;
}

// A follower of the floor: what comes is appended, synced, and counted back.
class FloorFollower {
 public:
  FloorFollower(const std::filesystem::path& file, std::size_t block) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int one = 1;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 1) != 0) std::abort();
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    thread_ = std::thread([listener, file, block] {
      const int leader = ::accept(listener, nullptr, nullptr);
      const int on = 1;
      ::setsockopt(leader, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      AppendFloor disk(file);
      std::string bytes(block, '\0');
      for (std::uint64_t count = 1; receive_all(leader, bytes.data(), bytes.size()); ++count) {
        disk.append(bytes);
        if (!send_all(leader, reinterpret_cast<const char*>(&count), sizeof count)) break;  // the leader has all it waited for
      }
      ::close(leader);
      ::close(listener);
    });
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  ~FloorFollower() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  int socket() const { return socket_; }
  std::uint64_t acknowledged = 0;

 private:
  int socket_ = -1;
  std::thread thread_;
};

struct Measured {
  double events_a_second = 0;
  double p50_us = 0;
};

Measured measured(std::vector<double> latencies, std::size_t events) {
  double sum = 0;
  for (const double latency : latencies) sum += latency;
  return {static_cast<double>(latencies.size() * events) / sum, median(std::move(latencies)) * 1e6};
}

Measured run_floor(const std::filesystem::path& directory, std::size_t entries, std::size_t events) {
  const std::string block(event_bytes * events, 'e');
  AppendFloor disk(directory / "leader");
  FloorFollower one(directory / "one", block.size()), two(directory / "two", block.size());
  std::vector<double> latencies;
  for (std::uint64_t sent = 1; sent <= entries; ++sent) {
    const double began = seconds_now();
    for (FloorFollower* follower : {&one, &two}) send_all(follower->socket(), block.data(), block.size());
    disk.append(block);
    while (one.acknowledged < sent && two.acknowledged < sent) {
      pollfd ready[2] = {{one.socket(), POLLIN, 0}, {two.socket(), POLLIN, 0}};
      ::poll(ready, 2, -1);
      if (ready[0].revents) receive_all(one.socket(), reinterpret_cast<char*>(&one.acknowledged), 8);
      if (ready[1].revents) receive_all(two.socket(), reinterpret_cast<char*>(&two.acknowledged), 8);
    }
    latencies.push_back(seconds_now() - began);
  }
  return measured(std::move(latencies), events);
}

class Replicas {
 public:
  explicit Replicas(const std::filesystem::path& directory) {
    for (const char* name : {"a", "b", "c"}) {
      Node& node = nodes_.emplace_back();
      node.directory = directory / name;
      cluster::TransportSettings link;
      link.self = replication::node_identity(node.directory);
      link.cluster = "bench";
      link.name = name;
      node.transport = std::make_unique<cluster::CafTransport>(link);
      RocksDbOptions options;
      options.disk_reserve_bytes = 0;
      options.replication.transport = node.transport.get();
      node.journal = std::make_unique<RocksDbJournal>(node.directory, options);
      node.transport->on_reachable([](replication::NodeId, bool) {});
      node.transport->start();
    }
    for (Node& node : nodes_)
      for (Node& other : nodes_)
        if (&node != &other) node.transport->add_peer(other.journal->self(), {"127.0.0.1", other.transport->port()});
    nodes_[0].journal->found(replicated);
    for (std::size_t i = 1; i < nodes_.size(); ++i)
      for (const auto kind : {consensus::Change::Kind::add_learner, consensus::Change::Kind::promote})
        until([&] {
          ask_first_to_lead();
          return journal().change(replicated, {kind, nodes_[i].journal->self(), false, false}) == consensus::Refusal::none;
        });
    lead();
  }
  // Until the first node leads; another one that came to lead hands over.
  void lead() {
    until([&] {
      ask_first_to_lead();
      try {
        journal().take_over(replicated);
        return true;
      } catch (const JournalError&) {
        return false;
      }
    });
  }
  ~Replicas() {
    for (Node& node : nodes_) node.journal.reset();
  }

  RocksDbJournal& journal() { return *nodes_[0].journal; }

 private:
  struct Node {
    std::filesystem::path directory;
    std::unique_ptr<cluster::CafTransport> transport;
    std::unique_ptr<RocksDbJournal> journal;
  };

  void ask_first_to_lead() {
    for (std::size_t i = 1; i < nodes_.size(); ++i)
      for (const auto& replica : nodes_[i].journal->replicas())
        if (replica.role == consensus::Role::leader) nodes_[i].journal->transfer(replicated, journal().self(), true);
  }

  template <class Condition>
  static void until(Condition condition) {
    const double give_up = seconds_now() + 30;
    while (!condition()) {
      if (seconds_now() > give_up) std::abort();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  std::vector<Node> nodes_;
};

// Throws LeadershipLost where the machine was too busy for a leader's heartbeats.
Measured run_replicas(RocksDbJournal& journal, std::size_t entries, std::size_t events) {
  std::vector<EntryPtr> prepared;
  for (std::size_t i = 1; i <= entries; ++i) prepared.push_back(execution_entry(journal.end(replicated) + i, events));
  std::vector<double> latencies;
  for (EntryPtr& next : prepared) {
    const EntryPtr entry = std::move(next);
    const double began = seconds_now();
    journal.append(replicated, entry->offset, std::span(&entry, 1));
    journal.wait_committed(replicated, entry->offset);
    latencies.push_back(seconds_now() - began);
  }
  return measured(std::move(latencies), events);
}

}  // namespace

int main(int argc, char** argv) {
  bench::keep_log_quiet();
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::size_t entries = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 300;
  const BenchDirectory directory;
  Replicas replicas(directory.path());
  for (const std::size_t events : {std::size_t{256}, std::size_t{1}}) {
    std::vector<double> rates, floors, rate_ratios, p50s, floor_p50s, p50_ratios;
    for (int round = 0; round < rounds; ++round) {
      const Measured floor = run_floor(directory.path(), entries, events);
      Measured ours;
      try {
        ours = run_replicas(replicas.journal(), entries, events);
      } catch (const LeadershipLost&) {
        std::printf("a round was lost with leadership: the machine is too busy\n");
        replicas.lead();
        continue;
      }
      rates.push_back(ours.events_a_second), floors.push_back(floor.events_a_second);
      rate_ratios.push_back(ours.events_a_second / floor.events_a_second);
      p50s.push_back(ours.p50_us), floor_p50s.push_back(floor.p50_us), p50_ratios.push_back(ours.p50_us / floor.p50_us);
    }
    if (rates.empty()) return 1;
    std::printf("P5  3 replicas, %3zu events an entry  %9.0f events/s  floor %9.0f  ratio %.2f   p50 %6.0f us  floor %6.0f us  ratio %.2f", events,
                median(rates), median(floors), median(rate_ratios), median(p50s), median(floor_p50s), median(p50_ratios));
    if (events == 256) std::printf("  goal >= 0.30 %s\n", median(rate_ratios) >= 0.30 ? "met" : "MISSED");
    else std::printf("  goal <= 2.0 %s\n", median(p50_ratios) <= 2.0 ? "met" : "MISSED");
  }
}
