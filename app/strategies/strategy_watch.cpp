#include "app/strategies/strategy_watch.hpp"

#include <fstream>
#include <sstream>

#include "persistence/sha256.hpp"

namespace tally {
namespace {

std::optional<std::string> content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  return text.str();
}

std::string hash_of(const std::optional<std::string>& content) {
  return content ? hex(sha256(std::as_bytes(std::span(*content)))) : std::string();
}

}  // namespace

StrategyWatch::StrategyWatch(std::string file, ParameterChoices choices) : file_(std::move(file)), choices_(std::move(choices)) {
  const auto content = content_of(file_);
  if (!content) throw StrategyFileError(file_, {{1, 1, "cannot be read", {}}});
  program_ = load_strategy(*content, file_, choices_);
  seen_ = hash_of(content);
}

std::optional<StrategyWatch::Change> StrategyWatch::poll() {
  const auto content = content_of(file_);
  const std::string hash = hash_of(content);
  if (hash == seen_) return std::nullopt;
  seen_ = hash;
  if (!content) return Change{nullptr, {file_ + ":1:1: cannot be read"}};
  try {
    program_ = load_strategy(*content, file_, choices_);
    return Change{program_, {}};
  } catch (const StrategyFileError& error) {
    Change refused;
    for (const FileMistake& mistake : error.found) refused.mistakes.push_back(error.text(mistake));
    return refused;
  }
}

}  // namespace tally
