// A node of a test: a transport that remembers what came.
#pragma once

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "actors/host/cluster/cluster_transport.hpp"
#include "app/certificates/authority.hpp"
#include "tests/catch.hpp"

namespace tally::cluster {

// Long enough for a machine that has much else to do; nothing waits for it that comes earlier.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds(20)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

inline Frame frame_of(std::string_view text) {
  const auto bytes = wire::bytes_of(text);
  return Frame(bytes.begin(), bytes.end());
}

struct Came {
  NodeId from = 0;
  Lane lane = Lane::votes;
  std::string text;
};

class TestNode {
 public:
  explicit TestNode(TransportSettings settings) : transport(std::move(settings)) {
    transport.on_receive([this](NodeId from, Lane lane, Frame frame) {
      std::lock_guard lock(mutex_);
      came_.push_back({from, lane, std::string(wire::text_of(frame))});
    });
    transport.on_reachable([this](NodeId peer, bool reachable) {
      std::lock_guard lock(mutex_);
      changes_.push_back({peer, reachable});
    });
    transport.start();
  }

  Address address() const { return {"127.0.0.1", transport.port()}; }
  std::size_t count() const {
    std::lock_guard lock(mutex_);
    return came_.size();
  }
  std::vector<Came> came() const {
    std::lock_guard lock(mutex_);
    return came_;
  }
  std::vector<std::pair<NodeId, bool>> changes() const {
    std::lock_guard lock(mutex_);
    return changes_;
  }
  PeerStatus peer(NodeId id) const {
    for (const PeerStatus& row : transport.peers())
      if (row.id == id) return row;
    return {};
  }
  // What is wrong with the peer at that address, whoever it is.
  std::string trouble(const Address& at) const {
    for (const PeerStatus& row : transport.peers())
      if (row.address == at && !row.trouble.empty()) return row.trouble;
    return {};
  }
  bool reaches(NodeId id) const { return peer(id).reachable; }

 private:
  mutable std::mutex mutex_;
  std::vector<Came> came_;
  std::vector<std::pair<NodeId, bool>> changes_;

 public:
  CafTransport transport;   // last: its calls end before what they write to
};

inline TransportSettings plain(NodeId id, const std::string& cluster = "test") {
  TransportSettings settings;
  settings.self = id;
  settings.cluster = cluster;
  settings.name = "node-" + std::to_string(id);
  return settings;
}

inline TransportSettings secure(NodeId id, const std::filesystem::path& certificates, const std::string& cluster = "test") {
  TransportSettings settings = plain(id, cluster);
  settings.certificates = certificates;
  return settings;
}

// Gone at the end of the test.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "tally-transport-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tally::cluster
