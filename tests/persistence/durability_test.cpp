// What a journal on disk keeps over restarts, and what it says when its disk does not.
#include <rocksdb/db.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "persistence/atomic_file.hpp"
#include "persistence/log_format.hpp"
#include "persistence/replication/group_rows.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "persistence/snapshot_rows.hpp"
#include "persistence/verify.hpp"
#include "persistence/watermark.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using samples::entry_at;
using samples::stored;
using samples::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

Symbol shard() { return Symbol("acct-1"); }

Offset intact_prefix(const Journal& journal, Symbol name) {
  Offset next = 1;
  for_each_entry(journal, name, 1, journal.end(name), [&](const Entry& entry) {
    if (stored(entry) != stored(entry_at(name, next))) FAIL("another entry stands at offset " << next);
    ++next;
  });
  return next - 1;
}

Journal::SnapshotRow row(std::string_view name, Offset offset) {
  return {EntityRef{EntityKind::investor, Symbol(name)}, offset, 1, offset, Bytes(8, std::byte{1})};
}

}  // namespace

TEST_CASE("A closed journal opens with every entry, shard and snapshot, and goes on") {
  TemporaryDirectory directory;
  for (int round = 1; round <= 4; ++round) {
    RocksDbJournal journal(directory.path());
    const Offset before = static_cast<Offset>(round - 1) * 40;
    REQUIRE(journal.end(shard()) == before);
    REQUIRE(journal.committed(shard()) == before);
    REQUIRE(intact_prefix(journal, shard()) == before);
    REQUIRE(intact_prefix(journal, Symbol("other")) == before / 2);
    if (round > 1) CHECK(journal.snapshot(shard(), row("ada", 1).entity)->offset == before);
    samples::append_up_to(journal, shard(), before + 40);
    samples::append_up_to(journal, Symbol("other"), before / 2 + 20);
    journal.wait_committed(shard(), before + 40);
    const auto newest = row("ada", before + 40);
    journal.put_snapshots(shard(), std::span(&newest, 1));
  }
  const VerifyReport report = verify(directory.path());
  REQUIRE(report.sound());
  REQUIRE(report.shards.size() == 2);
  CHECK(report.shards[0].end == 160);
  CHECK(report.shards[0].chained == 160);  // a clean close writes the last link
  CHECK(report.shards[1].end == 80);
}

TEST_CASE("Closing while the database flushes and compacts is an ordinary close") {
  TemporaryDirectory directory;
  RocksDbOptions options;
  options.write_buffer_bytes = 64 << 10;
  Offset end = 0;
  for (int round = 0; round < 12; ++round) {
    RocksDbJournal journal(directory.path(), options);
    REQUIRE(journal.end(shard()) == end);
    samples::append_up_to(journal, shard(), end += 60, 100);
  }
  CHECK(verify(directory.path()).sound());
}

TEST_CASE("A journal may be verified beside the node that writes it") {
  TemporaryDirectory directory;
  RocksDbJournal journal(directory.path());
  samples::append_up_to(journal, shard(), 200);
  journal.wait_committed(shard(), 200);
  const VerifyReport report = verify(directory.path());
  CHECK(report.sound());
  REQUIRE(report.shards.size() == 1);
  CHECK(report.shards[0].end >= 200);
}

TEST_CASE("A second process is refused while one has the journal open") {
  TemporaryDirectory directory;
  const RocksDbJournal journal(directory.path());
  CHECK_THROWS_AS(RocksDbJournal(directory.path()), JournalError);
}

TEST_CASE("A snapshot never lands before its entry is committed, but is read at once") {
  TemporaryDirectory directory;
  RocksDbJournal journal(directory.path());
  samples::append_up_to(journal, shard(), 4);
  journal.wait_committed(shard(), 4);
  const EntryPtr next = samples::shared_entry_at(shard(), 5);
  const auto of_tail = row("ada", 5);
  journal.put_snapshots(shard(), std::span(&of_tail, 1));
  CHECK(journal.snapshot(shard(), of_tail.entity)->offset == 5);
  CHECK(journal.snapshots(shard()).size() == 1);
  CHECK(journal.cache().read_prefix("s").empty());
  journal.append(shard(), 5, std::span(&next, 1));
  journal.wait_committed(shard(), 5);
  for (int i = 0; i < 1000 && journal.cache().read_prefix("s").empty(); ++i) usleep(1000);
  CHECK(journal.cache().read_prefix("s").size() == 1);
}

TEST_CASE("Snapshots of entries that are gone are gone too") {
  TemporaryDirectory directory;
  {
    RocksDbJournal journal(directory.path());
    samples::append_up_to(journal, shard(), 10);
    journal.wait_committed(shard(), 10);
    const Journal::SnapshotRow rows[] = {row("ada", 4), row("bob", 10)};
    journal.put_snapshots(shard(), rows);
  }
  // The same cache beside a log that reaches only to 6.
  TemporaryDirectory shorter;
  {
    RocksDbJournal journal(shorter.path());
    samples::append_up_to(journal, shard(), 6);
  }
  fs::remove_all(shorter.path() / "cache");
  fs::copy(directory.path() / "cache", shorter.path() / "cache");
  const RocksDbJournal journal(shorter.path());
  CHECK(journal.snapshot(shard(), row("ada", 1).entity)->offset == 4);
  CHECK(!journal.snapshot(shard(), row("bob", 1).entity));
}

TEST_CASE("The two newest rows of an entity are kept; where the newer is damaged the older answers") {
  const samples::QuietLog quiet;
  MemoryCache cache;
  for (const Offset offset : {3, 6, 9}) {
    const auto taken = row("ada", offset);
    snapshot_rows::put(cache, shard(), std::span(&taken, 1));
  }
  auto rows = cache.read_prefix("s");
  REQUIRE(rows.size() == 2);
  const std::string whole = rows[1].value;
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    rows[1].value = whole;
    rows[1].value[byte] = static_cast<char>(rows[1].value[byte] ^ 0x10);
    cache.write(std::span(&rows[1], 1), {});
    CHECK(snapshot_rows::newest(cache, shard(), row("ada", 1).entity)->offset == 6);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    rows[1].value = whole.substr(0, size);
    cache.write(std::span(&rows[1], 1), {});
    CHECK(snapshot_rows::newest_of_each(cache, shard()).at(0).offset == 6);
  }
}

TEST_CASE("A cache that cannot be read is begun anew; the log does not care") {
  const samples::QuietLog quiet;
  TemporaryDirectory directory;
  {
    RocksDbJournal journal(directory.path());
    samples::append_up_to(journal, shard(), 10);
    journal.wait_committed(shard(), 10);
    const auto taken = row("ada", 10);
    journal.put_snapshots(shard(), std::span(&taken, 1));
  }
  for (const auto& file : fs::directory_iterator(directory.path() / "cache"))
    if (file.is_regular_file()) std::ofstream(file.path(), std::ios::binary) << "not a database";
  RocksDbJournal journal(directory.path());
  CHECK(intact_prefix(journal, shard()) == 10);
  CHECK(!journal.snapshot(shard(), row("ada", 1).entity));
  const auto taken = row("ada", 10);
  journal.put_snapshots(shard(), std::span(&taken, 1));
  CHECK(journal.snapshot(shard(), taken.entity));
}

TEST_CASE("Below the disk's reserve commands are refused, reports and steps are taken") {
  TemporaryDirectory directory;
  {
    RocksDbJournal journal(directory.path());
    samples::append_up_to(journal, shard(), 3);
  }
  RocksDbOptions options;
  options.disk_reserve_bytes = ~std::uint64_t{0};
  RocksDbJournal journal(directory.path(), options);
  CHECK(!journal.accepts_commands());
  const auto append = [&](Entry entry) {
    const EntryPtr shared = std::make_shared<const Entry>(std::move(entry));
    journal.append(shard(), shared->offset, std::span(&shared, 1));
  };
  CHECK_NOTHROW(append(entry_at(shard(), 4)));  // a step's
  Entry command;
  command.offset = 5;
  command.events.push_back({{}, 0, samples::message_at(shard(), 6)});
  CHECK_THROWS_AS(append(command), DiskReserveReached);
  CHECK(journal.end(shard()) == 4);
  Entry report;
  report.offset = 5;
  report.events.push_back({{}, 0, ExecutionReported{}});
  CHECK_NOTHROW(append(report));

  // What only leaves a position gets in, with the intent that it came from; what opens one does not.
  const auto said = [](Offset offset, std::int8_t direction) {
    SendSignal signal;
    signal.direction.value = direction;
    StrategyIntent intent;
    intent.direction.value = direction;
    Entry entry;
    entry.offset = offset;
    entry.events.push_back({{}, 0, signal});
    entry.events.push_back({{}, 0, intent});
    return entry;
  };
  CHECK_THROWS_AS(append(said(6, 1)), DiskReserveReached);
  CHECK_NOTHROW(append(said(6, 0)));
}

TEST_CASE("Above the disk's reserve commands are taken") {
  TemporaryDirectory directory;
  RocksDbOptions options;
  options.disk_reserve_bytes = 1;
  RocksDbJournal journal(directory.path(), options);
  CHECK(journal.accepts_commands());
  CHECK_NOTHROW(samples::append_up_to(journal, shard(), 2));
}

TEST_CASE("What waits for the disk is bounded: beyond it an append is refused whole, and the rest is kept") {
  TemporaryDirectory directory;
  RocksDbOptions options;
  options.waiting_bytes_max = 1 << 16;
  RocksDbJournal journal(directory.path(), options);
  std::size_t refused = 0;
  for (int i = 0; i < 2000; ++i) {
    try {
      samples::append_up_to(journal, shard(), journal.end(shard()) + 1, 200);
    } catch (const JournalError&) {
      ++refused;
    }
  }
  CHECK(refused > 0);
  const Offset end = journal.end(shard());
  CHECK(end + refused == 2000);
  journal.wait_committed(shard(), end);
  CHECK(journal.committed(shard()) == end);
  CHECK_NOTHROW(samples::append_up_to(journal, shard(), end + 1));
}

TEST_CASE("Waiting appends of many shards share one sync") {
  TemporaryDirectory directory;
  RocksDbOptions options;
  options.gather_max = std::chrono::seconds(10);
  RocksDbJournal journal(directory.path(), options);
  for (int i = 0; i < 20; ++i) CHECK(journal.take_over(Symbol("s" + std::to_string(i))) == 1);
  const std::uint64_t before = journal.syncs();
  for (int i = 0; i < 20; ++i) {
    const Symbol name("s" + std::to_string(i));
    const EntryPtr entry = samples::shared_entry_at(name, 1);
    journal.append(name, 1, std::span(&entry, 1), i < 19 ? Commit::soon : Commit::now);
  }
  journal.wait_committed(Symbol("s19"), 1);
  for (int i = 0; i < 20; ++i) CHECK(journal.committed(Symbol("s" + std::to_string(i))) == 1);
  CHECK(journal.syncs() - before == 1);
}

TEST_CASE("What may wait for more does not wait for ever") {
  TemporaryDirectory directory;
  RocksDbJournal journal(directory.path());
  const EntryPtr entry = samples::shared_entry_at(shard(), 1);
  journal.append(shard(), 1, std::span(&entry, 1), Commit::soon);
  journal.wait_committed(shard(), 1);
  CHECK(journal.committed(shard()) == 1);
}

TEST_CASE("A directory without its marker, or with another one, is not taken for an empty journal") {
  TemporaryDirectory directory;
  {
    RocksDbJournal journal(directory.path());
    samples::append_up_to(journal, shard(), 10);
  }
  SECTION("no marker") {
    fs::remove(directory.path() / "JOURNAL");
    CHECK_THROWS_AS(RocksDbJournal(directory.path()), JournalError);
    CHECK(!verify(directory.path()).sound());
  }
  SECTION("another format") {
    write_file_atomically(directory.path() / "JOURNAL", "tallystick journal, format 3\n");
    CHECK_THROWS_AS(RocksDbJournal(directory.path()), JournalError);
  }
  SECTION("no CURRENT file") {
    fs::remove(directory.path() / "data" / "CURRENT");
    CHECK_THROWS_AS(RocksDbJournal(directory.path()), JournalError);
    CHECK(!verify(directory.path()).sound());
  }
  SECTION("no data at all") {
    fs::remove_all(directory.path() / "data");
    CHECK_THROWS_AS(RocksDbJournal(directory.path()), JournalError);
  }
}

TEST_CASE("A log that ends before what was acknowledged is refused, unless an operator accepts the loss") {
  const samples::QuietLog quiet;
  TemporaryDirectory directory;
  {
    RocksDbJournal journal(directory.path());
    samples::append_up_to(journal, shard(), 10);
  }
  { Watermark(directory.path() / "watermark").raise(0, 12); }
  try {
    RocksDbJournal journal(directory.path());
    FAIL("opened");
  } catch (const JournalDamaged& damage) {
    CHECK(damage.shard == shard());
    CHECK(damage.offset == 11);
  }
  const VerifyReport report = verify(directory.path());
  CHECK(!report.sound());
  CHECK(report.shards.at(0).first_bad == Offset{11});
  RocksDbOptions options;
  options.accept_loss = true;
  { CHECK(RocksDbJournal(directory.path(), options).end(shard()) == 10); }
  CHECK(RocksDbJournal(directory.path()).end(shard()) == 10);
}

TEST_CASE("A watermark of which one half is damaged counts as the smaller reading") {
  TemporaryDirectory directory;
  const fs::path file = directory.path() / "watermark";
  { Watermark(file).raise(3, 1'000); }
  CHECK(Watermark(file).read(3) == 1'000);
  CHECK(Watermark(file).read(2) == 0);
  const std::string whole = read_file(file);
  for (std::size_t bit = 0; bit < 128; ++bit) {
    std::string damaged = whole;
    damaged[48 + bit / 8] = static_cast<char>(damaged[48 + bit / 8] ^ (1 << bit % 8));
    write_file_atomically(file, damaged);
    CHECK(Watermark(file).read(3) <= 1'000);
  }
}

// ---- rows changed behind the database's back: its own checksums fit, ours must not ----

namespace {

using Change = std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle* entries, rocksdb::ColumnFamilyHandle* side)>;

void tamper(const fs::path& directory, const Change& change) {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  rocksdb::DB* db = nullptr;
  REQUIRE(rocksdb::DB::Open({}, (directory / "data").string(), {{rocksdb::kDefaultColumnFamilyName, {}}, {"side", {}}}, &families, &db).ok());
  change(*db, families[0], families[1]);
  for (auto* family : families) db->DestroyColumnFamilyHandle(family);
  delete db;
}

std::string key(char kind, Offset offset) {
  const auto made = kind == 'e' ? log_format::entry_key(0, offset) : log_format::chain_key(0, offset);
  return std::string(log_format::view(made));
}

Offset first_bad(const fs::path& directory) {
  const VerifyReport report = verify(directory);
  REQUIRE(report.shards.size() == 1);
  return report.shards[0].first_bad.value_or(0);
}

Offset refused_at(const fs::path& directory) {
  try {
    RocksDbJournal journal(directory);
    return 0;
  } catch (const JournalDamaged& damage) {
    return damage.offset;
  }
}

}  // namespace

TEST_CASE("A changed, missing, moved or foreign row is named by its offset, on opening and on verifying") {
  TemporaryDirectory directory;
  {
    RocksDbJournal journal(directory.path());
    for (Offset end = 5; end <= 20; end += 5) {
      samples::append_up_to(journal, shard(), end);
      journal.wait_committed(shard(), end);
    }
  }
  REQUIRE(verify(directory.path()).sound());
  const auto value_of = [](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, const std::string& at) {
    std::string value;
    REQUIRE(db.Get({}, family, at, &value).ok());
    return value;
  };
  SECTION("every byte of a row") {
    std::string whole;
    tamper(directory.path(), [&](auto& db, auto* entries, auto*) { whole = value_of(db, entries, key('e', 7)); });
    for (std::size_t byte = 0; byte < whole.size(); byte += 3) {
      std::string changed = whole;
      changed[byte] = static_cast<char>(changed[byte] ^ (1 << byte % 8));
      tamper(directory.path(), [&](auto& db, auto* entries, auto*) { db.Put({}, entries, key('e', 7), changed); });
      CHECK(first_bad(directory.path()) == 7);
      CHECK(refused_at(directory.path()) == 7);
    }
  }
  SECTION("a missing row") {
    tamper(directory.path(), [&](auto& db, auto* entries, auto*) { db.Delete({}, entries, key('e', 12)); });
    CHECK(first_bad(directory.path()) == 12);
    CHECK(refused_at(directory.path()) == 12);
  }
  SECTION("missing last rows") {
    tamper(directory.path(), [&](auto& db, auto* entries, auto*) { db.Delete({}, entries, key('e', 20)); });
    CHECK(first_bad(directory.path()) == 20);
    CHECK(refused_at(directory.path()) == 20);
  }
  SECTION("a row under another's key") {
    tamper(directory.path(),
           [&](auto& db, auto* entries, auto*) { db.Put({}, entries, key('e', 9), value_of(db, entries, key('e', 8))); });
    CHECK(first_bad(directory.path()) == 9);
    CHECK(refused_at(directory.path()) == 9);
  }
  SECTION("another shard's row") {
    Bytes foreign;
    log_format::append_entry_value(Symbol("acct-2"), 1, 9, stored(entry_at(shard(), 9)), foreign);
    tamper(directory.path(), [&](auto& db, auto* entries, auto*) {
      db.Put({}, entries, key('e', 9), rocksdb::Slice(reinterpret_cast<const char*>(foreign.data()), foreign.size()));
    });
    CHECK(first_bad(directory.path()) == 9);
    CHECK(refused_at(directory.path()) == 9);
  }
  SECTION("a forged entry with a right checksum breaks the chain") {
    Entry forged = entry_at(shard(), 9);
    forged.producer = "eve";
    Bytes bytes;
    log_format::append_entry_value(shard(), 1, 9, stored(forged), bytes);
    tamper(directory.path(), [&](auto& db, auto* entries, auto*) {
      db.Put({}, entries, key('e', 9), rocksdb::Slice(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    });
    const Offset bad = first_bad(directory.path());
    CHECK(bad >= 1);
    CHECK(bad <= 9);  // the first offset of its commit group
  }
  SECTION("a damaged and a missing link") {
    const Offset last = 20;
    std::string link;
    tamper(directory.path(), [&](auto& db, auto*, auto* side) { link = value_of(db, side, key('c', last)); });
    std::string changed = link;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    tamper(directory.path(), [&](auto& db, auto*, auto* side) { db.Put({}, side, key('c', last), changed); });
    CHECK(first_bad(directory.path()) > 0);
    CHECK(refused_at(directory.path()) > 0);
  }
  SECTION("what makes it a consensus log") {
    for (const std::string& row : {replication::promise_key(0), replication::base_key(0), replication::commit_key(0),
                                   std::string(log_format::view(replication::mark_key(0, 2)))}) {
      std::string before;
      tamper(directory.path(), [&](auto& db, auto*, auto* side) {
        before = row[0] == 'k' ? replication::commit_value(shard(), 1) : value_of(db, side, row);
        std::string changed = before;
        changed.back() = static_cast<char>(changed.back() ^ 1);
        db.Put({}, side, row, changed);
      });
      CHECK(refused_at(directory.path()) == 1);
      CHECK(first_bad(directory.path()) == 1);
      tamper(directory.path(), [&](auto& db, auto*, auto* side) { db.Put({}, side, row, before); });
    }
    tamper(directory.path(), [&](auto& db, auto*, auto* side) { db.Delete({}, side, replication::promise_key(0)); });
    CHECK(refused_at(directory.path()) == 1);
    CHECK(first_bad(directory.path()) == 1);
  }
  SECTION("a nameless shard's entries") {
    tamper(directory.path(), [&](auto& db, auto*, auto* side) { db.Delete({}, side, log_format::directory_key(shard())); });
    CHECK_THROWS_AS(RocksDbJournal(directory.path()), JournalError);
    CHECK(!verify(directory.path()).sound());
  }
}
