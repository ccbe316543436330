#include "app/backtest/run_files.hpp"

#include <boost/json.hpp>
#include <map>

#include "app/backtest/entry_file.hpp"
#include "app/backtest/report.hpp"
#include "app/csv_text.hpp"
#include "app/lots/fraction_text.hpp"
#include "app/time_text.hpp"
#include "messages/json_codec.hpp"
#include "persistence/sha256.hpp"

namespace tally::backtest {

namespace json = boost::json;

namespace {

std::string csv(std::initializer_list<std::string> cells) {
  std::string line;
  for (const std::string& cell : cells) line.append(csv_cell(cell)) += ',';
  line.pop_back();
  return line;
}

std::string hash_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  Sha256 hash;
  std::vector<char> piece(1 << 16);
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    hash.update(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(in.gcount()))));
  return hex(hash.finish());
}

json::value time_json(const std::optional<Time>& time) {
  return time ? json::value(exact_iso_time(*time)) : json::value(nullptr);
}

json::value days_json(const EquityTerms& terms) {
  return json::object{{"zone", terms.zone.name()},
                      {"days", terms.days == statistics::Days::observed ? "observed" : "calendar"},
                      {"periods_per_year", terms.periods_per_year},
                      {"risk_free", terms.risk_free}};
}

json::object bars_json(const BarSource& bars, std::uint64_t seed) {
  json::object object{{"product", bars.product.text()}};
  if (bars.file.empty()) {
    object["generated"] = bars.count;
    object["seed"] = bars.seed.value_or(seed);
  } else {
    object["file"] = std::filesystem::path(bars.file).filename().string();
    object["stamp"] = bars.stamped_at_end ? "end" : "open";
    if (bars.side) object["side"] = *bars.side == QuoteSide::bid ? "bid" : *bars.side == QuoteSide::ask ? "ask" : "mid";
  }
  return object;
}

json::object summary_object(const Summary& summary) {
  return {{"backtest", summary.name},
          {"run_id", summary.run_id},
          {"complete", summary.complete},
          {"first_bar_opened", summary.first},
          {"last_bar_closed", summary.last},
          {"currency", summary.currency},
          {"initial_equity", summary.initial_equity},
          {"final_equity", summary.final_equity},
          {"fees", summary.fees},
          {"turnover", summary.turnover},
          {"no_statistics", summary.no_statistics},
          {"happened", state_json(summary.happened)}};
}

}  // namespace

struct RunFiles::Journal {
  explicit Journal(std::filesystem::path in) : directory(std::move(in)) { std::filesystem::create_directories(directory); }

  std::filesystem::path directory;
  std::map<Symbol, std::unique_ptr<EntryFileOut>> files;
};

RunFiles::RunFiles(const Config& config, std::string run_id, std::vector<Input> inputs, OutputDirectory& directory)
    : config_(config), run_id_(std::move(run_id)), inputs_(std::move(inputs)), directory_(directory),
      matches_(directory.at("matches.csv")), trades_(directory.at("trades.csv")) {
  matches_.line(
      "close_trade_id,open_trade_id,strategy,symbol,direction,qty,opened_ts_utc,open_price,closed_ts_utc,close_price,"
      "realized_pnl_gross,currency,open_fee_pro_rata,close_fee_pro_rata,realized_pnl_net_of_pro_rata_fees");
  trades_.line("ts_utc,trade_id,order,strategy,symbol,side,qty,price,fee,currency");
  if (config.mode != Mode::full) return;
  equity_ = std::make_unique<LineFile>(directory.at("equity.csv"));
  equity_->line("ts_utc,equity,cash");
  journal_ = std::make_unique<Journal>(directory.at("journal"));
}

RunFiles::~RunFiles() = default;

Run::Listeners RunFiles::listeners() {
  Run::Listeners listeners;
  listeners.record.trade = [this](const Trade& it) { trade(it); };
  listeners.record.segment = [this](const Trade& it, const Segment& closed) { segment(it, closed); };
  if (equity_) listeners.record.equity = [this](Time at, Money now, Money cash) { equity(at, now, cash); };
  if (journal_) listeners.journal = [this](Symbol shard, const Entry& entry) { journal(shard, entry); };
  listeners.curves = config_.mode == Mode::full;
  return listeners;
}

void RunFiles::trade(const Trade& it) {
  trades_.line(csv({exact_iso_time(it.at), std::string(it.id.text()), it.order, it.key.strategy, it.key.symbol,
                    it.side == Side::buy ? "buy" : "sell", it.quantity.text(), it.price.text(), it.fee.text(), it.currency}));
}

void RunFiles::segment(const Trade& it, const Segment& closed) {
  const TradeMatch& match = closed.match;
  matches_.line(csv({std::string(match.closing.text()), std::string(match.opening.text()), it.key.strategy, it.key.symbol,
                     match.quantity > Quantity{} ? "long" : "short", closed.quantity.text(), exact_iso_time(match.opened_at),
                     closed.opened.text(), exact_iso_time(match.closed_at), closed.closed.text(), closed.realized.text(),
                     it.currency, share_text(closed.opening_fee), share_text(closed.closing_fee),
                     net_text(closed.realized.value, closed.opening_fee, closed.closing_fee)}));
}

void RunFiles::equity(Time at, Money now, Money cash) {
  equity_->line(exact_iso_time(at) + ',' + now.text() + ',' + cash.text());
}

void RunFiles::journal(Symbol shard, const Entry& entry) {
  auto& file = journal_->files[shard];
  if (!file) file = std::make_unique<EntryFileOut>(journal_->directory, shard);
  file->append(entry);
}

Summary RunFiles::finish(Run& run, bool complete) {
  run.finish();
  matches_.finish();
  trades_.finish();
  const Summary summary = summary_of(config_, run_id_, run, complete);
  if (equity_) equity_->finish();
  if (journal_)
    for (auto& [shard, file] : journal_->files) file->finish();
  write_open_lots(run);
  write_configuration();
  directory_.write("statistics.json", json_of(summary.figures) + '\n');
  if (config_.mode == Mode::full) write_report(config_, summary, inputs_, run, directory_);
  write_manifest(run, summary);
  return summary;
}

void RunFiles::write_open_lots(const Run& run) const {
  LineFile file(directory_.at("open_lots.csv"));
  file.line("strategy,symbol,open_trade_id,direction,remaining_qty,open_price,open_ts_utc");
  for (const OpenLot& open : run.record().open_lots())
    file.line(csv({open.key.strategy, open.key.symbol, std::string(open.lot.execution.text()),
                   open.lot.quantity > Quantity{} ? "long" : "short", open.quantity.text(), open.price.text(),
                   exact_iso_time(open.lot.opened_at)}));
  file.finish();
}

// Everything that the run was told, as it was understood: defaults filled in, parameters bound, no path.
void RunFiles::write_configuration() const {
  json::array strategies, bars, subscriptions;
  for (const StrategyChoice& choice : config_.strategies) {
    json::object bind;
    for (const StrategyBinding& binding : choice.bind) bind[binding.role] = binding.product.text();
    strategies.push_back(json::object{{"file", std::filesystem::path(choice.file).filename().string()},
                                      {"params_hash", choice.program->params_hash.text()},
                                      {"bind", std::move(bind)},
                                      {"definition", state_json(choice.program->definition)}});
  }
  for (const BarSource& source : config_.bars) bars.push_back(bars_json(source, config_.seed));
  for (const AddSubscription& add : config_.subscriptions) subscriptions.push_back(state_json(add));
  const Profile& profile = config_.profile;
  const json::object all{{"backtest", config_.name},
                         {"mode", config_.mode == Mode::full ? "full" : "matches-only"},
                         {"seed", config_.seed},
                         {"timeframe", config_.timeframe},
                         {"from", time_json(config_.from)},
                         {"until", time_json(config_.until)},
                         {"equity_every_s", config_.equity_every_ns / ns_per_s},
                         {"statistics", days_json(config_.statistics)},
                         {"strategies", std::move(strategies)},
                         {"bars", std::move(bars)},
                         {"investors", state_json(config_.investors)},
                         {"subscriptions", std::move(subscriptions)},
                         {"account", state_json(profile.account)},
                         {"venue", state_json(profile.venue)},
                         {"products", state_json(profile.products)},
                         {"limits", state_json(profile.limits)}};
  directory_.write("configuration.json", json::serialize(all) + '\n');
}

// The last file: what is named in it is whole.
void RunFiles::write_manifest(Run& run, const Summary& summary) const {
  json::array inputs;
  for (const Input& input : inputs_)
    inputs.push_back(json::object{{"what", input.what}, {"name", input.name}, {"sha256", input.sha256}});
  std::map<std::string, int> reducers;
  for (DeterministicHost* host : {&run.engine().pair().account(), &run.engine().pair().venue()})
    host->for_each_cell(
        [&](AnyCell& cell) { reducers[boost::describe::enum_to_string(cell.ref().kind, "")] = cell.reducer_version(); });
  json::object versions{{"tally", TALLY_VERSION}};
  for (const auto& [kind, version] : reducers) versions["reducer." + kind] = version;
  std::map<std::string, std::string> files;
  const std::filesystem::path root = directory_.at("");
  for (const auto& found : std::filesystem::recursive_directory_iterator(root))
    if (found.is_regular_file()) files[found.path().lexically_relative(root).generic_string()] = hash_of(found.path());
  json::object hashes;
  for (const auto& [name, hash] : files) hashes[name] = hash;
  json::object manifest = summary_object(summary);
  manifest["versions"] = std::move(versions);
  manifest["inputs"] = std::move(inputs);
  manifest["files"] = std::move(hashes);
  directory_.write(manifest_name, json::serialize(manifest) + '\n');
}

Summary summary_of(const Config& config, const std::string& run_id, const Run& run, bool complete) {
  const Recorder& record = run.record();
  Summary summary;
  summary.name = config.name;
  summary.run_id = run_id;
  summary.complete = complete;
  if (run.began()) summary.first = exact_iso_time(*run.began());
  if (run.engine().bars() > 0) summary.last = exact_iso_time(run.engine().now());
  summary.happened = record.happened();
  summary.currency = config.profile.account.currency;
  summary.initial_equity = record.initial().text();
  summary.final_equity = record.equity([&](ProductId product) { return run.mark(product); }).text();
  summary.fees = record.fees().text();
  summary.turnover = record.turnover().text();
  summary.figures = run.figures();
  summary.no_statistics = record.no_statistics();
  return summary;
}

std::string summary_json(const Summary& summary, const std::string& directory) {
  json::object object = summary_object(summary);
  object["directory"] = directory;
  std::string text = json::serialize(object);
  text.back() = ',';
  return text + "\"statistics\":" + json_of(summary.figures) + '}';
}

std::string json_of(const std::vector<Figure>& figures) {
  std::string text;
  for (const Figure& figure : figures) text += (text.empty() ? "{\"" : ",\"") + figure.name + "\":" + json_of(figure);
  return text.empty() ? "{}" : text + '}';
}

}  // namespace tally::backtest
