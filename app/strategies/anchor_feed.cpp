#include "app/strategies/anchor_feed.hpp"

#include <charconv>

#include "app/job/bar_generator.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

// What a decimal wrote is a number.
double double_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

void AnchorFeed::add(std::uint32_t role, std::function<bool(AnchorBar&)> read) {
  Source source{std::move(read), {}, false};
  source.bar.role = role;
  source.open = source.read(source.bar);
  sources_.push_back(std::move(source));
}

void AnchorFeed::add_file(std::uint32_t role, const std::string& file, BarStamp stamp) {
  const auto rows = std::make_shared<BarRows>(file, stamp.side);
  const std::int64_t shift = stamp.at_end ? 0 : anchor_ns_;
  add(role, [left_out = left_out_, rows, shift, length = anchor_ns_, row = BarRow(), contract = std::optional<std::string>()](AnchorBar& bar) mutable {
    do {
      if (!rows->next(row)) return false;
      if (contract.value_or(row.contract) != row.contract)
        throw TextFileError(rows->where() + ": " + row.contract + " after " + *contract +
                            "; a role is one series, of one contract");
      contract = row.contract;
      if (!row.priced) ++*left_out;
    } while (!row.priced);
    const std::int64_t before = bar.closed_at;
    try {
      bar.closed_at = time_of_iso(rows->daily() ? row.stamp + "T00:00:00Z" : row.stamp).ns + shift;
    } catch (const std::invalid_argument& error) {
      throw TextFileError(rows->where() + ": " + error.what());
    }
    if (before < bar.closed_at && bar.closed_at - before < length)
      throw TextFileError(rows->where() + ": bars are closer together than the strategy's anchor is long");
    bar.bar = {double_of(row.prices[0].text()), double_of(row.prices[1].text()), double_of(row.prices[2].text()),
               double_of(row.prices[3].text()), double_of(row.volume.text())};
    return true;
  });
}

void AnchorFeed::add_generated(std::uint32_t role, const std::string& product, std::size_t count, std::uint64_t seed) {
  const auto series = std::make_shared<job::Series>(job::generate_bars(job::product_of(product), seed, count));
  add(role, [series, next = std::size_t{0}](AnchorBar& bar) mutable {
    if (next == series->bars.size()) return false;
    const job::Bar& from = series->bars[next++];
    bar.closed_at = from.closed_at.ns;
    bar.bar = {double_of(from.open.text()), double_of(from.high.text()), double_of(from.low.text()), double_of(from.close.text()),
               double_of(from.volume.text())};
    return true;
  });
}

void AnchorFeed::next(std::vector<AnchorBar>& bars, std::size_t most) {
  bars.clear();
  while (bars.size() < most) {
    Source* first = nullptr;
    for (Source& source : sources_)
      if (source.open &&
          (!first || std::pair(source.bar.closed_at, source.bar.role) < std::pair(first->bar.closed_at, first->bar.role)))
        first = &source;
    if (!first) return;
    bars.push_back(first->bar);
    first->open = first->read(first->bar);
  }
}

}  // namespace tally
