// A disk that fails or fills under the journal: the process ends with a message, and nothing acknowledged is lost.
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "persistence/fatal.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/verify.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/child.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using samples::Child;
using samples::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

Symbol shard() { return Symbol("acct-1"); }

RocksDbOptions without_reserve() {
  RocksDbOptions options;
  options.disk_reserve_bytes = 0;
  options.write_buffer_bytes = 1 << 20;
  return options;
}

void check_acknowledged(const fs::path& directory, const std::vector<std::uint64_t>& reports) {
  REQUIRE(!reports.empty());
  {
    const RocksDbJournal journal(directory, without_reserve());
    CHECK(journal.end(shard()) >= reports.back());
  }
  CHECK(verify(directory).sound());
}

// A small file system of its own.
class Mounted {
 public:
  explicit Mounted(const std::string& size) { mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0; }
  ~Mounted() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  const fs::path& path() const { return directory_.path(); }
  explicit operator bool() const { return mounted_; }

 private:
  TemporaryDirectory directory_;
  bool mounted_ = false;
};

}  // namespace

TEST_CASE("child: appends and commits until the disk fails", "[.child]") {
  const char* directory = std::getenv("TALLY_TEST_DIRECTORY");
  if (!directory) return;
  RocksDbJournal journal(directory, without_reserve());
  journal.on_commit(shard(), [](Offset offset) { samples::report(offset); });
  while (true) {
    const Offset next = journal.end(shard()) + 1;
    const EntryPtr entry = samples::shared_entry_at(shard(), next, 30);
    journal.append(shard(), next, std::span(&entry, 1));
    journal.wait_committed(shard(), next);
  }
}

TEST_CASE("A sync that fails ends the process with code 70 and a message, and is not tried again") {
  if (!samples::program_exists("strace")) {
    std::cerr << "SKIPPED: failing syncs (no strace)\n";
    return;
  }
  for (const int when : {20, 37, 80}) {
    TemporaryDirectory directory;
    Child child("child: appends and commits until the disk fails", {{"TALLY_TEST_DIRECTORY", directory.path().string()}},
                {"strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync",
                 "-e", "inject=fdatasync:error=EIO:when=" + std::to_string(when) + "+"});
    const int code = child.exit_code();
    const std::string errors = child.errors();
    if (errors.find("PTRACE") != std::string::npos || errors.find("ptrace") != std::string::npos) {
      std::cerr << "SKIPPED: failing syncs (strace may not trace here)\n";
      return;
    }
    INFO(errors);
    CHECK(code == exit_storage_failed);
    CHECK(errors.find("the journal cannot be written") != std::string::npos);
    check_acknowledged(directory.path(), child.reports());
  }
}

TEST_CASE("A full disk ends the process with code 70; when there is room again, every acknowledged entry is there") {
  const Mounted disk("12m");
  if (!disk) {
    std::cerr << "SKIPPED: a full disk (no right to mount a tmpfs)\n";
    return;
  }
  const fs::path ballast = disk.path() / "ballast";
  { std::ofstream(ballast, std::ios::binary) << std::string(3 << 20, 'b'); }
  const fs::path directory = disk.path() / "journal";
  Child child("child: appends and commits until the disk fails", {{"TALLY_TEST_DIRECTORY", directory.string()}});
  const int code = child.exit_code();
  INFO(child.errors());
  CHECK(code == exit_storage_failed);
  CHECK(child.errors().find("the journal cannot be written") != std::string::npos);
  fs::remove(ballast);
  check_acknowledged(directory, child.reports());
}

TEST_CASE("On a small disk the reserve refuses new commands while there is still room to finish") {
  const Mounted disk("24m");
  if (!disk) {
    std::cerr << "SKIPPED: the reserve of a small disk (no right to mount a tmpfs)\n";
    return;
  }
  RocksDbOptions options = without_reserve();
  options.disk_reserve_bytes = 8 << 20;
  RocksDbJournal journal(disk.path() / "journal", options);
  bool refused = false;
  while (!refused && journal.end(shard()) < 100'000) {
    const Offset next = journal.end(shard()) + 1;
    Entry command = samples::entry_at(shard(), next, 300);
    command.causation = 0;
    const EntryPtr entry = std::make_shared<const Entry>(std::move(command));
    try {
      journal.append(shard(), next, std::span(&entry, 1));
      journal.wait_committed(shard(), next);
    } catch (const DiskReserveReached&) {
      refused = true;
    }
  }
  REQUIRE(refused);
  CHECK(!journal.accepts_commands());
  Entry step = samples::entry_at(shard(), journal.end(shard()) + 1);
  step.causation = step.offset - 1;
  const EntryPtr entry = std::make_shared<const Entry>(std::move(step));
  CHECK_NOTHROW(journal.append(shard(), entry->offset, std::span(&entry, 1)));
  journal.wait_committed(shard(), entry->offset);
}
