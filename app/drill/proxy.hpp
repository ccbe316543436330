// A TCP proxy between two nodes of a drill, one a direction of dialling, which lets bytes through, holds them back or cuts
// connections: what a network does, without needing to be root.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "app/line_socket.hpp"

namespace tally::drill {

// hold: nothing moves, and connections stay as if nothing were wrong. cut: connections end, and new ones are refused.
enum class Passage : std::uint8_t { open, hold, cut };

class Proxy {
 public:
  static constexpr std::size_t pairs_max = 32;
  static constexpr std::size_t waiting_max = std::size_t{4} << 20;   // bytes a direction of a connection, then it is not read

  explicit Proxy(std::string target);   // listens on a port of its own from now on
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  const std::string& address() const { return address_; }
  void set_there(Passage passage) { there_ = passage; }   // what the one who dials says
  void set_back(Passage passage) { back_ = passage; }     // what is answered on the same connection
  // Each way: so long, and up to `jitter_ms` longer by chance; what was sent first arrives first all the same.
  void set_delay(int ms, int jitter_ms = 0) { delay_ms_ = ms, jitter_ms_ = jitter_ms; }
  void drop_connections() { drop_ = true; }               // once; new ones are welcome
  // Once: who dialled is told that its connections are gone; their other ends hear nothing of it before heal_halves().
  void halve_connections() { halve_ = true; }
  void heal_halves() { forget_halves_ = true; }

 private:
  struct Stream;
  struct Pair;

  void run();
  void admit();
  bool move(Pair& pair);

  const std::string target_;
  LineSocket listener_;
  const std::string address_;
  std::atomic<Passage> there_{Passage::open};
  std::atomic<Passage> back_{Passage::open};
  std::atomic<int> delay_ms_{0};
  std::atomic<int> jitter_ms_{0};
  std::atomic<bool> drop_{false};
  std::atomic<bool> halve_{false};
  std::atomic<bool> forget_halves_{false};
  std::atomic<bool> stopping_{false};
  std::list<Pair> pairs_;
  std::vector<LineSocket> halves_;        // kept open, and never read
  std::minstd_rand random_;
  std::thread thread_;
};

// Proxies between all of a drill's nodes.
class ProxyMesh {
 public:
  // `addresses`: where each node really listens, by name.
  explicit ProxyMesh(const std::map<std::string, std::string>& addresses);

  // Where `from` is to dial `to`.
  std::string address(const std::string& from, const std::string& to) const;

  // What `from` says to `to`, whoever dialled.
  void set(const std::string& from, const std::string& to, Passage passage);
  // Both ways.
  void set_between(const std::string& one, const std::string& other, Passage passage);
  void set_delay(int ms, int jitter_ms = 0);
  void drop_connections();
  void halve_connections();
  void heal();   // all open, no delay, no half connections

 private:
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Proxy>> proxies_;   // who dials, whom
};

}  // namespace tally::drill
