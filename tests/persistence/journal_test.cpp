// The journal's contract, held against both implementations.
#include <rapidcheck.h>

#include <atomic>
#include <thread>

#include "persistence/memory_journal.hpp"
#include "persistence/rocksdb_journal.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using samples::entry_at;
using samples::shared_entry_at;
using samples::stored;

namespace {

struct InMemory {
  std::unique_ptr<Journal> open() { return std::make_unique<MemoryJournal>(); }
};
struct InMemoryAsBytes {
  std::unique_ptr<Journal> open() { return std::make_unique<MemoryJournal>(MemoryJournal::Keep::bytes); }
};
struct OnDisk {
  samples::TemporaryDirectory directory;
  std::unique_ptr<Journal> open() { return std::make_unique<RocksDbJournal>(directory.path()); }
};
// Everything but the uncommitted is read from the database.
struct OnDiskWithoutTail {
  samples::TemporaryDirectory directory;
  std::unique_ptr<Journal> open() {
    RocksDbOptions options;
    options.tail_bytes = 0;
    return std::make_unique<RocksDbJournal>(directory.path(), options);
  }
};

Symbol shard() { return Symbol("acct-1"); }

void check_contents(const Journal& journal, Symbol name, Offset end, std::size_t payload = 1) {
  REQUIRE(journal.end(name) == end);
  Offset next = 1;
  for_each_entry(journal, name, 1, end, [&](const Entry& entry) {
    if (stored(entry) != stored(entry_at(name, next, payload))) FAIL("another entry stands at offset " << next);
    ++next;
  });
  REQUIRE(next == end + 1);
}

}  // namespace

#define EVERY_JOURNAL InMemory, InMemoryAsBytes, OnDisk, OnDiskWithoutTail

TEMPLATE_TEST_CASE("What was appended is read back, in order and equal", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  samples::append_up_to(*journal, shard(), 700);
  check_contents(*journal, shard(), 700);
  journal->wait_committed(shard(), 700);
  CHECK(journal->committed(shard()) == 700);
  check_contents(*journal, shard(), 700);
}

TEMPLATE_TEST_CASE("An empty journal has no shards, no entries and no commits", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  CHECK(journal->shards().empty());
  CHECK(journal->end(shard()) == 0);
  CHECK(journal->committed(shard()) == 0);
  CHECK(journal->read(shard(), 1, 10).empty());
  CHECK(journal->offset_at(shard(), Time{0}) == 1);
  CHECK_NOTHROW(journal->wait_committed(shard(), 0));
  CHECK_THROWS_AS(journal->wait_committed(shard(), 1), JournalError);
}

TEMPLATE_TEST_CASE("An append that leaves a gap, repeats or misnumbers is refused whole", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  samples::append_up_to(*journal, shard(), 3);
  const auto append = [&](Offset expected, std::vector<Offset> offsets) {
    std::vector<EntryPtr> entries;
    for (const Offset offset : offsets) entries.push_back(shared_entry_at(shard(), offset));
    journal->append(shard(), expected, entries);
  };
  CHECK_THROWS_AS(append(5, {5}), JournalError);
  CHECK_THROWS_AS(append(3, {3}), JournalError);
  CHECK_THROWS_AS(append(4, {5}), JournalError);
  CHECK_THROWS_AS(append(4, {4, 6}), JournalError);
  CHECK_THROWS_AS(append(4, {4, 4}), JournalError);
  CHECK_THROWS_AS(journal->append(Symbol(), 1, {}), JournalError);
  check_contents(*journal, shard(), 3);
  append(4, {});
  append(4, {4, 5, 6});
  check_contents(*journal, shard(), 6);
}

TEMPLATE_TEST_CASE("An entry that stays the caller's is stored as one that is shared", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  Entry reused;
  for (Offset offset = 1; offset <= 20; ++offset) {
    reused = entry_at(shard(), offset);
    journal->append(shard(), reused);
  }
  reused = {};
  check_contents(*journal, shard(), 20);
  CHECK_THROWS_AS(journal->append(shard(), entry_at(shard(), 22)), JournalError);
}

TEMPLATE_TEST_CASE("Commits are reported in rising order up to the end, on both ways of asking for them", "", EVERY_JOURNAL) {
  TestType place;
  std::vector<Offset> reported;
  {
    const auto journal = place.open();
    journal->on_commit(shard(), [&](Offset offset) {
      reported.push_back(offset);
      if (journal->committed(shard()) < offset) reported.push_back(0);  // reported before it holds
    });
    for (Offset offset = 1; offset <= 300; ++offset) {
      const EntryPtr entry = shared_entry_at(shard(), offset);
      journal->append(shard(), offset, std::span(&entry, 1), offset % 7 == 0 ? Commit::now : Commit::soon);
    }
    journal->wait_committed(shard(), 300);
  }
  REQUIRE(!reported.empty());
  CHECK(std::is_sorted(reported.begin(), reported.end()));
  CHECK(std::adjacent_find(reported.begin(), reported.end()) == reported.end());
  CHECK(reported.front() > 0);
  CHECK(reported.back() == 300);
}

TEMPLATE_TEST_CASE("Reads are short, start where asked and end at the end", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  samples::append_up_to(*journal, shard(), 50);
  journal->wait_committed(shard(), 50);
  CHECK(journal->read(shard(), 0, 10).empty());
  CHECK(journal->read(shard(), 51, 10).empty());
  CHECK(journal->read(shard(), 10, 0).empty());
  REQUIRE(rc::check([&](std::uint8_t from_raw, std::uint8_t count) {
    const Offset from = from_raw % 60 + 1;
    const auto entries = journal->read(shard(), from, count);
    RC_ASSERT(entries.size() <= count);
    RC_ASSERT(entries.empty() == (from > 50 || count == 0));
    for (std::size_t i = 0; i < entries.size(); ++i) RC_ASSERT(stored(*entries[i]) == stored(entry_at(shard(), from + i)));
    RC_ASSERT((entries.empty() || entries.back()->offset <= 50));
  }));
}

TEMPLATE_TEST_CASE("The first offset at a time is found by recorded time", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  samples::append_up_to(*journal, shard(), 100);
  const auto recorded = [](Offset offset) { return entry_at(shard(), offset).recorded_at; };
  CHECK(journal->offset_at(shard(), Time{0}) == 1);
  for (const Offset offset : {1, 2, 37, 99, 100}) {
    CHECK(journal->offset_at(shard(), recorded(offset)) == offset);
    CHECK(journal->offset_at(shard(), recorded(offset) + 1) == offset + 1);
  }
  CHECK(journal->offset_at(shard(), recorded(100) + ns_per_day) == 101);
}

TEMPLATE_TEST_CASE("Shards are apart: own offsets, own contents, own commits, listed by name", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  const Symbol second("paper:acct-0");
  std::atomic<Offset> first_commit{0};
  std::atomic<Offset> second_commit{0};
  journal->on_commit(shard(), [&](Offset offset) { first_commit = offset; });
  journal->on_commit(second, [&](Offset offset) { second_commit = offset; });
  CHECK(journal->shards().empty());
  for (Offset end : {3, 9, 31}) {
    samples::append_up_to(*journal, shard(), end);
    samples::append_up_to(*journal, second, end + 1);
  }
  journal->wait_committed(shard(), 31);
  journal->wait_committed(second, 32);
  check_contents(*journal, shard(), 31);
  check_contents(*journal, second, 32);
  CHECK(journal->shards() == std::vector<Symbol>{shard(), second});
}

TEMPLATE_TEST_CASE("One writer a shard, eight at once: every shard is whole", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  std::vector<std::thread> writers;
  const auto name = [](int i) { return Symbol("shard-" + std::to_string(i)); };
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([&, i] {
      for (Offset end = 1; end <= 40; ++end) {
        samples::append_up_to(*journal, name(i), end);
        if (end % 8 == 0) journal->wait_committed(name(i), end);
      }
    });
  for (std::thread& writer : writers) writer.join();
  for (int i = 0; i < 8; ++i) check_contents(*journal, name(i), 40);
}

TEMPLATE_TEST_CASE("A reader beside the writer never meets a gap or half an entry", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  std::thread writer([&] { samples::append_up_to(*journal, shard(), 1'000, 3); });
  Offset next = 1;
  std::size_t different = 0;
  while (next <= 1'000)
    for (const EntryPtr& entry : journal->read(shard(), next, 64)) different += stored(*entry) != stored(entry_at(shard(), next++, 3));
  writer.join();
  CHECK(different == 0);
}

TEMPLATE_TEST_CASE("The newest snapshot row of an entity answers, and no other entity's", "", EVERY_JOURNAL) {
  TestType place;
  const auto journal = place.open();
  samples::append_up_to(*journal, shard(), 20);
  const EntityRef ada{EntityKind::investor, Symbol("ada")};
  const EntityRef adam{EntityKind::investor, Symbol("adam")};
  const EntityRef same_name{EntityKind::subscription, Symbol("ada")};
  const auto row = [](const EntityRef& entity, Offset offset) {
    return Journal::SnapshotRow{entity, offset, 3, offset * 10, Bytes(offset, std::byte{7})};
  };
  CHECK(!journal->snapshot(shard(), ada));
  const Journal::SnapshotRow rows[] = {row(ada, 5), row(adam, 6), row(same_name, 7)};
  journal->put_snapshots(shard(), rows);
  for (const Offset offset : {9, 12, 20}) {
    const auto newer = row(ada, offset);
    journal->put_snapshots(shard(), std::span(&newer, 1));
  }
  const auto newest = journal->snapshot(shard(), ada);
  REQUIRE(newest);
  CHECK(newest->entity == ada);
  CHECK(newest->offset == 20);
  CHECK(newest->reducer_version == 3);
  CHECK(newest->stream_sequence == 200);
  CHECK(newest->state == Bytes(20, std::byte{7}));
  CHECK(journal->snapshot(shard(), adam)->offset == 6);
  CHECK(journal->snapshot(shard(), same_name)->offset == 7);
  CHECK(!journal->snapshot(Symbol("acct-2"), ada));
  CHECK(journal->snapshots(shard()).size() == 3);
  CHECK(journal->snapshots(Symbol("acct")).empty());
}
