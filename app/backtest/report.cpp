#include "app/backtest/report.hpp"

#include <boost/json.hpp>
#include <cmath>

#include "app/backtest/chart.hpp"
#include "app/backtest/report_style.hpp"
#include "app/time_text.hpp"
#include "messages/json_codec.hpp"

namespace tally::backtest {

namespace json = boost::json;

namespace {

double number_of(Money value) { return static_cast<double>(static_cast<long double>(value.units()) / 1e18L); }

std::string money(Money value) { return grouped(number_of(value), 2); }
std::string percent(double share) { return std::isnan(share) ? "–" : grouped(share * 100, 2) + " %"; }
std::string plain(double value) {
  return std::isnan(value) ? "–" : std::isinf(value) ? (value > 0 ? "∞" : "-∞") : grouped(value, 2);
}
// "2024-01-02 03:04" of an ISO time.
std::string minute_of(const std::string& iso) { return iso.substr(0, 10) + (iso.size() > 16 ? ' ' + iso.substr(11, 5) : ""); }
const char* tone(double value) { return value > 0 ? "up" : value < 0 ? "down" : ""; }

class Page {
 public:
  Page(const Config& config, const Summary& summary, const std::vector<Input>& inputs, const Run& run)
      : config_(config), summary_(summary), inputs_(inputs), run_(run), record_(run.record()) {}

  std::string html() {
    html_ =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\">"
        "<title>" +
        escaped(summary_.name) + " – backtest " + escaped(summary_.run_id) + "</title><style>" + report_style +
        "</style></head><body><main>";
    header();
    cards();
    curves();
    prices();
    books();
    investors();
    statistics();
    happened();
    inputs();
    limits();
    return html_ + "</main></body></html>\n";
  }

 private:
  Recorder::Mark mark() const {
    return [this](ProductId product) { return run_.mark(product); };
  }
  double figure(const char* name) const { return figure_named(summary_.figures, name); }

  void header() {
    html_ += "<header><p class=\"kicker\">Backtest" +
             std::string(summary_.complete ? "" : " · <b class=\"down\">incomplete</b>") + "</p><h1>" + escaped(summary_.name) +
             "</h1><p class=\"sub\">" + minute_of(summary_.first) + " to " + minute_of(summary_.last) +
             " UTC · " + grouped(static_cast<double>(summary_.happened.bars), 0) + " bars of " + escaped(config_.timeframe) +
             " · run <code>" + escaped(summary_.run_id) + "</code></p></header>";
  }

  void card(const char* what, const std::string& value, const char* style, const std::string& beneath) {
    html_ += std::string("<div class=\"card\"><span>") + what + "</span><b class=\"" + style + "\">" + value + "</b><small>" +
             beneath + "</small></div>";
  }

  void cards() {
    const double final = number_of(record_.equity(mark())), initial = number_of(record_.initial());
    const double gained = initial > 0 ? final / initial - 1 : 0;
    html_ += "<section class=\"cards\">";
    card("Return", percent(gained), tone(gained), grouped(final - initial, 2) + ' ' + escaped(summary_.currency));
    card("Final equity", grouped(final, 2), "", "of " + grouped(initial, 2) + ' ' + escaped(summary_.currency));
    card("Largest drawdown", percent(figure("max_drawdown_all_observations")), "down", "of all equity observations");
    card("Sharpe", plain(figure("sharpe")), tone(figure("sharpe")), "a year, daily closes");
    card("Sortino", plain(figure("sortino")), tone(figure("sortino")), "a year, daily closes");
    card("Trades", grouped(figure("trades"), 0), "", percent(figure("trade_win_rate")) + " won, net of fees");
    card("Profit factor", plain(figure("trade_profit_factor")), "", "won by lost");
    card("Fees", money(record_.fees()), "", "on " + grouped(number_of(record_.turnover()), 0) + " turned over");
    html_ += "</section>";
  }

  void curves() {
    const std::vector<ThinPoint>& equity = record_.equity_curve().points();
    if (equity.size() < 2) return;
    Chart chart;
    chart.title = "Equity";
    chart.note = escaped(summary_.currency) + ", marked at closes";
    chart.line = equity;
    chart.from = equity.front().at;
    chart.until = equity.back().at;
    html_ += "<section>" + html_of(chart);

    Chart under = chart;
    under.title = "Drawdown";
    under.note = "below the highest equity so far";
    under.height_px = 140;
    under.style = "fall";
    under.percent = under.area_from_zero = true;
    double peak = number_of(record_.initial());
    for (ThinPoint& point : under.line) {
      const double low = std::min(point.low, point.last);
      peak = std::max(peak, point.high);
      point.last = point.low = low / peak - 1;
      point.high = 0;
    }
    html_ += html_of(under) + "</section>";
  }

  void prices() {
    html_ += "<section>";
    for (std::size_t i = 0; i < config_.bars.size(); ++i) {
      const std::vector<ThinPoint>& line = record_.price_curves()[i].points();
      if (line.size() < 2) continue;
      Chart chart;
      chart.title = std::string(config_.bars[i].product.text());
      chart.style = "price";
      chart.band = true;
      chart.line = line;
      chart.from = line.front().at;
      chart.until = line.back().at;
      chart.dots = {{"buy", {}}, {"sell", {}}};
      for (const Marker& marker : record_.markers()[i]) chart.dots[marker.buy ? 0 : 1].at.emplace_back(marker.at, marker.price);
      chart.note = "<i class=\"key buy\"></i>bought <i class=\"key sell\"></i>sold";
      html_ += html_of(chart);
    }
    if (record_.markers_left_out() > 0)
      html_ += "<p class=\"note\">The first " + grouped(3'000, 0) + " trades of a product are drawn; " +
               grouped(static_cast<double>(record_.markers_left_out()), 0) + " more are in trades.csv.</p>";
    html_ += "</section>";
  }

  void table(const char* title, const std::vector<std::string>& heads) {
    html_ += std::string("<section><h2>") + title + "</h2><div class=\"wide\"><table><thead><tr>";
    for (const std::string& head : heads) html_ += "<th>" + head + "</th>";
    html_ += "</tr></thead><tbody>";
  }
  void row(const std::vector<std::string>& cells) {
    html_ += "<tr>";
    for (const std::string& cell : cells) html_ += "<td>" + cell + "</td>";
    html_ += "</tr>";
  }
  void end_table() { html_ += "</tbody></table></div></section>"; }
  static std::string toned(double value, const std::string& text) {
    return std::string("<span class=\"") + tone(value) + "\">" + text + "</span>";
  }

  void books() {
    table("Strategies", {"Strategy", "Product", "Fills", "Trades", "Won", "Gross", "Fees", "Net", "Unrealized", "Position"});
    for (const auto& [key, book] : record_.books()) {
      const Rollup& total = book.total;
      const Money open = notional(run_.mark(ProductId(key.second)), total.position.value, total.multiplier) - total.cost.value;
      const double net = number_of(total.net().value);
      row({escaped(key.first), escaped(key.second), std::to_string(total.trades), std::to_string(book.meter.trades),
           percent(figure_named(figures_of(book.meter), "trade_win_rate")), money(total.realized.value),
           money(total.fees.value), toned(net, grouped(net, 2)), money(open), total.position.value.text()});
    }
    end_table();
  }

  void investors() {
    table("Investors", {"Investor", "Paid in", "Equity", "Profit", "Return", "Fees", "Positions"});
    for (const auto& [name, investor] : record_.investors()) {
      const double worth = number_of(record_.worth(investor, mark())), paid = number_of(investor.deposit);
      std::string positions;
      for (const auto& [product, quantity] : investor.position)
        if (quantity != Quantity{})
          positions += (positions.empty() ? "" : ", ") + quantity.text() + ' ' + escaped(std::string(product.text()));
      row({escaped(std::string(name.text())), grouped(paid, 2), grouped(worth, 2),
           toned(worth - paid, grouped(worth - paid, 2)), percent(worth / paid - 1), money(investor.fees),
           positions.empty() ? "flat" : positions});
    }
    end_table();
  }

  void statistics() {
    html_ += "<section><h2>Statistics</h2><div class=\"stats\">";
    for (const Figure& one : summary_.figures)
      html_ += "<div><code>" + one.name + "</code><span>" + (text_of(one) == "nan" ? "–" : escaped(text_of(one))) +
               "</span></div>";
    html_ += "</div></section>";
    if (!summary_.no_statistics.empty())
      html_ += "<p class=\"note\">No statistics of equity: " + escaped(summary_.no_statistics) + ".</p>";
  }

  void happened() {
    table("What happened", {"Event", "Count"});
    boost::mp11::mp_for_each<boost::describe::describe_members<Happened, boost::describe::mod_public>>([&](auto member) {
      std::string name = member.name;
      std::replace(name.begin(), name.end(), '_', ' ');
      row({name, grouped(static_cast<double>(summary_.happened.*member.pointer), 0)});
    });
    end_table();
  }

  void inputs() {
    table("Inputs", {"What", "Name", "SHA-256"});
    for (const Input& input : inputs_) row({input.what, escaped(input.name), "<code>" + input.sha256 + "</code>"});
    end_table();
    const VenueConfigured& venue = config_.profile.venue;
    table("Configuration", {"Key", "Value"});
    row({"seed", std::to_string(config_.seed)});
    row({"fill model", boost::describe::enum_to_string(venue.fills, "")});
    row({"latency", std::to_string(venue.latency_ms) + " ms"});
    row({"half spread, slippage", std::to_string(venue.half_spread_ticks) + " + " + std::to_string(venue.slippage_ticks) +
                                      " ticks, " + percent(static_cast<double>(venue.slippage.units()) / 1e9)});
    row({"participation",
         venue.participation == Ratio{} ? "all of an order" : percent(static_cast<double>(venue.participation.units()) / 1e9)});
    row({"taker, maker fee", percent(static_cast<double>(venue.taker_fee.units()) / 1e9) + ", " +
                                 percent(static_cast<double>(venue.maker_fee.units()) / 1e9)});
    for (const StrategyChoice& choice : config_.strategies) {
      std::string said;
      for (const StrategyBinding& binding : choice.bind)
        said += binding.role + " = " + std::string(binding.product.text()) + "; ";
      for (const StrategyParameter& parameter : choice.program->definition.parameters)
        said += parameter.name + " = " + parameter.value.text() + "; ";
      row({"strategy " + escaped(std::string(choice.source().text())), escaped(said)});
    }
    for (const AddSubscription& add : config_.subscriptions)
      row({"subscription " + escaped(std::string(add.subscription.text())),
           escaped(std::string(add.investor.text()) + " follows " + std::string(add.source.text()) + " in " +
                   std::string(add.product.text()) + " with " + add.capital.text() + ", risk " +
                   add.terms.risk_fraction.text() + ", leverage " + add.terms.leverage_max.text())});
    end_table();
  }

  void limits() {
    html_ +=
        "<footer><p>A simulation of the past, not advice. It does not know the order book behind a bar, the market impact of "
        "its own "
        "orders beyond the model above, financing, dividends, borrow, or outages. Everything in it follows from the inputs "
        "whose hashes stand above.</p></footer>";
  }

  const Config& config_;
  const Summary& summary_;
  const std::vector<Input>& inputs_;
  const Run& run_;
  const Recorder& record_;
  std::string html_;
};

json::array curve_json(const Thinned& curve) {
  json::array points;
  for (const ThinPoint& point : curve.points())
    points.push_back(json::array{iso_time({point.at}), point.low, point.high, point.last});
  return points;
}

std::string report_json(const Config& config, const Summary& summary, const std::vector<Input>& inputs, const Run& run) {
  const Recorder& record = run.record();
  const Recorder::Mark mark = [&](ProductId product) { return run.mark(product); };
  json::array books, investors, sources, prices;
  for (const auto& [key, book] : record.books()) {
    const Rollup& total = book.total;
    books.push_back(json::object{{"strategy", key.first},
                                 {"product", key.second},
                                 {"fills", total.trades},
                                 {"trades", book.meter.trades},
                                 {"realized_gross", total.realized.text()},
                                 {"fees", total.fees.text()},
                                 {"realized_net", total.net().text()},
                                 {"position", total.position.text()}});
  }
  for (const auto& [name, investor] : record.investors())
    investors.push_back(json::object{{"investor", name.text()},
                                     {"deposit", investor.deposit.text()},
                                     {"equity", record.worth(investor, mark).text()},
                                     {"fees", investor.fees.text()}});
  for (const Input& input : inputs)
    sources.push_back(json::object{{"what", input.what}, {"name", input.name}, {"sha256", input.sha256}});
  for (std::size_t i = 0; i < config.bars.size(); ++i)
    prices.push_back(
        json::object{{"product", config.bars[i].product.text()}, {"closes", curve_json(record.price_curves()[i])}});
  const json::object more{{"strategies", std::move(books)},
                          {"investors", std::move(investors)},
                          {"inputs", std::move(sources)},
                          {"equity", curve_json(record.equity_curve())},
                          {"prices", std::move(prices)}};
  std::string text = summary_json(summary, "");
  text.back() = ',';
  return text + json::serialize(more).substr(1);
}

}  // namespace

void write_report(const Config& config, const Summary& summary, const std::vector<Input>& inputs, const Run& run,
                  const OutputDirectory& directory) {
  directory.write("report.html", Page(config, summary, inputs, run).html());
  directory.write("report.json", report_json(config, summary, inputs, run) + '\n');
}

}  // namespace tally::backtest
