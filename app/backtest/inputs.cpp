#include "app/backtest/inputs.hpp"

#include <fstream>
#include <vector>

#include "app/time_text.hpp"
#include "persistence/sha256.hpp"

namespace tally::backtest {
namespace {

std::string hash_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  Sha256 hash;
  std::vector<char> piece(1 << 16);
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    hash.update(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(in.gcount()))));
  if (in.bad()) throw std::runtime_error(file.string() + ": cannot be read to its end");
  return hex(hash.finish());
}

std::string hash_of_text(const std::string& text) { return hex(sha256(std::as_bytes(std::span(text)))); }

}  // namespace

std::vector<Input> inputs_of(const Config& config) {
  const auto file = [](const char* what, const std::filesystem::path& path) {
    return Input{what, path.filename().string(), hash_of_file(path)};
  };
  std::vector<Input> inputs{file("configuration", config.file), file("profile", config.profile_file)};
  for (const StrategyChoice& choice : config.strategies) inputs.push_back(file("strategy", choice.file));
  for (const BarSource& bars : config.bars) {
    if (!bars.file.empty()) {
      inputs.push_back(file("bars", bars.file));
      continue;
    }
    const std::string how = "generate:" + std::string(bars.product.text()) + ':' + std::to_string(bars.count) + ':' +
                            std::to_string(bars.seed.value_or(config.seed));
    inputs.push_back({"bars", how, hash_of_text(how)});
  }
  return inputs;
}

std::string run_id_of(const Config& config, const std::vector<Input>& inputs) {
  if (config.run_id) return *config.run_id;
  std::string all = "seed " + std::to_string(config.seed) + '\n';
  if (config.from) all += "from " + exact_iso_time(*config.from) + '\n';
  if (config.until) all += "until " + exact_iso_time(*config.until) + '\n';
  all += config.mode == Mode::full ? "full\n" : "matches-only\n";
  for (const StrategyChoice& choice : config.strategies)
    for (const auto& [name, value] : choice.parameters) all += name + ' ' + value.text() + '\n';
  for (const SweepAxis& axis : config.sweep) {
    all += "sweep " + axis.strategy + '.' + axis.parameter;
    for (const ParameterValue& value : axis.values) all += ' ' + value.text();
    all += '\n';
  }
  if (const auto& walk = config.walk_forward)
    all += "walk " + std::to_string(walk->train_ns) + ' ' + std::to_string(walk->test_ns) + ' ' + std::to_string(walk->step_ns) +
           ' ' + walk->statistic + '\n';
  for (const Input& input : inputs) all += input.what + ' ' + input.sha256 + '\n';
  return hash_of_text(all).substr(0, 16);
}

}  // namespace tally::backtest
