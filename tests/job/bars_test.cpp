#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/job/bar_file.hpp"
#include "app/job/bar_generator.hpp"
#include "app/job/sources.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::job;

namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string name)
      : path_(std::filesystem::temp_directory_path() / ("tally-" + std::to_string(getpid()) + name)) {}
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }
  void write(std::string_view text) const { std::ofstream(path_) << text; }
  void write_gzip(std::string_view text) const {
    gzFile file = gzopen(path_.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
  }

 private:
  std::filesystem::path path_;
};

bool same(const Bar& a, const Bar& b) {
  return a.open == b.open && a.high == b.high && a.low == b.low && a.close == b.close && a.volume == b.volume &&
         a.opened_at == b.opened_at && a.closed_at == b.closed_at;
}

}  // namespace

TEST_CASE("Generated bars are the same for the same seed and others for another") {
  const auto product = product_of("BTC-USD");
  const Series one = generate_bars(product, 7, 500), again = generate_bars(product, 7, 500),
               other = generate_bars(product, 8, 500);
  bool all_same = true, all_same_as_other = true;
  for (std::size_t i = 0; i < 500; ++i) {
    all_same = all_same && same(one.bars[i], again.bars[i]);
    all_same_as_other = all_same_as_other && same(one.bars[i], other.bars[i]);
  }
  CHECK(all_same);
  CHECK_FALSE(all_same_as_other);
}

TEST_CASE("A longer run of generated bars begins with the shorter one, so a job can be lengthened") {
  const auto product = product_of("SPY");
  const Series brief = generate_bars(product, 3, 100), full = generate_bars(product, 3, 1'000);
  for (std::size_t i = 0; i < 100; ++i) REQUIRE(same(brief.bars[i], full.bars[i]));
}

TEST_CASE("The first generated bar of the default seed is written down, so that no machine may differ") {
  const Series series = generate_bars(product_of("EUR-USD"), 1, 200);
  CHECK(series.bars[0].open.text() == "1.104");
  CHECK(series.bars[199].close.text() == "1.10058");
}

TEST_CASE(
    "Every generated bar is whole: low <= open, close <= high, on the tick, with volume in whole lots, minute after minute") {
  for (const ProductDefined& product : default_products())
    for (std::uint64_t seed : {1ull, 2ull, 99ull}) {
      const Series series = generate_bars(product, seed, 3'000);
      Time at = default_start;
      for (const Bar& bar : series.bars) {
        REQUIRE(
            (bar.low <= bar.open && bar.low <= bar.close && bar.high >= bar.open && bar.high >= bar.close && bar.low > Price{}));
        REQUIRE(bar.close.units() % product.tick.units() == 0);
        REQUIRE((bar.volume > Quantity{} && bar.volume.units() % product.lot.units() == 0));
        REQUIRE(bar.opened_at == at);
        at = bar.closed_at;
      }
    }
}

TEST_CASE("A file of trade bars is read exactly, plain or compressed") {
  const std::string text =
      "ts_utc,open,high,low,close,volume\n2016-10-07T00:01:00Z,611.87,611.88,611.87,611.88,24.426957669999997\n"
      "2016-10-07T00:02:00.5Z,611.75,611.87,611.75,611.87,1\n";
  for (const bool compressed : {false, true}) {
    TemporaryFile file(compressed ? "t.csv.gz" : "t.csv");
    compressed ? file.write_gzip(text) : file.write(text);
    const BarFile read = read_bars(file.path(), product_of("BTC-USD"), 10);
    REQUIRE(read.series.bars.size() == 2);
    CHECK(read.series.bars[0].close.text() == "611.88");
    CHECK(read.series.bars[0].volume.text() == "24.426957669");
    CHECK(read.series.bars[0].opened_at.ns == 1'475'798'460'000'000'000);
    CHECK(read.series.bars[1].opened_at.ns == 1'475'798'520'500'000'000);
  }
}

TEST_CASE("A file of quote bars gives the middle of bid and ask, and rows without a price are left out") {
  TemporaryFile file("q.csv");
  file.write(
      "ts_utc,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size\n"
      "2014-05-01T00:00:00Z,1.38676,1.38686,1.38669,1.38686,5,1.38686,1.38697,1.38680,1.38697,3\n"
      "2014-05-01T00:01:00Z,,,,,,1.38686,1.38697,1.38680,1.38697,3\n"
      "2014-05-01T00:02:00Z,1.38676,1.38686,1.38669,1.38686,0,1.38686,1.38697,1.38680,1.38697,0\n");
  const BarFile read = read_bars(file.path(), product_of("EUR-USD"), 10);
  REQUIRE(read.series.bars.size() == 2);
  CHECK(read.left_out == 1);
  CHECK(read.series.bars[1].volume == Quantity::whole(1'000 * volume_assumed_lots));
  CHECK(read.series.bars[0].close.text() == "1.386915");
  CHECK(read.series.bars[0].volume.text() == "3");
}

TEST_CASE("A row that cannot be read names its file and line, and nothing is guessed") {
  const std::string header = "ts_utc,open,high,low,close,volume\n";
  for (const std::string row :
       {"2016-10-07T00:01:00Z,1,2,3\n", "2016-13-07T00:01:00Z,1,1,1,1,1\n", "2016-10-07T00:01:00,1,1,1,1,1\n",
        "2016-10-07T00:01:00Z,1e3,1,1,1,1\n", "2016-10-07T00:01:00Z,1.0000000001,1,1,1,1\n"}) {
    TemporaryFile file("bad.csv");
    file.write(header + row);
    try {
      read_bars(file.path(), product_of("SPY"), 10);
      FAIL("was read: " + row);
    } catch (const BarFileError& error) {
      CHECK(std::string(error.what()).find("bad.csv line 2") != std::string::npos);
    }
  }
  TemporaryFile file("header.csv");
  file.write("time,price\n");
  CHECK_THROWS_AS(read_bars(file.path(), product_of("SPY"), 10), BarFileError);
}

TEST_CASE("Each source speaks only when it changes its mind, and every opening has a stop") {
  for (const std::string_view name : source_names)
    for (const ProductDefined& product : default_products()) {
      const auto source = make_source(name);
      int held = 0, spoken = 0;
      for (const Bar& bar : generate_bars(product, 5, 3'000).bars)
        if (const auto opinion = source->after(bar)) {
          REQUIRE(opinion->direction.value != held);
          REQUIRE(opinion->stop_loss_ratio.has_value() == (opinion->direction.value != 0));
          if (opinion->stop_loss_ratio)
            REQUIRE((*opinion->stop_loss_ratio >= Ratio::parse("0.002") && *opinion->stop_loss_ratio <= Ratio::parse("0.2")));
          held = opinion->direction.value;
          ++spoken;
        }
      CHECK(spoken > 10);
      CHECK(spoken < 1'000);
    }
}
