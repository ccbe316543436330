// Damage to the files of a journal on disk: cut short at every byte, and one flipped bit. It is refused, repaired or
// without effect; never silently different, and never shorter than acknowledged without a word.
#include <fstream>
#include <iostream>
#include <map>

#include "persistence/atomic_file.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/verify.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using samples::entry_at;
using samples::stored;
using samples::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

Symbol shard() { return Symbol("acct-1"); }

// Thousands of copies are opened: in memory where there is a place for that.
fs::path fast_place(const std::string& name) {
  const fs::path root = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  return root / ("tally-test-" + std::to_string(getpid()) + "-" + name);
}

RocksDbOptions small() {
  RocksDbOptions options;
  options.write_buffer_bytes = 256 << 10;
  options.disk_reserve_bytes = 0;
  return options;
}

void append_and_commit(RocksDbJournal& journal, Offset from, Offset to) {
  for (Offset offset = from; offset <= to; ++offset) {
    samples::append_up_to(journal, shard(), offset);
    journal.wait_committed(shard(), offset);
  }
}

// 30 entries in a table file, 30 more in the WAL, each committed by itself.
void make(const fs::path& directory) {
  {
    RocksDbJournal journal(directory, small());
    append_and_commit(journal, 1, 30);
  }
  RocksDbJournal journal(directory, small());  // what the WAL held becomes a table file
  append_and_commit(journal, 31, 60);
}
constexpr Offset written = 60;

void copy_journal(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

fs::path newest_wal(const fs::path& directory) {
  fs::path newest;
  for (const auto& file : fs::directory_iterator(directory / "data"))
    if (file.path().extension() == ".log" && file.file_size() > 0 && newest < file.path()) newest = file.path();
  return newest;
}

enum class Outcome { identical, refused, shorter, different };

// What an opener of the journal meets.
Outcome open_and_compare(const fs::path& directory, Offset& end, RocksDbOptions options = small()) {
  try {
    const RocksDbJournal journal(directory, options);
    end = journal.end(shard());
    Offset next = 1;
    bool equal = true;
    for_each_entry(journal, shard(), 1, end, [&](const Entry& entry) { equal = equal && stored(entry) == stored(entry_at(shard(), next++)); });
    if (!equal || next != end + 1 || end > written) return Outcome::different;
    return end == written ? Outcome::identical : Outcome::shorter;
  } catch (const JournalError&) {
    return Outcome::refused;
  }
}

}  // namespace

TEST_CASE("The log cut at every byte of its last records is a whole prefix, and known to be short") {
  const samples::QuietLog quiet;
  const TemporaryDirectory origin(fast_place("cut-origin"));
  const TemporaryDirectory cut(fast_place("cut"));
  make(origin.path());
  const fs::path wal = newest_wal(origin.path());
  const auto size = fs::file_size(wal);
  REQUIRE(size > 1'500);
  RocksDbOptions accepting = small();
  accepting.accept_loss = true;
  // The last bytes may be the hash chain's alone: go back until three entries are cut off.
  auto start = size - 1'200;
  for (Offset end = written; start > 1'200; start -= 300) {
    copy_journal(origin.path(), cut.path());
    fs::resize_file(cut.path() / "data" / wal.filename(), start);
    REQUIRE(open_and_compare(cut.path(), end, accepting) != Outcome::different);
    if (end + 3 <= written) break;
  }
  std::map<Offset, std::size_t> ends;
  Offset before = 0;
  for (auto length = start; length <= size; length += length < start + 1'200 || length == size ? 1 : std::min<std::uintmax_t>(32, size - length)) {
    INFO("cut to " << length << " of " << size << " bytes");
    copy_journal(origin.path(), cut.path());
    fs::resize_file(cut.path() / "data" / wal.filename(), length);
    Offset end = 0;
    const Outcome outcome = open_and_compare(cut.path(), end, accepting);
    REQUIRE(outcome != Outcome::different);
    REQUIRE(outcome != Outcome::refused);
    REQUIRE(end >= before);  // a longer rest holds no less
    before = end;
    ++ends[end];
    if (length % 16 == 0 && end < written) {  // the same file without an operator's word
      copy_journal(origin.path(), cut.path());
      fs::resize_file(cut.path() / "data" / wal.filename(), length);
      REQUIRE(open_and_compare(cut.path(), end) == Outcome::refused);
      const VerifyReport report = verify(cut.path());
      REQUIRE(!report.sound());
      REQUIRE(report.shards.at(0).first_bad == before + 1);
    }
  }
  CHECK(before == written);
  CHECK(ends.size() >= 4);  // several records were cut through
}

TEST_CASE("One flipped bit in any file of the journal is refused, repaired or without effect") {
  const samples::QuietLog quiet;
  const TemporaryDirectory origin(fast_place("flip-origin"));
  const TemporaryDirectory flipped(fast_place("flip"));
  make(origin.path());
  std::vector<fs::path> files;
  for (const auto& file : fs::recursive_directory_iterator(origin.path()))
    if (file.is_regular_file() && file.file_size() > 0 && file.path().parent_path().filename() != "log")
      files.push_back(fs::relative(file.path(), origin.path()));
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 8);

  std::map<std::string, std::map<Outcome, std::size_t>> outcomes;
  for (const fs::path& file : files) {
    const std::string whole = read_file(origin.path() / file);
    const bool log_row = file.extension() == ".log" && file.parent_path() == "data";
    const std::size_t positions = log_row ? 400 : file.parent_path() == "cache" ? 15 : 100;
    const std::size_t stride = std::max<std::size_t>(1, whole.size() / positions);
    for (std::size_t at = 0; at < whole.size(); at += stride) {
      const std::size_t byte = std::min(at + at / stride % stride, whole.size() - 1);  // not always the same column
      INFO("bit " << byte % 8 << " of byte " << byte << " of " << file);
      std::string damaged = whole;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << byte % 8));
      copy_journal(origin.path(), flipped.path());
      { std::ofstream(flipped.path() / file, std::ios::binary) << damaged; }
      Offset end = 0;
      const Outcome outcome = open_and_compare(flipped.path(), end);
      REQUIRE(outcome != Outcome::different);
      REQUIRE(outcome != Outcome::shorter);
      if (log_row && outcome != Outcome::refused) {
        // A length that reaches beyond the file's end looks like a torn tail. That must have been the hash chain's alone.
        { std::ofstream(flipped.path() / file, std::ios::binary) << whole.substr(0, byte - 11); }
        REQUIRE(open_and_compare(flipped.path(), end) == Outcome::identical);
      }
      ++outcomes[log_row ? "data WAL" : file.extension() == ".sst" ? (file.parent_path() / "SST").string() : file.string()][outcome];
    }
  }
  for (const auto& [file, counts] : outcomes) {
    const auto count = [&](Outcome outcome) { return counts.contains(outcome) ? counts.at(outcome) : 0; };
    std::cerr << "flipped bits: " << file << ": " << count(Outcome::refused) << " refused, " << count(Outcome::identical) << " without effect\n";
  }
  CHECK(outcomes.contains("data/SST"));
  CHECK(outcomes.contains("data WAL"));
}

TEST_CASE("A flipped bit in the WAL is named by the first offset that is lost") {
  const samples::QuietLog quiet;
  const TemporaryDirectory origin(fast_place("name-origin"));
  make(origin.path());
  const fs::path wal = newest_wal(origin.path());
  std::string bytes = read_file(wal);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  { std::ofstream(wal, std::ios::binary) << bytes; }
  Offset named = 0;
  try {
    RocksDbJournal journal(origin.path(), small());
  } catch (const JournalDamaged& damage) {
    named = damage.offset;
  }
  CHECK(named > 31);
  CHECK(named < 60);
  const VerifyReport report = verify(origin.path());
  CHECK(!report.sound());
  REQUIRE(report.shards.size() == 1);
  CHECK(report.shards[0].first_bad == named);
}

TEST_CASE("A file of the database that is gone is refused") {
  const samples::QuietLog quiet;
  const TemporaryDirectory origin(fast_place("gone-origin"));
  const TemporaryDirectory gone(fast_place("gone"));
  make(origin.path());
  for (const auto& file : fs::directory_iterator(origin.path() / "data")) {
    const std::string name = file.path().filename().string();
    const bool needed = name.ends_with(".sst") || name.ends_with(".log") || name == "CURRENT" || name.starts_with("MANIFEST");
    INFO(name);
    copy_journal(origin.path(), gone.path());
    fs::remove(gone.path() / "data" / name);
    Offset end = 0;
    const Outcome outcome = open_and_compare(gone.path(), end);
    if (needed && file.file_size() > 0) CHECK(outcome == Outcome::refused);
    else CHECK(outcome == Outcome::identical);
  }
}
