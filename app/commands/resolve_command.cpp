// tally resolve: from an underlying and a rule to one option or future, with the evidence. Needs no account.
#include <boost/json.hpp>
#include <iostream>

#include "actors/instrument_resolver/facts.hpp"
#include "app/chains/future_chain_file.hpp"
#include "app/chains/holiday_file.hpp"
#include "app/chains/option_chain_files.hpp"
#include "app/commands/parsed.hpp"
#include "app/commands/tape_options.hpp"
#include "app/csv_file.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using namespace instruments;

struct ResolveAsked {
  std::string underlying, at, zone = "America/New_York", holidays, market = "Equity-usa-[*]";
  OptionChainFiles files;
  std::string futures;
  std::string tape;
  // of options
  std::string right, rank, strike, delta, distance_max, expiry = "nearest", ties;
  std::string spread_max, open_interest_min, volume_min, quoted_min, greeks_min;
  std::int64_t quote_age_s_max = -1, underlying_age_s_max = -1;
  std::size_t contracts = 1, expiries = 1;
  bool one_sided = false;
  // of futures
  std::string roll = "days:0", held;
  std::int64_t behind = 0;
};

// What a text of the command line says, or the option that it is wrong in.
template <class Read>
auto read(const char* option, Read reading) {
  try {
    return reading();
  } catch (const std::invalid_argument& error) {
    throw CommandFailed(exit_usage, std::string(option) + ": " + error.what());
  } catch (const std::runtime_error& error) {
    throw CommandFailed(exit_usage, std::string(option) + ": " + error.what());
  }
}

template <class D>
std::optional<D> decimal(const char* option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  return read(option, [&] { return D::parse(text); });
}

Zone zone_of(const ResolveAsked& asked) {
  return read("--zone", [&] { return Zone(asked.zone); });
}

// A date alone is the beginning of its day.
Time moment_of(const ResolveAsked& asked, const Zone& zone) {
  return read("--at", [&] {
    return asked.at.find('T') == std::string::npos ? Time{zone.start_of(day_of(asked.at))} : time_of_iso(asked.at);
  });
}

Holidays holidays_of(const ResolveAsked& asked) {
  return asked.holidays.empty() ? Holidays() : read_holidays(asked.holidays, asked.market);
}

Ties ties_of(const std::string& text) {
  return text == "higher" ? Ties::higher : text == "reject" ? Ties::reject : Ties::lower;
}

[[noreturn]] void refuse(const std::string& why) { throw CommandFailed(exit_usage, why); }

// ---- evidence

template <class T, class Show>
json::value shown_if(const std::optional<T>& value, Show show) {
  return value ? json::value(show(*value)) : json::value();
}
template <class D>
json::value shown_if(const std::optional<D>& decimal) {
  return shown_if(decimal, [](const D& known) { return known.text(); });
}
template <class D>
std::string cell(const std::optional<D>& decimal) {
  return decimal ? decimal->text() : "-";
}

json::array ids_of(const std::vector<Rejected>& failed) {
  json::array ids;
  for (const Rejected one : failed) ids.emplace_back(id_of(one));
  return ids;
}
std::string list_of(const std::vector<Rejected>& failed) {
  std::string list;
  for (const Rejected one : failed) list += (list.empty() ? "" : " ") + std::string(id_of(one));
  return list;
}

json::object outcome(std::string_view underlying, const std::optional<Rejected>& rejected, const std::string& reason) {
  return {{"underlying", underlying},
          {"resolved", !rejected},
          {"rule_id", shown_if(rejected, [](Rejected why) { return id_of(why); })},
          {"reason", reason}};
}

// Says on standard error that nothing was chosen, once all the rest is printed.
void finish(const std::optional<Rejected>& rejected, const std::string& reason) {
  if (rejected) throw CommandFailed(exit_denied, "rejected " + std::string(id_of(*rejected)) + ": " + reason);
}

// The rule in words of the command line.
std::string rule_text(const ResolveAsked& asked) {
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : " ") + std::string(name) + '=' + value;
  };
  if (!asked.futures.empty()) {
    add("roll", asked.roll);
    add("held", asked.held);
    if (asked.behind > 0) add("behind", std::to_string(asked.behind));
  } else {
    add("right", asked.right);
    add("rank", asked.rank);
    add("strike", asked.strike);
    add("delta", asked.delta);
    add("max-distance", asked.distance_max);
    add("expiry", asked.expiry);
    add("max-spread", asked.spread_max);
  }
  add("min-open-interest", asked.open_interest_min);
  add("min-volume", asked.volume_min);
  add("ties", asked.ties);
  return text;
}

// The answer as a fact on a tape: instrument.resolved or instrument.rejected, behind the chain that it was decided from.
void record_answer(const ResolveAsked& asked, Time at, const std::optional<Message>& chain,
                   const std::function<Answer(const std::optional<TapePlace>&)>& answer) {
  if (asked.tape.empty()) return;
  with_tape([&] {
    TapeWriter tape(asked.tape);
    print_opening(tape.opening());
    const auto append = [&](const Message& message) {
      const auto offset = tape.append(message, at);
      if (!offset) throw CommandFailed(exit_refused, "the tape did not take it: the disk's reserve is reached");
      return *offset;
    };
    std::optional<TapePlace> place;
    if (chain) place = TapePlace{std::filesystem::path(asked.tape).filename().string(), append(*chain)};
    std::visit([&](const auto& fact) { append(fact); }, answer(place));
    tape.close();
    check_disk(tape);
  });
}

// ---- options

json::object shown(const OptionChain& chain, const Considered& item) {
  const OptionRow& row = item.row;
  return {{"instrument", name_of(chain, row)},
          {"expiry", date_text(row.expiry)},
          {"days", row.expiry - chain.today},
          {"right", row.right == Right::call ? "call" : "put"},
          {"strike", row.strike.text()},
          {"rank", item.rank},
          {"bid", shown_if(row.bid)},
          {"ask", shown_if(row.ask)},
          {"quoted_at", shown_if(row.quoted_at, exact_iso_time)},
          {"open_interest", shown_if(row.open_interest)},
          {"volume", shown_if(row.volume)},
          {"delta", shown_if(row.greeks.delta)},
          {"failed", ids_of(item.failed)}};
}

json::object shown(const OptionChain& chain, const OptionResolution& resolution) {
  const OptionEvidence& seen = resolution.evidence;
  json::array expiries, considered;
  for (const Day expiry : seen.expiries) expiries.emplace_back(date_text(expiry));
  for (const Considered& item : seen.considered) considered.push_back(shown(chain, item));
  json::object out = outcome(chain.underlying.text(), resolution.rejected, resolution.reason);
  out["instrument"] = shown_if(resolution.chosen, [&](const Considered& item) { return shown(chain, item); });
  out["evidence"] = {{"at", exact_iso_time(chain.at)},
                     {"today", date_text(chain.today)},
                     {"underlying_price", shown_if(chain.underlying_price)},
                     {"underlying_at", chain.underlying_price ? json::value(exact_iso_time(chain.underlying_at)) : json::value()},
                     {"contracts", seen.contracts},
                     {"quoted", seen.quoted},
                     {"expiries", std::move(expiries)},
                     {"expiry", shown_if(seen.expiry, date_text)},
                     {"at_the_money", shown_if(seen.at_the_money)},
                     {"considered", std::move(considered)}};
  return out;
}

void print_table(const OptionChain& chain, const OptionResolution& resolution) {
  const OptionEvidence& seen = resolution.evidence;
  std::cout << chain.underlying.text() << " at " << exact_iso_time(chain.at) << ": " << cell(chain.underlying_price);
  if (chain.underlying_price) std::cout << " of " << exact_iso_time(chain.underlying_at);
  std::cout << "; " << seen.contracts << " contracts, " << seen.expiries.size() << " expiries, " << seen.quoted << " quoted\n";
  if (seen.expiry) std::cout << "expiry " << date_text(*seen.expiry) << ", at the money " << cell(seen.at_the_money) << '\n';
  if (!seen.considered.empty()) {
    Table table({{""}, {"RANK", true}, {"STRIKE", true}, {"BID", true}, {"ASK", true}, {"OPEN INTEREST", true},
                 {"VOLUME", true}, {"DELTA", true}, {"FAILED"}});
    for (const Considered& item : seen.considered) {
      const bool chosen = resolution.chosen && resolution.chosen->row.strike == item.row.strike;
      table.row({chosen ? "*" : "", std::to_string(item.rank), item.row.strike.text(), cell(item.row.bid), cell(item.row.ask),
                 cell(item.row.open_interest), cell(item.row.volume), cell(item.row.greeks.delta), list_of(item.failed)});
    }
    table.print(std::cout, on_terminal());
  }
  if (resolution.chosen) std::cout << resolution.reason << '\n';
}

Choice choice_of(const ResolveAsked& asked) {
  const int given = !asked.rank.empty() + !asked.strike.empty() + !asked.delta.empty();
  if (given != 1) refuse("one of --rank, --strike and --delta says which option is meant");
  if (!asked.distance_max.empty() && !asked.rank.empty()) refuse("--max-distance goes with --strike or --delta");
  if (!asked.rank.empty()) return read("--rank", [&] { return rank_of(asked.rank); });
  if (!asked.strike.empty())
    return ByStrike{*decimal<Price>("--strike", asked.strike), decimal<Price>("--max-distance", asked.distance_max)};
  return ByDelta{*decimal<Ratio>("--delta", asked.delta), decimal<Ratio>("--max-distance", asked.distance_max)};
}

std::int64_t ms_of(const char* option, std::int64_t seconds) {
  if (seconds > 1'000'000'000) refuse(std::string(option) + ": more than 30 years");
  return seconds * 1'000;
}

OptionRule rule_of(const ResolveAsked& asked, bool universe) {
  OptionRule rule;
  rule.right = asked.right == "put" ? Right::put : Right::call;
  rule.expiry = read("--expiry", [&] { return expiry_rule_of(asked.expiry); });
  rule.choice = choice_of(asked);
  // Two deltas that are equal say that they are too coarse to choose by.
  rule.ties = asked.ties.empty() && !asked.delta.empty() ? Ties::reject : ties_of(asked.ties);
  rule.liquidity.two_sided = !universe && !asked.one_sided;
  rule.liquidity.spread_max = decimal<Ratio>("--max-spread", asked.spread_max);
  rule.liquidity.open_interest_min = decimal<Quantity>("--min-open-interest", asked.open_interest_min);
  rule.liquidity.volume_min = decimal<Quantity>("--min-volume", asked.volume_min);
  if (asked.quote_age_s_max >= 0) rule.liquidity.quote_age_ms_max = ms_of("--max-quote-age", asked.quote_age_s_max);
  const Ratio most = Ratio::from_units(900'000'000);
  rule.completeness = {asked.contracts, asked.expiries,
                       decimal<Ratio>("--min-quoted", asked.quoted_min).value_or(universe ? Ratio{} : most),
                       decimal<Ratio>("--min-greeks", asked.greeks_min).value_or(most)};
  if (universe) rule.underlying_age_ms_max = 90'000'000;  // the file is for one day, which may have 25 hours
  if (asked.underlying_age_s_max >= 0) rule.underlying_age_ms_max = ms_of("--max-underlying-age", asked.underlying_age_s_max);
  return rule;
}

void check_files(const ResolveAsked& asked, bool universe) {
  if (asked.right.empty()) refuse("--right is missing: call or put");
  if (asked.files.underlying.empty()) refuse("--underlying-bars is missing: the underlying's price is part of every choice");
  const bool quotes_matter = !asked.spread_max.empty() || asked.quote_age_s_max >= 0 || !asked.quoted_min.empty();
  if (universe && quotes_matter)
    refuse("a universe file has no quotes, so --max-spread, --max-quote-age and --min-quoted mean nothing");
  if (universe && !(asked.files.open_interest.empty() && asked.files.trades.empty()))
    refuse("a universe file has its own open interest and volume");
  if (!universe && !asked.delta.empty()) refuse("minute quotes have no greeks: --delta wants a universe file as --chain");
  if (!universe && !asked.open_interest_min.empty() && asked.files.open_interest.empty())
    refuse("--min-open-interest wants --open-interest FILE");
  if (!universe && !asked.volume_min.empty() && asked.files.trades.empty()) refuse("--min-volume wants --trades FILE");
}

void resolve_option(const CommandLine& line, const ResolveAsked& asked) {
  const Zone zone = zone_of(asked);
  const Time at = moment_of(asked, zone);
  const bool universe = is_universe(asked.files.chain);
  check_files(asked, universe);
  const OptionRule rule = rule_of(asked, universe);
  const OptionChain chain = universe ? read_universe_chain(asked.files, asked.underlying, at, zone)
                                     : read_minute_chain(asked.files, asked.underlying, at, zone);
  const OptionResolution resolution = resolve(chain, rule, holidays_of(asked));
  record_answer(asked, at, chain, [&](const auto& place) { return answer_of(chain, resolution, rule_text(asked), place); });
  if (line.json) print_json(shown(chain, resolution));
  else print_table(chain, resolution);
  finish(resolution.rejected, resolution.reason);
}

// ---- futures

json::object shown(const FutureChain& chain, const ConsideredFuture& item) {
  return {{"instrument", name_of(chain, item.row)},
          {"expiry", date_text(item.row.expiry)},
          {"days", item.row.expiry - chain.today},
          {"price", shown_if(item.row.price)},
          {"volume", shown_if(item.row.volume)},
          {"open_interest", shown_if(item.row.open_interest)},
          {"failed", ids_of(item.failed)}};
}

void resolve_future(const CommandLine& line, const ResolveAsked& asked) {
  FutureRule rule;
  read("--roll", [&] { read_roll(asked.roll, rule); });
  if (!asked.held.empty()) rule.held = read("--held", [&] { return last_day_of(asked.held); });
  rule.behind = asked.behind;
  rule.ties = ties_of(asked.ties);
  rule.open_interest_min = decimal<Quantity>("--min-open-interest", asked.open_interest_min);
  rule.volume_min = decimal<Quantity>("--min-volume", asked.volume_min);
  rule.contracts_min = asked.contracts;
  const Zone zone = zone_of(asked);
  const FutureChain chain = read_future_chain(asked.futures, asked.underlying, zone.day_number(moment_of(asked, zone).ns));
  const FutureResolution resolution = resolve(chain, rule);
  const Time at = moment_of(asked, zone);
  record_answer(asked, at, {}, [&](const auto& place) { return answer_of(chain, at, resolution, rule_text(asked), place); });
  if (line.json) {
    json::array considered;
    for (const ConsideredFuture& item : resolution.considered) considered.push_back(shown(chain, item));
    json::object out = outcome(chain.underlying, resolution.rejected, resolution.reason);
    out["instrument"] = shown_if(resolution.chosen, [&](const ConsideredFuture& item) { return shown(chain, item); });
    out["evidence"] = {{"today", date_text(chain.today)}, {"considered", std::move(considered)}};
    print_json(out);
    return finish(resolution.rejected, resolution.reason);
  }
  Table table({{""}, {"EXPIRY"}, {"DAYS", true}, {"PRICE", true}, {"VOLUME", true}, {"OPEN INTEREST", true}, {"FAILED"}});
  for (const ConsideredFuture& item : resolution.considered) {
    const bool chosen = resolution.chosen && resolution.chosen->row.expiry == item.row.expiry;
    table.row({chosen ? "*" : "", date_text(item.row.expiry), std::to_string(item.row.expiry - chain.today), cell(item.row.price),
               cell(item.row.volume), cell(item.row.open_interest), list_of(item.failed)});
  }
  table.print(std::cout, on_terminal());
  if (resolution.chosen) std::cout << resolution.reason << '\n';
  finish(resolution.rejected, resolution.reason);
}

void resolve_instrument(const CommandLine& line, const ResolveAsked& asked) {
  parsed<ProductId>(asked.underlying, "--underlying");
  if (asked.files.chain.empty() == asked.futures.empty()) refuse("one of --chain and --futures says what to choose from");
  try {
    if (asked.futures.empty()) resolve_option(line, asked);
    else resolve_future(line, asked);
  } catch (const InputError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
}

void add_option_terms(Command command, ResolveAsked& asked) {
  Command of = command.add_option_group("Options");
  of.add_option("--chain", asked.files.chain, "Minute quotes of the options, or a universe file (CSV, plain or gzip)");
  of.add_option("--underlying-bars", asked.files.underlying, "Minute bars of the underlying; of a universe: file_date,...,close");
  of.add_option("--open-interest", asked.files.open_interest, "Open interest, published in the morning");
  of.add_option("--trades", asked.files.trades, "Minute trades of the options, for --min-volume");
  of.add_option("--right", asked.right, "call or put").one_of({"call", "put"});
  of.add_option("--rank", asked.rank, "atm, otm:N, itm:N; 'otm:1+': that or the first farther one that passes");
  of.add_option("--strike", asked.strike, "The listed strike nearest to this one");
  of.add_option("--delta", asked.delta, "The contract whose delta is nearest to this one, e.g. 0.30, of puts, too");
  of.add_option("--max-distance", asked.distance_max, "From --strike or --delta");
  of.add_option("--expiry", asked.expiry, "nearest, monthly, weekly, min-days:N, roll:N, on:DATE, joined by commas");
  of.add_option("--max-spread", asked.spread_max, "Largest (ask - bid) / middle, e.g. 0.10");
  of.add_option("--max-quote-age", asked.quote_age_s_max, "In seconds").not_negative();
  of.add_option("--max-underlying-age", asked.underlying_age_s_max, "In seconds (default: 300; of a universe, its day)")
      .not_negative();
  of.add_flag("--one-sided", asked.one_sided, "Also contracts without a bid or an ask");
  of.add_option("--expect-expiries", asked.expiries, "An incomplete chain has fewer");
  of.add_option("--min-quoted", asked.quoted_min, "Share of the contracts that must be quoted today (default: 0.9)");
  of.add_option("--min-greeks", asked.greeks_min, "With --delta: share of the contracts that must have one (default: 0.9)");
  of.add_option("--holidays", asked.holidays, "A CSV file with the columns market, date and kind");
  of.add_option("--market", asked.market, "Whose holidays (default: Equity-usa-[*])");
}

void add_future_terms(Command command, ResolveAsked& asked) {
  Command of = command.add_option_group("Futures");
  of.add_option("--futures", asked.futures, "A universe file of futures");
  of.add_option("--roll", asked.roll, "days:N before the last day, volume, or open-interest (default: days:0)");
  of.add_option("--held", asked.held, "The expiry that is held, YYYYMM or a date: never before it");
  of.add_option("--behind", asked.behind, "So many contracts behind that one (default: 0)").not_negative();
}

}  // namespace

void add_resolve_command(Command app, CommandLine& line) {
  Command command =
      app.add_subcommand("resolve", "An option or future by rule, with the evidence (docs/instrument-resolver.md)");
  const auto asked = std::make_shared<ResolveAsked>();
  command.add_option("--underlying", asked->underlying, "Its name, e.g. TWX").required();
  command.add_option("--at", asked->at, "The moment, e.g. 2014-06-05T18:00:00Z, or a date").required();
  command.add_option("--zone", asked->zone, "The exchange's time zone (default: America/New_York)");
  command.add_option("--min-open-interest", asked->open_interest_min, "In contracts");
  command.add_option("--min-volume", asked->volume_min, "In contracts");
  command.add_option("--expect-contracts", asked->contracts, "An incomplete chain has fewer");
  command.add_option("--ties", asked->ties, "Of two equally near: lower (the default; of delta: reject), higher or reject")
      .one_of({"lower", "higher", "reject"});
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  command.add_option("--tape", asked->tape, "Record the chain and the answer on this tape");
  add_option_terms(command, *asked);
  add_future_terms(command, *asked);
  command.callback([asked, &line] { resolve_instrument(line, *asked); });
}

}  // namespace tally
