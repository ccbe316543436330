// A network between journals of one process: frames arrive on a thread of their own, in order a pair of nodes, unless the link
// is cut.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "persistence/replication/transport.hpp"

namespace tally::samples {

using replication::Frame;
using replication::Lane;
using replication::NodeId;

class LoopbackNetwork;

class LoopbackTransport final : public replication::Transport {
 public:
  LoopbackTransport(LoopbackNetwork& network, NodeId self) : network_(network), self_(self) {}
  ~LoopbackTransport() override { stop(); }

  void on_receive(Receive call) override { receive_ = std::move(call); }
  void on_reachable(Reachable) override {}
  void start() override;
  void stop() override;
  void send(NodeId to, Lane lane, Frame frame) override;

  // From the network's thread.
  void deliver(NodeId from, Lane lane, Frame frame) {
    std::lock_guard lock(mutex_);
    if (started_) receive_(from, lane, std::move(frame));
  }

 private:
  LoopbackNetwork& network_;
  const NodeId self_;
  std::mutex mutex_;
  Receive receive_;
  bool started_ = false;
};

class LoopbackNetwork {
 public:
  LoopbackNetwork() : thread_([this] { run(); }) {}
  ~LoopbackNetwork() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void attach(NodeId id, LoopbackTransport* transport) {
    std::lock_guard lock(mutex_);
    nodes_[id] = transport;
  }
  void detach(NodeId id) {
    std::unique_lock lock(mutex_);
    nodes_.erase(id);
    idle_.wait(lock, [&] { return delivering_ != id; });
  }
  // Nobody hears `id` and it hears nobody.
  void cut(NodeId id) {
    std::lock_guard lock(mutex_);
    cut_.insert(id);
  }
  void heal() {
    std::lock_guard lock(mutex_);
    cut_.clear();
  }
  void send(NodeId from, NodeId to, Lane lane, Frame frame) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back({from, to, lane, std::move(frame)});
    }
    wake_.notify_one();
  }

 private:
  struct Waiting {
    NodeId from, to;
    Lane lane;
    Frame frame;
  };

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      const auto target = nodes_.find(next.to);
      if (target == nodes_.end() || cut_.contains(next.from) || cut_.contains(next.to)) continue;
      delivering_ = next.to;
      lock.unlock();
      target->second->deliver(next.from, next.lane, std::move(next.frame));
      lock.lock();
      delivering_ = 0;
      idle_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  std::map<NodeId, LoopbackTransport*> nodes_;
  std::set<NodeId> cut_;
  std::deque<Waiting> waiting_;
  NodeId delivering_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

inline void LoopbackTransport::start() {
  {
    std::lock_guard lock(mutex_);
    started_ = true;
  }
  network_.attach(self_, this);
}
inline void LoopbackTransport::stop() {
  network_.detach(self_);
  std::lock_guard lock(mutex_);
  started_ = false;
}
inline void LoopbackTransport::send(NodeId to, Lane lane, Frame frame) { network_.send(self_, to, lane, std::move(frame)); }

}  // namespace tally::samples
