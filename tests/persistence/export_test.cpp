#include <boost/json/parse.hpp>
#include <fstream>
#include <set>

#include "persistence/atomic_file.hpp"
#include "persistence/export.hpp"
#include "persistence/line_file.hpp"
#include "persistence/memory_journal.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using samples::entry_at;
using samples::stored;
using samples::TemporaryDirectory;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

Symbol shard() { return Symbol("paper:acct/1"); }

// Three days, an event of an unknown type, and a producer that no JSON text can hold.
void fill(Journal& journal) {
  samples::append_up_to(journal, Symbol("acct-2"), 40, 2);
  for (Offset offset = 1; offset <= 30; ++offset) {
    Entry entry = entry_at(shard(), offset, 3);
    entry.at = Time{samples::first_ns + static_cast<std::int64_t>((offset - 1) / 10) * ns_per_day};
    if (offset == 7) entry.events[1].body = Opaque{60'000, 9, {std::byte{1}, std::byte{0xFF}}};
    if (offset == 11) entry.producer = "cli:\xFF\xFE";
    journal.append(shard(), entry);
  }
}

void check_equal(const Journal& a, const Journal& b) {
  REQUIRE(a.shards() == b.shards());
  for (const Symbol name : a.shards()) {
    REQUIRE(a.end(name) == b.end(name));
    for_each_entry(a, name, 1, a.end(name), [&](const Entry& entry) {
      if (stored(entry) != stored(*b.read(name, entry.offset, 1).at(0))) FAIL("offset " << entry.offset << " differs");
    });
  }
}

std::size_t lines_in(const fs::path& file) {
  std::size_t count = 0;
  read_lines(file, [&](std::string_view) { ++count; });
  return count;
}

}  // namespace

TEST_CASE("An export imported into an empty journal gives byte-equal entries, plain and zstd") {
  MemoryJournal journal;
  fill(journal);
  for (const Compression compression : {Compression::none, Compression::zstd}) {
    const TemporaryDirectory directory;
    const ExportReport out = export_journal(journal, directory.path() / "out", compression);
    CHECK(out.shards == 2);
    CHECK(out.entries == 70);
    CHECK(out.events == 40 * 2 + 30 * 3);
    MemoryJournal copy;
    const ExportReport in = import_journal(directory.path() / "out", copy);
    CHECK(in.entries == out.entries);
    CHECK(in.events == out.events);
    check_equal(journal, copy);
  }
}

TEST_CASE("Every event stands once under its topic and the date of its moment") {
  MemoryJournal journal;
  fill(journal);
  const TemporaryDirectory directory;
  const ExportReport report = export_journal(journal, directory.path() / "out", Compression::none);
  const fs::path of_shard = directory.path() / "out" / "paper%3Aacct%2F1";
  std::set<std::string> dates;
  std::uint64_t events = 0;
  std::uint64_t files = 0;
  for (const auto& file : fs::recursive_directory_iterator(directory.path() / "out")) {
    if (!file.is_regular_file()) continue;
    ++files;
    if (file.path().filename() == "entries.jsonl") continue;
    const std::string topic = file.path().parent_path().filename();
    read_lines(file.path(), [&](std::string_view line) {
      const json::value event = json::parse(line);
      ++events;
      if (topic != "opaque") CHECK(event.at("topic").as_string() == topic);
      CHECK(event.at("offset").to_number<Offset>() > 0);
    });
    if (file.path().string().starts_with(of_shard.string())) dates.insert(file.path().filename());
  }
  CHECK(events == report.events);
  CHECK(files == report.files);
  CHECK(dates == std::set<std::string>{"2025-10-09.jsonl", "2025-10-10.jsonl", "2025-10-11.jsonl"});
  CHECK(lines_in(of_shard / "order.fill" / "2025-10-10.jsonl") > 0);
}

TEST_CASE("An export appears whole or not at all, and never over another") {
  MemoryJournal journal;
  fill(journal);
  const TemporaryDirectory directory;
  const fs::path out = directory.path() / "out";
  fs::create_directories(out.string() + ".partial/left-over");
  export_journal(journal, out, Compression::none);
  CHECK(!fs::exists(out.string() + ".partial"));
  CHECK(!fs::exists(out / "left-over"));
  CHECK_THROWS_AS(export_journal(journal, out, Compression::none), JournalError);
}

TEST_CASE("A changed, cut, reordered or foreign line is refused by file and line") {
  MemoryJournal journal;
  fill(journal);
  const TemporaryDirectory directory;
  const fs::path out = directory.path() / "out";
  export_journal(journal, out, Compression::none);
  const fs::path file = out / "acct-2" / "entries.jsonl";
  const std::string whole = read_file(file);
  const auto refused = [&](const std::string& text, std::string_view where) {
    write_file_atomically(file, text);
    MemoryJournal copy;
    try {
      import_journal(out, copy);
      return false;
    } catch (const JournalError& error) {
      return std::string_view(error.what()).find(where) != std::string_view::npos;
    }
  };
  const std::size_t second = whole.find('\n') + 1;
  const std::size_t third = whole.find('\n', second) + 1;
  std::string changed = whole;
  changed.replace(changed.find("\"term\":1", second), 8, "\"term\":2");
  CHECK(refused(changed, "line 2: "));
  CHECK(refused(whole.substr(0, whole.size() - 5), "entries.jsonl, line"));
  CHECK(refused(whole.substr(second), "line 1: "));
  CHECK(refused(whole.substr(0, second) + whole.substr(third), "line 2: "));
  CHECK(refused("{}\n" + whole, "line 1: "));
  CHECK(refused("not json\n", "line 1: "));
  write_file_atomically(file, whole);
  MemoryJournal copy;
  CHECK_NOTHROW(import_journal(out, copy));
  CHECK_THROWS_AS(import_journal(out, copy), JournalError);  // not empty any more
  CHECK_THROWS_AS(import_journal(directory.path(), copy), JournalError);
}

TEST_CASE("Lines survive being written in several openings, and a damaged zstd file is refused") {
  const TemporaryDirectory directory;
  for (const char* name : {"lines.jsonl", "lines.jsonl.zst"}) {
    const fs::path file = directory.path() / name;
    std::vector<std::string> written;
    for (int opening = 0; opening < 3; ++opening) {
      LineWriter out(file);
      for (int i = 0; i < 5'000; ++i) {
        written.push_back("line " + std::to_string(opening) + "." + std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x'));
        out.line(written.back());
      }
      out.close();
    }
    std::vector<std::string> read;
    read_lines(file, [&](std::string_view line) { read.emplace_back(line); });
    CHECK(read == written);
  }
  const fs::path file = directory.path() / "lines.jsonl.zst";
  const std::string whole = read_file(file);
  const auto ignore = [](std::string_view) {};
  write_file_atomically(file, whole.substr(0, whole.size() - 10));
  CHECK_THROWS(read_lines(file, ignore));
  std::string changed = whole;
  changed[whole.size() / 2] = static_cast<char>(changed[whole.size() / 2] ^ 1);
  write_file_atomically(file, changed);
  CHECK_THROWS(read_lines(file, ignore));
}
