// What disks do: vanish, come back old, flip a bit, fill up, fail, hang.
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "app/drill/fault_lists.hpp"
#include "app/exit_code.hpp"
#include "persistence/atomic_file.hpp"

namespace tally::drill {
namespace {

namespace fs = std::filesystem;

constexpr int stop_ms = 10'000;

void stop_and_wait(Scene& scene, DrillNode& node) {
  node.process->kill();
  scene.watch(300);
}

// What a node keeps; its socket, left by a kill, is none of it.
void copy_kept(const DataDirectory& from, const fs::path& to) {
  fs::remove(from.socket());
  fs::copy(from.path, to, fs::copy_options::recursive);
}

// A follower's directory is gone; the person at the laptop takes the lost node out and joins anew.
void wipe(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  const DrillNode& leader = scene.leading();
  seen.what = "the disk of a follower, " + node.name + ", is wiped; it joins anew under another id";
  seen.node = node.name;
  node.process->kill();
  seen.at = scene.now();
  fs::remove_all(node.data.path);
  scene.world.ask(leader, {{"op", "cluster_leave"}, {"node", node.name}}, 5);
  scene.watch(1'500);
  scene.world.join(node);
  scene.world.start_node(node);
  seen.healed = scene.now();
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
  scene.watch(3'000);
}

// An old copy of a follower's directory is put back, as a restored backup would be.
void roll_back(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = "the disk of a follower, " + node.name + ", is put back to what it was some seconds before";
  const fs::path copy = scene.world.directory() / "old-copy";
  node.process->stop(stop_ms);
  copy_kept(node.data, copy);
  scene.world.start_node(node);
  scene.watch(3'000);
  node.process->kill();
  seen.at = scene.now();
  fs::remove_all(node.data.path);
  fs::rename(copy, node.data.path);
  scene.world.start_node(node);
  seen.healed = scene.now();
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
  scene.watch(2'000);
}

// The largest file of the log: where a flipped bit most likely hits what was acknowledged.
fs::path largest_file(const fs::path& directory) {
  fs::path largest;
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file() && entry.file_size() > bytes) bytes = entry.file_size(), largest = entry.path();
  return largest;
}

void flip_bit(const fs::path& file) {
  std::string bytes = read_file(file);
  if (bytes.empty()) throw CommandFailed(exit_failed, file.string() + " is empty: there is no bit to flip");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

void damage(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.node = node.name;
  seen.corrupts = true;
  stop_and_wait(scene, node);
  seen.at = scene.now();
  const fs::path file = largest_file(node.data.journal() / "data");
  flip_bit(file);
  seen.what = "one bit flips in " + file.filename().string() + " of a follower, " + node.name;
  scene.world.start_node(node);
  seen.healed = scene.now();
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
  scene.watch(3'000);
}

// ---- strace stands between a process and its disk ----

std::string strace_missing(const Means&) {
  static const bool there = ::system("strace -e trace=none true > /dev/null 2>&1") == 0;
  return there ? "" : "strace is not installed, or may not trace here";
}

// Attached to the leader until it is destroyed.
class Injection {
 public:
  Injection(Scene& scene, const DrillNode& node, const std::string& what)
      : strace_(
            std::vector<std::string>{"/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-p", std::to_string(node.process->pid()),
                                     "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:" + what},
            scene.world.directory() / "strace.out") {}
  ~Injection() { strace_.stop(2'000); }

 private:
  ChildProcess strace_;
};

void fail_sync(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.leading();
  seen.what = "fsync of the leader, " + node.name + ", fails with EIO";
  seen.node = node.name;
  {
    const Injection injection(scene, node, "error=EIO");
    seen.at = scene.now();
    for (const Ms until = scene.now() + 5'000; node.process->running() && scene.now() < until;) scene.watch(50);
  }
  seen.what += node.process->running() ? "; it went on" : "; it ended with " + node.process->ended();
  node.process->kill();
  scene.watch(1'500);
  seen.healed = scene.now();
  scene.world.start_node(node);
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
}

void hang_disk(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.leading();
  seen.what = "every fsync of the leader, " + node.name + ", takes 5 s, for 10 s";
  seen.node = node.name;
  {
    const Injection injection(scene, node, "delay_enter=5000000");
    seen.at = scene.now();
    scene.watch(10'000);
  }
  seen.healed = scene.now();
  if (!node.process->running()) scene.world.start_node(node);
  seen.service_from = scene.majority_without_one() ? seen.at : seen.healed;
}

// ---- a small disk of its own ----

std::string mount_missing(const Means&) { return ::geteuid() == 0 ? "" : "a small disk of its own needs root"; }

constexpr const char* small_disk = "size=1g";   // twice what a profile keeps free if it says nothing

class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& at) : at_(at) {
    if (::mount("tally-drill", at.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, small_disk) != 0)
      throw CommandFailed(exit_failed, "a small disk could not be mounted at " + at.string());
  }
  ~SmallDisk() { ::umount2(at_.c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  fs::path at_;
};

// Writes until there is no room for one byte more.
void fill(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string zeros(1 << 20, '\0');
  for (std::size_t piece = zeros.size(); piece > 0;)
    if (::write(fd, zeros.data(), piece) <= 0) piece /= 2;
  ::close(fd);
}

// A node's directory moves to a small disk, which then fills up and is given room again. Its files move back in the end.
void fill_disk(Scene& scene, FaultSeen& seen) {
  DrillNode& node = scene.following();
  seen.what = "the disk of " + node.name + " is full for 4 s, while it leads";
  seen.node = node.name;
  const fs::path kept = scene.world.directory() / "beside";
  node.process->stop(stop_ms);
  fs::rename(node.data.path, kept);
  fs::create_directory(node.data.path);
  {
    const SmallDisk disk(node.data.path);
    copy_kept({kept}, node.data.path);
    scene.world.start_node(node);
    scene.watch(2'500);
    scene.world.ask(scene.leading(), {{"op", "cluster_transfer"}, {"to", node.name}}, 10);
    scene.watch(1'500);
    fill(node.data.path / "ballast");
    seen.at = scene.now();
    scene.watch(4'000);
    seen.what += node.process->running() ? "; it went on" : "; it ended with " + node.process->ended();
    fs::remove(node.data.path / "ballast");
    seen.healed = scene.now();
    if (!node.process->running()) scene.world.start_node(node);
    scene.watch(2'000);
    node.process->stop(stop_ms);
    fs::remove_all(kept);
    copy_kept(node.data, kept);
  }
  fs::remove(node.data.path);
  fs::rename(kept, node.data.path);
  scene.world.start_node(node);
  seen.service_from = scene.majority_without_one() ? seen.at : scene.now();
}

}  // namespace

void add_disk_faults(std::vector<Fault>& all) {
  all.push_back(
      {"disk-wiped", "a follower's disk is gone; it joins anew, learns, and votes when it has caught up", 3, can_always, wipe});
  all.push_back(
      {"disk-rolled-back", "a follower's disk is put back to an older state, as a restored backup", 3, can_always, roll_back});
  all.push_back({"bit-flipped", "one bit of a follower's log flips while it is down", 2, can_always, damage});
  all.push_back({"sync-fails", "fsync of the leader fails (strace)", 1, strace_missing, fail_sync});
  all.push_back({"disk-hangs", "fsync of the leader takes five seconds (strace)", 3, strace_missing, hang_disk});
  all.push_back({"disk-full", "the leader's disk has no byte left for four seconds", 3, mount_missing, fill_disk});
}

}  // namespace tally::drill
