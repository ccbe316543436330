// A peer whose process is stopped: its kernel goes on acknowledging, so that no closed connection tells.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/cluster_transport/node.hpp"

using namespace tally;
using namespace tally::cluster;

namespace {

// This program once more, as node 2, listening on any port and told of node 1 by nobody.
class Child {
 public:
  Child() {
    int out[2], in[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(in, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 3);
    posix_spawn_file_actions_adddup2(&actions, in[0], 4);
    const char* arguments[] = {"/proc/self/exe", "The other end of the tests of a frozen peer", nullptr};
    const int failed = posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, const_cast<char**>(arguments), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(in[0]);
    stdin_ = in[1];
    if (failed != 0) throw std::runtime_error("no child");
    std::string text;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) text += c;
    ::close(out[0]);
    port = static_cast<std::uint16_t>(std::stoi(text));
  }
  ~Child() {
    ::close(stdin_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  void stop() const { ::kill(pid_, SIGSTOP); }
  void go_on() const { ::kill(pid_, SIGCONT); }
  void kill() const { ::kill(pid_, SIGKILL); }

  std::uint16_t port = 0;

 private:
  pid_t pid_ = 0;
  int stdin_ = -1;
};

std::size_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

// Only as the child of the tests below.
TEST_CASE("The other end of the tests of a frozen peer", "[.child]") {
  TestNode node(plain(2));
  const std::string text = std::to_string(node.transport.port()) + "\n";
  if (::write(3, text.data(), text.size()) < 0) return;
  char c = 0;
  while (::read(4, &c, 1) > 0) {
  }
}

TEST_CASE("A frozen peer is noticed, costs at most 64 MiB, and is met again when it goes on") {
  Child child;
  TestNode one(plain(1));
  one.transport.add_peer(2, {"127.0.0.1", child.port});
  REQUIRE(eventually([&] { return one.reaches(2); }));
  const std::size_t before = resident_bytes();
  child.stop();
  const auto stopped = std::chrono::steady_clock::now();
  std::size_t waiting_most = 0, memory_most = 0, offered = 0;
  while (one.reaches(2) && std::chrono::steady_clock::now() < stopped + std::chrono::seconds(20)) {
    for (int i = 0; i < 16; ++i) one.transport.send(2, static_cast<Lane>(i % lanes), Frame(64'000));
    offered += 16 * 64'000;
    waiting_most = std::max(waiting_most, one.peer(2).waiting_bytes);
    memory_most = std::max(memory_most, resident_bytes());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - stopped).count();
  WARN("noticed after " << took << " ms; " << (offered >> 20) << " MiB offered, " << (waiting_most >> 20) << " MiB waiting at most, memory grew by "
                        << (memory_most > before ? memory_most - before : 0) / (1u << 20) << " MiB");
  REQUIRE_FALSE(one.reaches(2));
  CHECK(one.peer(2).trouble == "nothing was heard from it");
  CHECK(waiting_most <= SessionSettings{}.waiting_bytes_max);
  CHECK(memory_most <= before + SessionSettings{}.waiting_bytes_max + (16u << 20));
  for (int i = 0; i < 2'000; ++i) one.transport.send(2, Lane::log, Frame(64'000));   // 122 MiB for somebody who is away
  CHECK(one.peer(2).waiting_bytes == 0);
  CHECK(resident_bytes() <= before + SessionSettings{}.waiting_bytes_max + (16u << 20));
  child.go_on();
  REQUIRE(eventually([&] { return one.reaches(2); }));
}

TEST_CASE("A peer that is killed is noticed by its closed connection") {
  Child child;
  TestNode one(plain(1));
  one.transport.add_peer(2, {"127.0.0.1", child.port});
  REQUIRE(eventually([&] { return one.reaches(2); }));
  child.kill();
  REQUIRE(eventually([&] { return !one.reaches(2); }));
  CHECK(one.peer(2).trouble.find("closed") + one.peer(2).trouble.find("cannot be reached") != 2 * std::string::npos);
}
