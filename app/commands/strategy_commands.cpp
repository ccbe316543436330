// tally strategy: check files, print their schema, run one over bars. None of them needs an account.
#include <boost/json.hpp>
#include <charconv>
#include <iostream>
#include <sstream>

#include "actors/strategy/intent.hpp"
#include "app/commands/command_line.hpp"
#include "app/commands/parsed.hpp"
#include "app/commands/running_strategy_commands.hpp"
#include "app/rows_out.hpp"
#include "app/strategies/anchor_feed.hpp"
#include "app/strategies/strategy_file.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using strategy::ProgramPtr;

// "NAME=VALUE"; CommandFailed names the option where it is none.
std::pair<std::string, std::string> pair_of(const std::string& text, const char* option) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
    throw CommandFailed(exit_usage, std::string(option) + ": '" + text + "' is not of the form NAME=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

ParameterChoices choices_of(const std::vector<std::string>& texts) {
  ParameterChoices choices;
  for (const std::string& text : texts) {
    const auto [name, value] = pair_of(text, "--param");
    if (!choices.emplace(name, parsed<ParameterValue>(value, "--param")).second)
      throw CommandFailed(exit_usage, "--param: " + name + " is given twice");
  }
  return choices;
}

// ---- check

void check(CommandLine& line, const std::vector<std::string>& files, const std::vector<std::string>& params) {
  const ParameterChoices choices = choices_of(params);
  Table table({{"FILE"}, {"STRATEGY"}, {"ROLES"}, {"ANCHOR"}, {"PARAMETERS"}, {"PARAMS HASH"}});
  json::array out;
  bool good = false;
  for (const std::string& file : files) {
    try {
      const ProgramPtr program = load_strategy_file(file, choices);
      const StrategyDefinition& definition = program->definition;
      std::string roles, parameters;
      for (const std::string& role : definition.roles) roles += (roles.empty() ? "" : " ") + role;
      for (const StrategyParameter& parameter : definition.parameters)
        parameters += (parameters.empty() ? "" : " ") + parameter.name + '=' + parameter.value.text();
      const std::string hash(program->params_hash.text());
      table.row({file, std::string(definition.strategy.text()), roles, definition.anchor, parameters, hash});
      out.push_back(json::object{{"file", file},
                                 {"strategy", definition.strategy.text()},
                                 {"roles", roles},
                                 {"anchor", definition.anchor},
                                 {"parameters", parameters},
                                 {"params_hash", hash},
                                 {"mistakes", json::array()}});
      good = true;
    } catch (const StrategyFileError& error) {
      json::array mistakes;
      for (const FileMistake& mistake : error.found) {
        std::cerr << error.text(mistake) << '\n';
        mistakes.push_back(json::object{{"line", mistake.line},
                                        {"column", mistake.column},
                                        {"problem", mistake.problem},
                                        {"suggestion", mistake.suggestion}});
      }
      out.push_back(json::object{{"file", file}, {"mistakes", std::move(mistakes)}});
      line.exit_code = exit_usage;
    }
  }
  if (line.json || good) print(line, out, table);
}

// ---- run

struct RunAsked {
  std::string file, out, side, stamp = "open", run_id;
  std::vector<std::string> bars, params, products;
};

ProgramPtr load(const RunAsked& asked) {
  try {
    return load_strategy_file(asked.file, choices_of(asked.params));
  } catch (const StrategyFileError& error) {
    std::string lines;
    for (const FileMistake& mistake : error.found) lines += (lines.empty() ? "" : "\n") + error.text(mistake);
    throw CommandFailed(exit_usage, lines);
  }
}

std::uint32_t role_named(const strategy::Program& program, const std::string& name, const char* option) {
  const auto& roles = program.definition.roles;
  const auto found = std::find(roles.begin(), roles.end(), name);
  if (found == roles.end()) throw CommandFailed(exit_usage, std::string(option) + ": the universe has no role '" + name + "'");
  return static_cast<std::uint32_t>(found - roles.begin());
}

std::uint64_t count_of(const std::string& text) {
  std::uint64_t count = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (code != std::errc() || end != text.data() + text.size() || count > 10'000'000)
    throw CommandFailed(exit_usage, "--bars: '" + text + "' is no whole number up to 10000000");
  return count;
}

// "generate:PRODUCT[:COUNT[:SEED]]", else a file.
void add_source(AnchorFeed& feed, const strategy::Program& program, std::uint32_t role, const std::string& source,
                BarStamp stamp) {
  constexpr std::string_view generate = "generate:";
  if (!source.starts_with(generate)) return feed.add_file(role, source, stamp);
  if (program.definition.anchor != "1m")
    throw CommandFailed(exit_usage, "--bars: generated bars are of 1m, the anchor is " + program.definition.anchor);
  std::vector<std::string> parts;
  std::stringstream text(source.substr(generate.size()));
  for (std::string part; std::getline(text, part, ':');) parts.push_back(part);
  if (parts.empty()) parts.emplace_back();
  if (parts.size() > 3)
    throw CommandFailed(exit_usage, "--bars: '" + source + "' is not of the form generate:PRODUCT:COUNT:SEED");
  try {
    feed.add_generated(role, parts[0], parts.size() > 1 ? count_of(parts[1]) : 2'400, parts.size() > 2 ? count_of(parts[2]) : 1);
  } catch (const std::invalid_argument& error) {
    throw CommandFailed(exit_usage, std::string("--bars: ") + error.what());
  }
}

AnchorFeed feed_of(const RunAsked& asked, const strategy::Program& program) {
  BarStamp stamp{asked.stamp == "end", std::nullopt};
  if (!asked.side.empty())
    stamp.side = asked.side == "bid" ? QuoteSide::bid : asked.side == "ask" ? QuoteSide::ask : QuoteSide::middle;
  AnchorFeed feed(program.anchor_ns);
  std::vector<bool> fed(program.definition.roles.size());
  for (const std::string& text : asked.bars) {
    const auto [name, source] = pair_of(text, "--bars");
    const std::uint32_t role = role_named(program, name, "--bars");
    if (fed[role]) throw CommandFailed(exit_usage, "--bars: role " + name + " has its bars already");
    fed[role] = true;
    add_source(feed, program, role, source, stamp);
  }
  for (std::size_t role = 0; role < fed.size(); ++role)
    if (!fed[role])
      throw CommandFailed(exit_usage,
                          "--bars " + program.definition.roles[role] + "=FILE is missing; the strategy's roles all need bars");
  return feed;
}

// The role's own name where nothing is said.
std::vector<StrategyBinding> bindings_of(const RunAsked& asked, const strategy::Program& program) {
  std::vector<StrategyBinding> bindings;
  for (const std::string& role : program.definition.roles) bindings.push_back({role, ProductId(role)});
  for (const std::string& text : asked.products) {
    const auto [name, product] = pair_of(text, "--product");
    bindings[role_named(program, name, "--product")].product = parsed<ProductId>(product, "--product");
  }
  return bindings;
}

std::string evidence_of(const StrategyIntent& intent) {
  std::string text;
  for (const StrategyReading& reading : intent.evidence)
    text += (text.empty() ? "" : "; ") + reading.name + " = " + reading.value;
  return text;
}

// As RFC 4180 has it: names of readings hold commas and quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

template <class D>
std::string text_if(const std::optional<D>& value) {
  return value ? value->text() : std::string();
}

std::vector<RowCell> cells_of(const StrategyIntent& intent, bool csv) {
  const std::string evidence = evidence_of(intent);
  return {{iso_time(intent.anchor_closed_at), false}, {intent.role, false}, {std::string(intent.product.text()), false},
          {std::to_string(intent.direction.value), true}, {intent.rule, false}, {text_if(intent.stop_loss_ratio), false},
          {text_if(intent.size_hint), false}, {text_if(intent.confidence), false},
          {std::string(strategy::signal_key_of(intent).text()), false}, {csv ? quoted(evidence) : evidence, false}};
}

struct Told {
  std::size_t bars = 0, intents = 0, openings = 0;
};

void summarize(const CommandLine& line, const Strategy& ran, const AnchorFeed& feed, const Told& told) {
  const Strategy::Counts& counts = ran.counts();
  const std::uint64_t without_price = feed.left_out() + counts.bars_without_price;
  const std::string name(ran.program()->definition.strategy.text()), hash(ran.program()->params_hash.text());
  Table table({{"STRATEGY"},
               {"VERSION", true},
               {"PARAMS HASH"},
               {"BARS", true},
               {"INTENTS", true},
               {"OPENINGS", true},
               {"OVER THE LIMIT", true},
               {"STOP UNUSABLE", true},
               {"LATE BARS", true},
               {"WITHOUT PRICE", true}});
  table.row({name, std::to_string(ran.version()), hash, std::to_string(told.bars), std::to_string(told.intents),
             std::to_string(told.openings), std::to_string(counts.withheld_rate_limit), std::to_string(counts.withheld_stop),
             std::to_string(counts.late_bars), std::to_string(without_price)});
  print(line,
        json::object{{"strategy", name},
                     {"version", ran.version()},
                     {"params_hash", hash},
                     {"bars", told.bars},
                     {"intents", told.intents},
                     {"openings", told.openings},
                     {"withheld_rate_limit", counts.withheld_rate_limit},
                     {"withheld_stop", counts.withheld_stop},
                     {"late_bars", counts.late_bars},
                     {"rows_without_price", without_price}},
        table);
}

void run(const CommandLine& line, const RunAsked& asked) {
  const ProgramPtr program = load(asked);
  AnchorFeed feed = feed_of(asked, *program);
  Strategy ran(program->definition.strategy, asked.run_id);
  ran.adopt(ran.adoption_of(*program, bindings_of(asked, *program)));
  const bool csv = !(asked.out.empty() && line.json);
  RowsOut out(asked.out, csv ? RowsOut::Form::csv : RowsOut::Form::json,
              {"anchor_closed_at", "role", "product", "direction", "rule", "stop_loss_ratio", "size_hint", "confidence",
               "signal_key", "evidence"});
  Told told;
  const auto write = [&] {
    for (const StrategyIntent& intent : ran.intents()) {
      out.row(cells_of(intent, csv));
      ++told.intents;
      told.openings += intent.direction.value != 0 ? 1 : 0;
    }
  };
  std::vector<AnchorBar> chunk;
  for (feed.next(chunk, 4'096); !chunk.empty(); feed.next(chunk, 4'096)) {
    told.bars += chunk.size();
    for (std::span<const AnchorBar> rest(chunk); !rest.empty();) {
      rest = rest.subspan(ran.advance(rest));
      write();
    }
  }
  ran.end_moment();
  write();
  out.finish();
  if (!asked.out.empty()) summarize(line, ran, feed, told);
}

}  // namespace

void add_strategy_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "strategy", "Strategies: check files, run one over bars, and those that a node runs (docs/strategies.md)");

  Command checked =
      group.add_subcommand("check", "Every mistake with file, line and column, one a line; exit code 2 where there is one");
  struct CheckAsked {
    std::vector<std::string> files, params;
  };
  const auto to_check = std::make_shared<CheckAsked>();
  checked.add_option("FILE", to_check->files, "Strategy files, YAML or JSON").required();
  checked.add_option("--param", to_check->params, "NAME=VALUE instead of a parameter's default; may be given several times");
  checked.add_flag("--json", line.json, "Print JSON instead of a table");
  checked.callback([to_check, &line] { check(line, to_check->files, to_check->params); });

  group.add_subcommand("schema", "JSON Schema of a strategy file").callback([] { std::cout << strategy_schema() << '\n'; });

  Command ran = group.add_subcommand("run", "The intents of a strategy over recorded or generated bars");
  const auto to_run = std::make_shared<RunAsked>();
  ran.add_option("FILE", to_run->file, "A strategy file").required();
  ran.add_option("--bars", to_run->bars,
                 "ROLE=FILE, bars of the anchor (as for tally indicators), or ROLE=generate:PRODUCT:COUNT:SEED");
  ran.add_option("--product", to_run->products, "ROLE=PRODUCT that the role is bound to (default: the role's name)");
  ran.add_option("--param", to_run->params, "NAME=VALUE instead of a parameter's default; may be given several times");
  ran.add_option("--side", to_run->side, "Of quotes: bid, ask or mid (the default)").one_of({"bid", "ask", "mid"});
  ran.add_option("--stamp", to_run->stamp, "Whether a bar is stamped with its open (the default) or its end")
      .one_of({"open", "end"});
  ran.add_option("--run-id", to_run->run_id, "Tags the intents");
  ran.add_option("--out", to_run->out, "The CSV file to write (default: standard output)");
  ran.add_flag("--json", line.json, "JSON: the summary with --out, the intents without");
  ran.callback([to_run, &line] { run(line, *to_run); });

  add_running_strategy_commands(group, line);
}

}  // namespace tally
