#include "app/drill/proxy.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace tally::drill {
namespace {

constexpr std::size_t piece_bytes = 65'536;
constexpr int round_ms = 2;

std::int64_t proxy_now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * std::int64_t{1'000} + now.tv_nsec / 1'000'000;
}

void never_block(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

// One direction of one connection.
struct Proxy::Stream {
  struct Piece {
    std::int64_t due_ms;
    std::string bytes;
  };
  std::deque<Piece> pieces;
  std::size_t waiting = 0;

  // False where the connection is over.
  bool take(int from, int delay_ms) {
    if (waiting >= waiting_max) return true;
    std::string bytes(piece_bytes, '\0');
    const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return false;
    bytes.resize(static_cast<std::size_t>(count));
    waiting += bytes.size();
    pieces.push_back({proxy_now_ms() + delay_ms, std::move(bytes)});
    return true;
  }
  bool give(int to) {
    while (!pieces.empty() && pieces.front().due_ms <= proxy_now_ms()) {
      std::string& bytes = pieces.front().bytes;
      const ssize_t count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) return errno == EAGAIN || errno == EINTR;
      waiting -= static_cast<std::size_t>(count);
      bytes.erase(0, static_cast<std::size_t>(count));
      if (bytes.empty()) pieces.pop_front();
      else return true;
    }
    return true;
  }
};

struct Proxy::Pair {
  LineSocket dialler;
  LineSocket target;
  Stream there;
  Stream back;
};

Proxy::Proxy(std::string target)
    : target_(std::move(target)), listener_(LineSocket::listen_tcp("127.0.0.1:0")), address_(listener_.local_address()) {
  never_block(listener_.fd());
  thread_ = std::thread([this] { run(); });
}

Proxy::~Proxy() {
  stopping_ = true;
  thread_.join();
}

void Proxy::run() {
  while (!stopping_) {
    pollfd ready{listener_.fd(), POLLIN, 0};
    std::vector<pollfd> all{ready};
    for (const Pair& pair : pairs_) {
      all.push_back({pair.dialler.fd(), static_cast<short>(there_ == Passage::open ? POLLIN : 0), 0});
      all.push_back({pair.target.fd(), static_cast<short>(back_ == Passage::open ? POLLIN : 0), 0});
    }
    ::poll(all.data(), all.size(), round_ms);
    std::this_thread::sleep_for(
        std::chrono::microseconds(300));  // a held connection whose end is gone would make poll return at once
    if (halve_.exchange(false)) {
      for (Pair& pair : pairs_)
        if (halves_.size() < pairs_max) halves_.push_back(std::move(pair.target));
      pairs_.clear();
    }
    if (forget_halves_.exchange(false)) halves_.clear();
    if (drop_.exchange(false) || there_ == Passage::cut || back_ == Passage::cut) pairs_.clear();
    admit();
    std::erase_if(pairs_, [this](Pair& pair) { return !move(pair); });
  }
}

void Proxy::admit() {
  const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  LineSocket dialler(fd);
  if (there_ == Passage::cut || back_ == Passage::cut || pairs_.size() >= pairs_max) return;
  try {
    auto target = LineSocket::connect_tcp(target_, 1);
    if (!target) return;
    never_block(target->fd());
    Pair& pair = pairs_.emplace_back();
    pair.dialler = std::move(dialler);
    pair.target = *std::move(target);
  } catch (const SocketError&) {  // nobody there: the dialler is told by the end of its connection
  }
}

bool Proxy::move(Pair& pair) {
  const int jitter = jitter_ms_;
  const auto delay = [&] { return delay_ms_ + (jitter > 0 ? static_cast<int>(random_() % static_cast<unsigned>(jitter + 1)) : 0); };
  if (there_ == Passage::open && !(pair.there.take(pair.dialler.fd(), delay()) && pair.there.give(pair.target.fd()))) return false;
  if (back_ == Passage::open && !(pair.back.take(pair.target.fd(), delay()) && pair.back.give(pair.dialler.fd()))) return false;
  return true;
}

ProxyMesh::ProxyMesh(const std::map<std::string, std::string>& addresses) {
  for (const auto& [from, unused] : addresses)
    for (const auto& [to, target] : addresses)
      if (from != to) proxies_[{from, to}] = std::make_unique<Proxy>(target);
}

std::string ProxyMesh::address(const std::string& from, const std::string& to) const {
  return proxies_.at({from, to})->address();
}

void ProxyMesh::set(const std::string& from, const std::string& to, Passage passage) {
  proxies_.at({from, to})->set_there(passage);
  proxies_.at({to, from})->set_back(passage);
}

void ProxyMesh::set_between(const std::string& one, const std::string& other, Passage passage) {
  set(one, other, passage);
  set(other, one, passage);
}

void ProxyMesh::set_delay(int ms, int jitter_ms) {
  for (const auto& [ends, proxy] : proxies_) proxy->set_delay(ms, jitter_ms);
}

void ProxyMesh::halve_connections() {
  for (const auto& [ends, proxy] : proxies_) proxy->halve_connections();
}

void ProxyMesh::drop_connections() {
  for (const auto& [ends, proxy] : proxies_) proxy->drop_connections();
}

void ProxyMesh::heal() {
  set_delay(0);
  for (const auto& [ends, proxy] : proxies_) {
    proxy->set_there(Passage::open);
    proxy->set_back(Passage::open);
    proxy->heal_halves();
  }
}

}  // namespace tally::drill
