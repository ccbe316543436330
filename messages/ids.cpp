#include "messages/ids.hpp"

#include <charconv>

namespace tally {
namespace {

[[noreturn]] void refuse(std::string_view text, const char* what) {
  throw NameError("'" + std::string(text.substr(0, 80)) + "' is no " + what);
}

// Digits only, without leading zeros, so that one id has one text.
std::uint64_t number_of(std::string_view digits, std::string_view text, const char* what) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || (digits.size() > 1 && digits.front() == '0')) refuse(text, what);
  return number;
}

}  // namespace

std::string text_of(const IntentId& intent) {
  return std::string(intent.subscription.text()) + "#" + std::to_string(intent.number);
}

std::string text_of(const BatchId& batch) {
  return std::string(batch.product.text()) + (batch.kind == BatchKind::withdrawal ? "#w" : "#") + std::to_string(batch.number);
}

IntentId intent_of(std::string_view text) {
  constexpr auto what = "intent id, like \"sub-7#12\"";
  const auto hash = text.find('#');
  if (hash == std::string_view::npos) refuse(text, what);
  return {SubscriptionId(text.substr(0, hash)), number_of(text.substr(hash + 1), text, what)};
}

BatchId batch_of(std::string_view text) {
  constexpr auto what = "batch id, like \"BTC-USD#12\" or \"BTC-USD#w3\"";
  const auto hash = text.find('#');
  if (hash == std::string_view::npos) refuse(text, what);
  std::string_view rest = text.substr(hash + 1);
  const bool withdrawal = rest.starts_with('w');
  if (withdrawal) rest.remove_prefix(1);
  return {ProductId(text.substr(0, hash)), withdrawal ? BatchKind::withdrawal : BatchKind::shared, number_of(rest, text, what)};
}

}  // namespace tally
