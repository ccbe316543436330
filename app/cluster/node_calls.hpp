// What nodes ask each other for people: one JSON object there, one back, over the transport's lane of calls.
//
// A question that is not answered in time, or whose peer went away, ends as UNKNOWN: it may have been done. Bounded: questions
// that wait here for an answer, and questions of others that wait to be answered; beyond, they are refused at once.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "persistence/replication/transport.hpp"

namespace tally {

class NodeCalls {
 public:
  static constexpr std::size_t asked_max = 256;
  static constexpr std::size_t waiting_max = 256;
  static constexpr std::size_t threads = 16;

  using NodeId = replication::NodeId;
  // Runs on a thread of this class; what it throws becomes the error.
  using Answer = std::function<boost::json::object(NodeId from, const boost::json::object& request)>;

  NodeCalls(replication::Transport& transport, Answer answer);
  ~NodeCalls() { stop(); }

  // Throws CommandFailed: what the other node said, or UNKNOWN.
  boost::json::object ask(NodeId to, const boost::json::object& request, std::chrono::milliseconds patience);

  // From the transport's threads.
  void received(NodeId from, const replication::Frame& frame);
  void went_away(NodeId peer);

  void stop();

 private:
  struct Question {
    NodeId to = 0;
    std::condition_variable changed;
    bool done = false;
    boost::json::object answer;
  };
  struct Waiting {
    NodeId from;
    std::uint64_t number;
    boost::json::object request;
  };

  void work();
  void send(NodeId to, const boost::json::object& call);

  replication::Transport& transport_;
  Answer answer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::uint64_t asked_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Question>> questions_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace tally
