#include <rapidcheck.h>

#include <map>

#include "persistence/memory_journal.hpp"
#include "persistence/stream_index.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;

namespace {

constexpr Offset segment_size = 16;
Symbol shard() { return Symbol("acct-1"); }
EntityRef investor(unsigned i) { return {EntityKind::investor, Symbol("investor-" + std::to_string(i))}; }

// Whom an entry of these tests concerns: some investors by its offset, one of them twice.
void entities_of(const Entry& entry, std::vector<EntityRef>& out) {
  out.push_back(investor(static_cast<unsigned>(entry.offset % 5)));
  out.push_back(investor(static_cast<unsigned>(entry.offset % 7)));
  if (entry.offset % 11 == 0) out.push_back({EntityKind::netting_book, Symbol("BTC-USD")});
}

std::vector<Offset> naively(const EntityRef& entity, Offset from, Offset to, Offset end) {
  std::vector<Offset> found;
  for (Offset offset = std::max<Offset>(from, 1); offset <= std::min(to, end); ++offset) {
    std::vector<EntityRef> entities;
    entities_of(samples::entry_at(shard(), offset), entities);
    if (std::find(entities.begin(), entities.end(), entity) != entities.end()) found.push_back(offset);
  }
  return found;
}

std::vector<EntityRef> everyone() {
  std::vector<EntityRef> all{{EntityKind::netting_book, Symbol("BTC-USD")}, {EntityKind::netting_book, Symbol("nobody")}};
  for (unsigned i = 0; i < 7; ++i) all.push_back(investor(i));
  return all;
}

void check_all(StreamIndex& index, Offset end) {
  for (const EntityRef& entity : everyone())
    REQUIRE(index.offsets_of(shard(), entity, 1, end) == naively(entity, 1, end, end));
}

}  // namespace

TEST_CASE("An index answers what a scan of the journal would, however it grew and wherever one asks") {
  REQUIRE(rc::check([](std::uint64_t seed) {
    MemoryJournal journal;
    StreamIndex index(journal, entities_of, 1, segment_size);
    const auto all = everyone();
    for (int step = 0; step < 12; ++step, seed = seed * 6364136223846793005ull + 1442695040888963407ull) {
      samples::append_up_to(journal, shard(), journal.end(shard()) + (seed >> 33) % 30);
      const Offset end = journal.end(shard());
      const Offset from = (seed >> 20) % (end + 3);
      const Offset to = from + (seed >> 40) % 60;
      const EntityRef& entity = all[(seed >> 10) % all.size()];
      if (seed >> 63) index.build_sealed(shard());
      RC_ASSERT(index.offsets_of(shard(), entity, from, to) == naively(entity, from, to, end));
    }
  }));
}

TEST_CASE("Rows of sealed segments serve a later index without reading the journal") {
  MemoryJournal journal;
  samples::append_up_to(journal, shard(), 100);
  StreamIndex(journal, entities_of, 1, segment_size).build_sealed(shard());
  std::size_t read = 0;
  const auto counting = [&](const Entry& entry, std::vector<EntityRef>& out) {
    ++read;
    entities_of(entry, out);
  };
  StreamIndex later(journal, counting, 1, segment_size);
  check_all(later, 100);
  CHECK(read == 100 % segment_size);  // the tail alone
}

TEST_CASE("An index of other routes is not believed") {
  MemoryJournal journal;
  samples::append_up_to(journal, shard(), 64);
  StreamIndex(journal, [](const Entry&, std::vector<EntityRef>& out) { out.push_back(investor(0)); }, 1, segment_size).build_sealed(shard());
  StreamIndex changed(journal, entities_of, 2, segment_size);
  check_all(changed, 64);
  StreamIndex other_segments(journal, entities_of, 2, segment_size / 2);
  check_all(other_segments, 64);
}

TEST_CASE("A row that is damaged or gone is computed again") {
  MemoryJournal journal;
  samples::append_up_to(journal, shard(), 64);
  StreamIndex(journal, entities_of, 1, segment_size).build_sealed(shard());
  const auto rows = journal.cache().read_prefix("i");
  REQUIRE(rows.size() == 4 * 256);
  for (std::size_t i = 0; i < rows.size(); i += 3) {
    CacheRow row = rows[i];
    if (i % 2 == 0) {
      journal.cache().write({}, std::span(&row.key, 1));
    } else {
      row.value[i % row.value.size()] = static_cast<char>(row.value[i % row.value.size()] ^ 4);
      journal.cache().write(std::span(&row, 1), {});
    }
  }
  StreamIndex index(journal, entities_of, 1, segment_size);
  check_all(index, 64);
  index.build_sealed(shard());
  CHECK(journal.cache().read_prefix("i").size() == rows.size());
}
