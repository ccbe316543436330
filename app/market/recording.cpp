#include "app/market/recording.hpp"

#include "actors/bars/timeframe.hpp"
#include "app/bar_rows.hpp"
#include "app/market/depth_file.hpp"
#include "app/market/tick_file.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;

struct BarSource {
  BarSource(const fs::path& file, std::optional<QuoteSide> side, VenueId venue, ProductId product, const std::string& timeframe)
      : rows(file, side), length(bars::Timeframe::parse(timeframe)) {
    bar.venue = venue;
    bar.product = product;
    bar.timeframe = timeframe;
    bar.final = true;
    bar.of = side == QuoteSide::bid ? BarOf::bid : side == QuoteSide::ask ? BarOf::ask : BarOf::trades;
  }

  std::optional<Message> next() {
    do {
      if (!rows.next(row)) return std::nullopt;
    } while (!row.priced);
    try {
      bar.opened_at = time_of_iso(rows.daily() ? row.stamp + "T00:00:00Z" : row.stamp);
      bar.closed_at = bar.received_at = {length.bucket_of(bar.opened_at.ns).end};
      bar.open = price(0);
      bar.high = price(1);
      bar.low = price(2);
      bar.close = price(3);
      bar.volume = Quantity::from_units(narrow(row.volume.value.units() / exact));  // artefacts of binary fractions are cut off
    } catch (const std::runtime_error& error) {
      throw TextFileError(rows.where() + ": " + error.what());
    } catch (const TimeError& error) {
      throw TextFileError(rows.where() + ": " + error.what());
    }
    return bar;
  }

 private:
  static constexpr std::int64_t exact = 1'000'000'000;  // from 1e-18 to 1e-9

  static std::int64_t narrow(Int128 units) {
    if (units > INT64_MAX || units < INT64_MIN) throw DecimalError("a volume beyond 64 bits of 1e-9");
    return static_cast<std::int64_t>(units);
  }
  Price price(std::size_t i) const {
    const Int128 units = row.prices[i].value.units();
    if (units % exact != 0 || units / exact > INT64_MAX || units / exact < INT64_MIN)
      throw DecimalError(row.prices[i].text() + " is no price that fits 1e-9 exactly");
    return Price::from_units(static_cast<std::int64_t>(units / exact));
  }

  BarRows rows;
  bars::Timeframe length;
  BarRow row;
  MarketBar bar;
};

bool holds_quotes(const fs::path& file) { return CsvFile(file).column("bid_open").has_value(); }

}  // namespace

Time received_at(const Message& message) {
  return std::visit(
      []<class M>(const M& body) -> Time {
        if constexpr (requires { body.received_at; }) return body.received_at;
        else return {};
      },
      message);
}

Recording tick_recording(const fs::path& file, VenueId venue, ProductId product) {
  return [rows = std::make_shared<TickFile>(file), venue, product]() -> std::optional<Message> {
    const auto named = [&](auto tick) -> std::optional<Message> {
      if (!rows->next(tick)) return std::nullopt;
      tick.venue = venue;
      tick.product = product;
      return tick;
    };
    return rows->quotes() ? named(QuoteTick{}) : named(TradeTick{});
  };
}

Recording depth_recording(const fs::path& file, VenueId venue, ProductId product) {
  return [rows = std::make_shared<DepthFile>(file, DepthFile::Streams::all), venue, product]() -> std::optional<Message> {
    const auto kind = rows->next();
    if (!kind) return std::nullopt;
    const auto named = [&](auto message) -> Message {
      message.venue = venue;
      message.product = product;
      return message;
    };
    switch (*kind) {
      case DepthFile::Kind::update: return named(rows->update());
      case DepthFile::Kind::snapshot: return named(rows->snapshot());
      case DepthFile::Kind::trade: return named(rows->trade());
      case DepthFile::Kind::quote: return named(rows->quote());
    }
    return std::nullopt;
  };
}

std::vector<Recording> bar_recordings(const fs::path& file, VenueId venue, ProductId product, const std::string& timeframe) {
  const auto source = [&](std::optional<QuoteSide> side) -> Recording {
    return [bars = std::make_shared<BarSource>(file, side, venue, product, timeframe)] { return bars->next(); };
  };
  if (!holds_quotes(file)) return {source(std::nullopt)};
  return {source(QuoteSide::bid), source(QuoteSide::ask)};
}

Recording merged(std::vector<Recording> recordings) {
  struct Head {
    Recording from;
    std::optional<Message> message;
  };
  auto heads = std::make_shared<std::vector<Head>>();
  for (Recording& recording : recordings) {
    auto first = recording();
    heads->push_back({std::move(recording), std::move(first)});
  }
  return [heads]() -> std::optional<Message> {
    Head* earliest = nullptr;
    for (Head& head : *heads)
      if (head.message && (!earliest || received_at(*head.message) < received_at(*earliest->message))) earliest = &head;
    if (!earliest) return std::nullopt;
    auto message = std::move(earliest->message);
    earliest->message = earliest->from();
    return message;
  };
}

}  // namespace tally
