// Accepts connections that speak in lines, each served by a thread of its own; at most so many at once.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "app/line_socket.hpp"

namespace tally {

class LineServer {
 public:
  struct Options {
    std::size_t connections_max = 16;
    int idle_seconds = 60;                        // a connection that is silent for so long, or takes nothing, is closed
    std::function<std::string(int fd)> refusal;   // what to tell a connection before it is closed; empty: it is served
    std::string full;                             // what one connection more is told
  };
  // Speaks with one connection until its end; what it throws as SocketError ends the connection.
  using Serve = std::function<void(LineSocket&)>;

  LineServer(LineSocket listener, Options options, Serve serve);
  ~LineServer();  // ends every connection
  LineServer(const LineServer&) = delete;
  LineServer& operator=(const LineServer&) = delete;

  std::string address() const { return listener_.local_address(); }  // of TCP

 private:
  struct Connection {
    LineSocket socket;
    std::thread thread;
    std::atomic<bool> done{false};
  };

  void accept_all();
  void admit(LineSocket socket);
  void serve(Connection& connection);
  void sweep(bool all);

  Options options_;
  Serve serve_;
  LineSocket listener_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::list<Connection> connections_;
  std::thread acceptor_;
};

}  // namespace tally
