// A tape written, read, followed, kept and repaired.
#include <zstd.h>

#include "persistence/watermark.hpp"
#include "tests/persistence/tape_samples.hpp"

using namespace tally;
using namespace tally::samples;
namespace fs = std::filesystem;

namespace {

TapeOptions small_segments(std::uint64_t bytes = 2'000) {
  TapeOptions options;
  options.segment_bytes = bytes;
  options.sync_every_ns = 0;  // each batch by itself
  return options;
}

// Like record_tape, but each record is its own batch, so that segments are small whatever the machine does.
void record_slowly(const fs::path& tape, std::uint64_t from, std::uint64_t to, const TapeOptions& options) {
  TapeWriter writer(tape, options);
  for (std::uint64_t number = from; number <= to; ++number) {
    const auto offset = writer.append(tape_message(number), tape_time(number));
    REQUIRE(offset);
    writer.wait_synced(*offset);
  }
}

std::vector<Offset> offsets_of(TapeReader& reader) {
  std::vector<Offset> offsets;
  while (reader.next()) offsets.push_back(reader.record().offset);
  return offsets;
}

}  // namespace

TEST_CASE("What was appended is read in order, over segments, plain and compressed") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_slowly(tape, 1, 60, small_segments());
  const auto plain = segments_of(tape);
  REQUIRE(plain.size() >= 5);
  for (const bool compressed : {false, true}) {
    if (compressed) {
      TapeRetention retention;
      retention.compress_after_ns = 0;
      const KeepReport kept = keep_tape(tape, retention, {INT64_MAX}, [] { return true; });
      CHECK(kept.trouble.empty());
      CHECK(kept.compressed == plain.size() - 1);
      CHECK(segments_of(tape).front().compressed);
      CHECK_FALSE(fs::exists(plain.front().path));
    }
    TapeReader reader(tape);
    for (std::uint64_t number = 1; number <= 60; ++number) {
      REQUIRE(reader.next());
      CHECK(reader.record().offset == number);
      CHECK(reader.record().at == tape_time(number));
      CHECK(holds(reader.record(), tape_message(number)));
      CHECK_FALSE(reader.missing());
    }
    CHECK_FALSE(reader.next());
    CHECK(std::get<TradeTick>(message_of([&] {
            reader.seek(Offset{60});
            REQUIRE(reader.next());
            return reader.record();
          }())) == trade_at(60));
    const TapeSurvey quick = survey_tape(tape, false), whole = survey_tape(tape, true);
    CHECK(quick.records() == 60);
    CHECK(whole.records() == 60);
    CHECK(whole.first_damage() == nullptr);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      CHECK(quick.segments[i].last == whole.segments[i].last);
      CHECK(quick.segments[i].last_at == whole.segments[i].last_at);
      CHECK(quick.segments[i].sealed);
    }
    CHECK(quick.segments.back().closed);
  }
}

TEST_CASE("A compressed segment is what zstd itself unpacks to the plain one") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_slowly(tape, 1, 30, small_segments());
  const SegmentFile first = segments_of(tape).front();
  const std::string plain = file_bytes(first.path);
  TapeRetention retention;
  retention.compress_after_ns = 0;
  keep_tape(tape, retention, {INT64_MAX}, [] { return true; });
  const std::string packed = file_bytes(segment_path(tape, first.first, true));
  CHECK(packed.size() < plain.size());
  const std::string frame = packed.substr(8 + tape_format::seal_size);  // behind the skippable one
  std::string unpacked(plain.size() + 1, '\0');
  const std::size_t size = ZSTD_decompress(unpacked.data(), unpacked.size(), frame.data(), frame.size());
  REQUIRE_FALSE(ZSTD_isError(size));
  CHECK(unpacked.substr(0, size) == plain);
}

TEST_CASE("Reading begins at an offset or a time, wherever that lies") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_slowly(tape, 1, 40, small_segments());
  TapeReader reader(tape);
  for (Offset from = 0; from <= 42; ++from) {
    INFO(from);
    reader.seek(from);
    const auto offsets = offsets_of(reader);
    REQUIRE(offsets.size() == (from <= 1 ? 40 : from > 40 ? 0 : 41 - from));
    if (!offsets.empty()) CHECK(offsets.front() == std::max<Offset>(from, 1));
    reader.seek(tape_time(from) + -1);
    CHECK(offsets_of(reader) == offsets);
  }
}

TEST_CASE("A reader follows the live end, over new segments, without losing its place") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  TapeWriter writer(tape, small_segments());
  TapeReader reader(tape);
  for (std::uint64_t number = 1; number <= 50; ++number) {
    CHECK_FALSE(reader.next());
    const auto offset = writer.append(tape_message(number), tape_time(number));
    REQUIRE(offset == number);
    writer.wait_synced(*offset);
    REQUIRE(reader.next());
    CHECK(reader.record().offset == number);
  }
  CHECK(writer.counters().sealed >= 3);
}

TEST_CASE("The tape's time never runs backwards") {
  TemporaryDirectory directory;
  {
    TapeWriter writer(directory.path() / "t");
    writer.append(trade_at(1), {100});
    writer.append(trade_at(2), {50});
    writer.append(trade_at(3), {101});
  }
  TapeReader reader(directory.path() / "t");
  std::vector<std::int64_t> times;
  while (reader.next()) times.push_back(reader.record().at.ns);
  CHECK(times == std::vector<std::int64_t>{100, 100, 101});
}

TEST_CASE("What a full queue refuses is counted, and stands as a gap in front of the next record") {
  TemporaryDirectory directory;
  TapeOptions options;
  options.queue_bytes_max = 1'500;
  DepthUpdate large;
  large.bids.assign(1'000, PriceLevel{Price::whole(1), Quantity::whole(1)});
  {
    TapeWriter writer(directory.path() / "t", options);
    CHECK(writer.append(trade_at(1), {1}) == 1u);
    writer.wait_synced(1);
    CHECK_FALSE(writer.append(large, {2}));
    CHECK_FALSE(writer.append(large, {3}));
    CHECK(writer.append(trade_at(2), {4}) == 3u);
    writer.wait_synced(3);
    CHECK_FALSE(writer.append(large, {5}));
    writer.close();
    CHECK(writer.counters().dropped_queue_full == 3);
    CHECK(writer.counters().gap_markers == 2);
    CHECK(writer.counters().records == 4);
  }
  TapeReader reader(directory.path() / "t");
  std::vector<std::uint64_t> gaps;
  while (reader.next())
    if (const Message message = message_of(reader.record()); const auto* report = std::get_if<FeedReported>(&message)) {
      CHECK(report->event == FeedEvent::dropped);
      CHECK(report->detail == "the tape's queue was full");
      gaps.push_back(report->count);
    }
  CHECK(gaps == std::vector<std::uint64_t>{2, 1});
}

TEST_CASE("Below the disk's reserve nothing is recorded but how much was not") {
  TemporaryDirectory directory;
  TapeOptions options;
  options.disk_reserve_bytes = UINT64_MAX;
  {
    TapeWriter writer(directory.path() / "t", options);
    for (int i = 0; i < 5; ++i) CHECK_FALSE(writer.append(trade_at(1), {7}));
    writer.close();
    CHECK(writer.counters().dropped_disk_reserve == 5);
  }
  TapeReader reader(directory.path() / "t");
  REQUIRE(reader.next());
  const auto report = std::get<FeedReported>(message_of(reader.record()));
  CHECK(report.count == 5);
  CHECK(report.received_at == Time{7});
  CHECK(report.detail == "the disk's reserve was reached");
  CHECK_FALSE(reader.next());
}

TEST_CASE("A disk that fails ends the recording, once and for good, with its reason") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  TapeWriter writer(tape, small_segments(100));
  REQUIRE(writer.append(trade_at(1), {1}));
  writer.wait_synced(1);
  fs::create_directory(segment_path(tape, 2, false));  // stands where the next segment would
  REQUIRE(writer.append(trade_at(2), {2}));
  writer.wait_synced(2);
  CHECK(writer.synced() == 1);
  CHECK_FALSE(writer.failure().empty());
  CHECK_FALSE(writer.append(trade_at(3), {3}));
  CHECK(writer.counters().dropped_failed == 1);
}

TEST_CASE("A tape has one writer; another directory is none") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  {
    TapeWriter writer(tape);
    CHECK_THROWS_AS(TapeWriter(tape), TapeHeld);
    CHECK(survey_tape(tape, false).written);
  }
  CHECK_FALSE(survey_tape(tape, false).written);
  CHECK_THROWS_AS(TapeReader(directory.path()), TapeError);
  CHECK_THROWS_AS(TapeWriter(directory.path()), TapeError);
  set_file(tape_files::identity(tape), "tallystick tape, format 2\n");
  CHECK_THROWS_AS(TapeReader(tape), TapeError);
  CHECK_THROWS_AS(TapeWriter(tape), TapeError);
}

TEST_CASE("A tape that was closed goes on where it ended; one that was not goes on far behind it") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_tape(tape, 1, 10);
  {
    TapeWriter writer(tape);
    CHECK(writer.opening().in_order);
    CHECK(writer.append(tape_message(11), tape_time(11)) == 11u);
  }
  const SegmentFile newest = segments_of(tape).back();
  leave_torn(tape, file_bytes(newest.path).substr(0, fs::file_size(newest.path) - tape_format::seal_size));
  {
    TapeWriter writer(tape);
    CHECK_FALSE(writer.opening().in_order);
    CHECK(writer.opening().cut_bytes == 0);
    CHECK(writer.append(tape_message(12), tape_time(12)) == 12 + TapeWriter::offsets_left_out);
  }
  TapeReader reader(tape);
  for (int i = 1; i <= 11; ++i) REQUIRE(reader.next());
  REQUIRE(reader.next());
  REQUIRE(reader.missing());
  CHECK(reader.missing()->from == 12);
  CHECK(reader.missing()->to == 11 + TapeWriter::offsets_left_out);
  CHECK(holds(reader.record(), tape_message(12)));
}

TEST_CASE("Cut at any byte, a segment gives its whole records, and its next writer goes on behind them") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_tape(tape, 1, 5);
  const std::string whole = file_bytes(segments_of(tape).back().path);
  std::vector<std::size_t> ends{tape_format::segment_head_size};  // of the n-th record
  for (std::uint64_t number = 1; number <= 5; ++number)
    ends.push_back(ends.back() + tape_format::record_head_size + bytes_of(tape_message(number)).size());
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    INFO(cut);
    const fs::path torn = directory.path() / "torn";
    fs::remove_all(torn);
    fs::copy(tape, torn, fs::copy_options::recursive);
    leave_torn(torn, whole.substr(0, cut));
    const std::size_t records = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin());
    const std::size_t expected = records == 0 ? 0 : records - 1;
    {
      TapeReader reader(torn);
      REQUIRE(offsets_of(reader).size() == expected);
    }
    {
      TapeWriter writer(torn);
      REQUIRE_FALSE(writer.opening().in_order);
      REQUIRE(writer.opening().cut_bytes == cut - (records == 0 ? 0 : ends[records - 1]));
      REQUIRE(writer.append(tape_message(100), tape_time(100)) == expected + 1 + TapeWriter::offsets_left_out);
    }
    TapeReader reader(torn);
    REQUIRE(offsets_of(reader).size() == expected + 1);
    REQUIRE(survey_tape(torn, true).first_damage() == nullptr);
  }
}

TEST_CASE("A flipped bit anywhere in a sealed segment is found and named, and nothing damaged is ever given") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_slowly(tape, 1, 24, small_segments(1'200));
  const auto segments = segments_of(tape);
  REQUIRE(segments.size() >= 3);
  const SegmentFile second = segments[1];
  const Offset last = segments[2].first - 1;
  const std::string whole = file_bytes(second.path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO(at);
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    set_file(second.path, flipped);
    TapeReader reader(tape);
    std::size_t given = 0, damages = 0;
    Offset before = 0, lost = 0;
    while (true) {
      try {
        if (!reader.next()) break;
      } catch (const TapeDamaged& damaged) {
        REQUIRE(damaged.damage.file == second.path);
        REQUIRE(damaged.damage.offset == before + 1);
        ++damages;
        reader.skip_damage();
        continue;
      }
      const Offset offset = reader.record().offset;
      REQUIRE(holds(reader.record(), tape_message(offset)));
      if (before + 1 != offset) {
        REQUIRE(reader.missing());
        lost += offset - before - 1;
      }
      before = offset;
      ++given;
    }
    REQUIRE(damages == 1);
    REQUIRE(before == 24);
    REQUIRE(given + lost == 24);
    REQUIRE(lost <= 1);  // the damaged record; none where its segment's head or seal was hit
    const TapeSurvey survey = survey_tape(tape, true);
    REQUIRE(survey.first_damage() != nullptr);
    REQUIRE(survey.first_damage()->offset <= last + 1);
  }
  set_file(second.path, whole);
  CHECK(survey_tape(tape, true).first_damage() == nullptr);
}

TEST_CASE("What was synced and is damaged is never cut off as if it had been torn") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_tape(tape, 1, 9);
  const fs::path newest = segments_of(tape).back().path;
  const std::string torn = file_bytes(newest).substr(0, fs::file_size(newest) - tape_format::seal_size - 5);
  set_file(newest, torn);  // the file that says what was synced stays
  REQUIRE(Watermark::peek(tape_files::synced(tape), 0) == 9);
  {
    TapeWriter writer(tape);
    REQUIRE(writer.opening().damage);
    CHECK(writer.opening().damage->offset == 9);
    CHECK(writer.append(tape_message(10), tape_time(10)) == 10 + TapeWriter::offsets_left_out);
  }
  CHECK(file_bytes(newest) == torn);
  TapeReader reader(tape);
  for (int i = 1; i <= 8; ++i) REQUIRE(reader.next());
  CHECK_THROWS_WITH(reader.next(), Catch::Contains("is damaged at offset 9"));
  reader.skip_damage();
  REQUIRE(reader.next());
  CHECK(reader.record().offset == 10 + TapeWriter::offsets_left_out);
}

TEST_CASE("A damaged compressed segment is found, named and passed over") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_slowly(tape, 1, 24, small_segments(1'200));
  TapeRetention retention;
  retention.compress_after_ns = 0;
  keep_tape(tape, retention, {INT64_MAX}, [] { return true; });
  const SegmentFile second = segments_of(tape)[1];
  const std::string whole = file_bytes(second.path);
  for (std::size_t at = 8 + tape_format::seal_size; at < whole.size(); ++at) {
    INFO(at);
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    set_file(second.path, flipped);
    const TapeSurvey survey = survey_tape(tape, true);
    if (!survey.first_damage()) continue;  // bits that zstd reads either way give the same bytes
    TapeReader reader(tape);
    Offset last = 0;
    for (int damages = 0; damages < 3;) {
      try {
        if (!reader.next()) break;
        REQUIRE(holds(reader.record(), tape_message(reader.record().offset)));
        last = reader.record().offset;
      } catch (const TapeDamaged&) {
        ++damages;
        reader.skip_damage();
      }
    }
    REQUIRE(last == 24);
  }
}

TEST_CASE("Only the oldest segments go, by age or by size, and never the newest") {
  const auto segment = [](Offset first, std::uint64_t bytes, std::optional<std::int64_t> sealed, bool compressed = false) {
    return KeptSegment{{first, "", compressed}, bytes, sealed ? std::optional(Time{*sealed}) : std::nullopt};
  };
  const std::vector<KeptSegment> segments{segment(1, 10, 100, true), segment(2, 10, 200), segment(3, 10, 300),
                                          segment(4, 10, {})};
  const auto firsts = [](const std::vector<SegmentFile>& files) {
    std::vector<Offset> out;
    for (const SegmentFile& file : files) out.push_back(file.first);
    return out;
  };
  struct Row {
    TapeRetention retention;
    std::int64_t now;
    std::vector<Offset> removed, compressed;
  };
  const std::vector<Row> rows{
      {{{}, {}, {}}, 1'000, {}, {}},
      {{50, {}, {}}, 260, {}, {2}},
      {{50, {}, {}}, 1'000, {}, {2, 3}},
      {{{}, 150, {}}, 260, {1}, {}},
      {{{}, 10, {}}, 1'000, {1, 2, 3}, {}},
      {{{}, {}, 40}, 1'000, {}, {}},
      {{{}, {}, 39}, 1'000, {1}, {}},
      {{{}, {}, 0}, 1'000, {1, 2, 3}, {}},
      {{50, 150, 25}, 300, {1, 2}, {}},
      {{50, {}, 25}, 400, {1, 2}, {3}},
  };
  for (const Row& row : rows) {
    const KeepPlan plan = plan_keeping(segments, row.retention, {row.now});
    CHECK(firsts(plan.remove) == row.removed);
    CHECK(firsts(plan.compress) == row.compressed);
  }
}

TEST_CASE("A reader whose segment is removed goes on with the next one and says what is missing") {
  TemporaryDirectory directory;
  const fs::path tape = directory.path() / "t";
  record_slowly(tape, 1, 30, small_segments(1'200));
  TapeReader reader(tape);
  REQUIRE(reader.next());
  TapeRetention retention;
  retention.keep_bytes = 0;
  const KeepReport report = keep_tape(tape, retention, {0}, [] { return true; });
  CHECK(report.removed > 0);
  REQUIRE(segments_of(tape).size() == 1);
  const Offset first = segments_of(tape).front().first;
  while (reader.record().offset < 30) {
    const Offset before = reader.record().offset;
    REQUIRE(reader.next());
    if (reader.record().offset == first) {
      REQUIRE(reader.missing());
      CHECK(reader.missing()->from == before + 1);
      CHECK(reader.missing()->to == first - 1);
    }
  }
  TapeWriter again(tape);  // the next offset is still known
  CHECK(again.append(tape_message(31), tape_time(31)) == 31u);
}

TEST_CASE("A message of a type that this build does not know is recorded and given back as it is") {
  TemporaryDirectory directory;
  const Opaque unknown{9'999, 3, {std::byte{1}, std::byte{2}}};
  {
    TapeWriter writer(directory.path() / "t");
    CHECK(writer.append(unknown, {1}) == 1u);
  }
  TapeReader reader(directory.path() / "t");
  REQUIRE(reader.next());
  const Opaque read = std::get<Opaque>(message_of(reader.record()));
  CHECK(read.number == 9'999);
  CHECK(read.version == 3);
  CHECK(read.bytes == unknown.bytes);
}
