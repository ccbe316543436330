#include "app/backtest/config.hpp"

#include <algorithm>

#include "actors/bars/timeframe.hpp"
#include "app/backtest/config_terms.hpp"
#include "app/job/bars.hpp"
#include "app/time_text.hpp"
#include "app/yaml_document.hpp"

namespace tally::backtest {
namespace {

std::optional<Time> time_if(YamlSection& section, std::string_view key) {
  if (!section.has(key)) return std::nullopt;
  return read_at(section, key, [](const std::string& text) {
    return text == "none" ? std::optional<Time>() : std::optional(time_of_iso(text.size() == 10 ? text + "T00:00:00Z" : text));
  });
}

// Reads one document, whose nodes the sections look into: a mapping of free names needs both.
class Reader {
 public:
  Reader(const std::filesystem::path& file, const YAML::Node& root) : root_(root), top_(file.string(), "", root) {
    config_.file = file;
  }

  Config read() {
    config_.name = read_at(top_, "backtest", [](const std::string& text) { return std::string(Symbol(text).text()); });
    if (config_.name.empty() || config_.name.find('/') != std::string::npos)
      top_.refuse("backtest", "must be a name without '/', which its directory gets");
    config_.profile_file = beside(top_.value<std::string>("profile"));
    config_.profile = read_profile(config_.profile_file);
    if (top_.has("seed")) config_.seed = top_.value<std::uint64_t>("seed");
    else config_.seed = config_.profile.venue.seed;
    config_.profile.venue.seed = config_.seed;
    config_.mode = mode();
    config_.timeframe = top_.value<std::string>("timeframe");
    config_.timeframe_ns = read_at(top_, "timeframe", bars::length_of);
    config_.from = time_if(top_, "from");
    config_.until = time_if(top_, "until");
    if (config_.from && config_.until && *config_.from >= *config_.until) top_.refuse("until", "must be later than from");
    if (top_.has("runId")) config_.run_id = read_at(top_, "runId", run_id_of_text);
    if (const auto output = value_if<std::string>(top_, "output")) config_.output = beside(*output);
    read_bars();
    read_strategies();
    read_investors();
    read_subscriptions();
    read_terms(top_, root_, config_);
    top_.finish();
    return std::move(config_);
  }

 private:
  std::filesystem::path beside(const std::string& named) const {
    const std::filesystem::path path(named);
    return path.is_absolute() ? path : (config_.file.parent_path() / path).lexically_normal();
  }

  Mode mode() {
    if (!top_.has("mode")) return Mode::full;
    const std::string said = top_.value<std::string>("mode");
    if (said == "matches-only") return Mode::matches_only;
    if (said != "full") top_.refuse("mode", "must be full or matches-only");
    return Mode::full;
  }

  bool defined(ProductId product) const {
    const auto same = [&](const ProductDefined& known) { return known.product == product; };
    return std::any_of(config_.profile.products.begin(), config_.profile.products.end(), same);
  }
  bool has_bars(ProductId product) const {
    const auto same = [&](const BarSource& source) { return source.product == product; };
    return std::any_of(config_.bars.begin(), config_.bars.end(), same);
  }

  void read_bars() {
    for (YamlSection& section : top_.list("bars")) {
      BarSource source;
      source.product = section.value<ProductId>("product");
      const std::string name(source.product.text());
      if (!defined(source.product)) section.refuse("product", "the profile defines no product '" + name + "'");
      if (has_bars(source.product)) section.refuse("product", "'" + name + "' has its bars already");
      if (section.has("file") == section.has("generate"))
        section.refuse("product", "'" + name + "' needs either a file or generate, and not both");
      if (section.has("file")) read_file_source(section, source);
      else read_generated(section.section("generate"), source);
      section.finish();
      config_.bars.push_back(std::move(source));
    }
    if (config_.bars.empty()) top_.refuse("bars", "must name at least one product");
  }

  void read_file_source(YamlSection& section, BarSource& source) {
    source.file = beside(section.value<std::string>("file")).string();
    if (section.has("stamp")) {
      const std::string stamp = section.value<std::string>("stamp");
      if (stamp != "open" && stamp != "end") section.refuse("stamp", "'" + stamp + "' is not one of open, end");
      source.stamped_at_end = stamp == "end";
    }
    if (section.has("side")) {
      const std::string side = section.value<std::string>("side");
      if (side == "bid") source.side = QuoteSide::bid;
      else if (side == "ask") source.side = QuoteSide::ask;
      else if (side == "mid") source.side = QuoteSide::middle;
      else section.refuse("side", "'" + side + "' is not one of bid, ask, mid");
    }
  }

  void read_generated(YamlSection section, BarSource& source) {
    source.count = section.value<std::size_t>("count");
    if (source.count < 1 || source.count > generated_max)
      section.refuse("count", "must be from 1 to " + std::to_string(generated_max));
    if (section.has("seed")) source.seed = section.value<std::uint64_t>("seed");
    section.finish();
    try {
      job::product_of(source.product.text());
    } catch (const std::invalid_argument&) {
      section.refuse("count", "bars are generated of BTC-USD, EUR-USD and SPY only");
    }
    if (config_.timeframe_ns != 60 * ns_per_s) section.refuse("count", "generated bars are of 1m, the timeframe is another");
  }

  void read_strategies() {
    std::size_t index = 0;
    for (YamlSection& section : top_.list("strategies")) {
      const YAML::Node node = root_["strategies"][index++];
      StrategyChoice choice;
      choice.file = beside(section.value<std::string>("file")).string();
      if (section.has("name")) choice.name = section.value<SignalSourceId>("name");
      YamlSection bind = section.section("bind");
      for (const std::string& role : keys_of(node["bind"])) {
        const auto product = bind.value<ProductId>(role);
        if (!has_bars(product)) bind.refuse(role, "there are no bars of '" + std::string(product.text()) + "'");
        for (const StrategyBinding& other : choice.bind)
          if (other.product == product)
            bind.refuse(role, "'" + std::string(product.text()) + "' is bound to " + other.role + " already");
        choice.bind.push_back({role, product});
      }
      if (section.has("parameters")) {
        YamlSection parameters = section.section("parameters");
        for (const std::string& name : keys_of(node["parameters"]))
          choice.parameters[name] = parameters.value<ParameterValue>(name);
      }
      section.finish();
      load(section, bind, choice);
      config_.strategies.push_back(std::move(choice));
    }
    if (config_.strategies.empty()) top_.refuse("strategies", "must name at least one");
  }

  // Reads and compiles its file; every role has a product, and no other is bound.
  void load(YamlSection& section, YamlSection& bind, StrategyChoice& choice) {
    try {
      choice.program = load_strategy_file(choice.file, choice.parameters);
      if (choice.name) {
        StrategyDefinition renamed = choice.program->definition;
        renamed.strategy = *choice.name;
        choice.program = strategy::compile(renamed);
      }
    } catch (const StrategyFileError& error) {
      std::string lines;
      for (const FileMistake& mistake : error.found) lines += (lines.empty() ? "" : "\n") + error.text(mistake);
      throw ProfileError(lines);
    } catch (const strategy::Mistakes& error) {
      section.refuse("parameters", error.what());
    }
    const StrategyDefinition& definition = choice.program->definition;
    const auto bound = [&](const std::string& role) {
      return std::any_of(choice.bind.begin(), choice.bind.end(), [&](const StrategyBinding& b) { return b.role == role; });
    };
    for (const StrategyBinding& binding : choice.bind)
      if (std::find(definition.roles.begin(), definition.roles.end(), binding.role) == definition.roles.end())
        bind.refuse(binding.role, "the universe of '" + choice.file + "' has no such role");
    for (const std::string& role : definition.roles)
      if (!bound(role)) section.refuse("bind", "role '" + role + "' of '" + choice.file + "' is bound to nothing");
    if (choice.program->anchor_ns != config_.timeframe_ns)
      section.refuse("file", "its anchor is " + definition.anchor + ", the bars are of " + config_.timeframe);
    for (const StrategyChoice& other : config_.strategies)
      if (other.source() == choice.source())
        for (const StrategyBinding& mine : choice.bind)
          for (const StrategyBinding& theirs : other.bind)
            if (mine.product == theirs.product)
              section.refuse("file", "'" + std::string(choice.source().text()) + "' speaks of '" +
                                         std::string(mine.product.text()) + "' already; give one of them another name");
  }

  bool speaks(SignalSourceId source, ProductId product) const {
    for (const StrategyChoice& choice : config_.strategies)
      if (choice.source() == source)
        for (const StrategyBinding& binding : choice.bind)
          if (binding.product == product) return true;
    return false;
  }

  void read_investors() {
    for (YamlSection& section : top_.list("investors")) {
      InvestorChoice choice;
      section.fill(choice);
      section.finish();
      for (const InvestorChoice& other : config_.investors)
        if (other.investor == choice.investor) section.refuse("investor", "stands there twice");
      if (choice.deposit <= Money{}) section.refuse("deposit", "must be above zero");
      if (choice.deposit.units() % config_.profile.account.minimum_unit.units() != 0)
        section.refuse("deposit", "must be whole units of " + config_.profile.account.minimum_unit.text());
      config_.investors.push_back(choice);
    }
    if (config_.investors.empty()) top_.refuse("investors", "must name at least one");
  }

  void read_subscriptions() {
    std::map<InvestorId, Money> left;
    for (const InvestorChoice& choice : config_.investors) left[choice.investor] = choice.deposit;
    for (YamlSection& section : top_.list("subscriptions")) {
      AddSubscription add;
      section.fill(add, {"key", "terms", "minimum_unit"});
      section.fill(add.terms);
      section.finish();
      add.minimum_unit = config_.profile.account.minimum_unit;
      for (const AddSubscription& other : config_.subscriptions)
        if (other.subscription == add.subscription) section.refuse("subscription", "stands there twice");
      const auto investor = left.find(add.investor);
      if (investor == left.end()) section.refuse("investor", "there is no investor '" + std::string(add.investor.text()) + "'");
      if (!defined(add.product))
        section.refuse("product", "the profile defines no product '" + std::string(add.product.text()) + "'");
      if (!speaks(add.source, add.product))
        section.refuse("source",
                       "no strategy '" + std::string(add.source.text()) + "' speaks of " + std::string(add.product.text()));
      if (add.capital < Money{} || add.capital.units() % add.minimum_unit.units() != 0)
        section.refuse("capital", "must be whole units of " + add.minimum_unit.text() + ", and not negative");
      if (add.capital > investor->second)
        section.refuse("capital", "is more than is left of the deposit: " + investor->second.text());
      investor->second -= add.capital;
      add.key = IdempotencyKey("sub-" + std::to_string(config_.subscriptions.size() + 1));
      config_.subscriptions.push_back(std::move(add));
    }
    if (config_.subscriptions.empty()) top_.refuse("subscriptions", "must name at least one");
  }

  YAML::Node root_;
  YamlSection top_;
  Config config_;
};

}  // namespace

strategy::ProgramPtr with_parameters(const strategy::Program& program, const ParameterChoices& instead) {
  return strategy::compile(strategy::bind(program.definition, instead));
}

std::string run_id_of_text(const std::string& text) {
  const auto odd = [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.'; };
  if (text.empty() || text.size() > 63 || text.front() == '.' || std::any_of(text.begin(), text.end(), odd))
    throw std::invalid_argument("must be 1 to 63 of letters, digits, '-', '_' and '.', and not begin with a '.'");
  return text;
}

Config read_config_text(const std::string& text, const std::filesystem::path& file) {
  return Reader(file, yaml_root(text, file.string())).read();
}

Config read_config(const std::filesystem::path& file) {
  return read_config_text(yaml_text_of(file), file);
}

}  // namespace tally::backtest
