// The identities of the domain. Names of configured things are Ids (interned); identities made without end are
// Tokens (short inline text) or numbers under a name.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <cstring>
#include <string>

#include "messages/symbol.hpp"

namespace tally {

using AccountId = Id<struct AccountTag>;
using InvestorId = Id<struct InvestorTag>;
using SubscriptionId = Id<struct SubscriptionTag>;
using ProductId = Id<struct ProductTag>;
using SignalSourceId = Id<struct SignalSourceTag>;  // a strategy or an outside provider of signals
using OperatorId = Id<struct OperatorTag>;
using VenueId = Id<struct VenueTag>;
using RuleId = Id<struct RuleTag>;  // why something was denied or alerted, e.g. POSITION_LIMIT_EXCEEDED

// Text of up to `Capacity` printable ASCII characters, held inline. Throws NameError on anything else.
template <class Tag, std::size_t Capacity>
class Token {
 public:
  static constexpr std::size_t length_max = Capacity;

  constexpr Token() = default;
  explicit Token(std::string_view text) {
    if (text.size() > Capacity) throw NameError("id longer than " + std::to_string(Capacity) + " characters");
    for (char c : text)
      if (c <= ' ' || c > '~') throw NameError("id with a space or a character that is not printable ASCII");
    std::memcpy(chars_.data(), text.data(), text.size());
    length_ = static_cast<std::uint8_t>(text.size());
  }

  std::string_view text() const { return {chars_.data(), length_}; }
  constexpr bool empty() const { return length_ == 0; }

  friend bool operator==(const Token& a, const Token& b) { return a.text() == b.text(); }
  friend std::strong_ordering operator<=>(const Token& a, const Token& b) { return a.text() <=> b.text(); }

 private:
  std::array<char, Capacity> chars_{};
  std::uint8_t length_ = 0;
};

using IdempotencyKey = Token<struct IdempotencyTag, 55>;   // the sender's own key of a command
using ClientOrderId = Token<struct ClientOrderTag, 31>;    // ours
using VenueOrderId = Token<struct VenueOrderTag, 39>;      // theirs
using ExecutionId = Token<struct ExecutionTag, 39>;        // the venue's id of one fill; FIX tag 17

// The n-th intent of a subscription; text "sub-7#12".
struct IntentId {
  SubscriptionId subscription;
  std::uint64_t number = 0;
  auto operator<=>(const IntentId&) const = default;
};
BOOST_DESCRIBE_STRUCT(IntentId, (), (subscription, number))

// What a netting batch is for. A withdrawal's reduction is never shared (design section 4), so it counts apart.
enum class BatchKind : std::uint8_t { shared, withdrawal };
BOOST_DESCRIBE_ENUM(BatchKind, shared, withdrawal)

// The n-th batch of its kind on a product; text "BTC-USD#12" or "BTC-USD#w3".
struct BatchId {
  ProductId product;
  BatchKind kind = BatchKind::shared;
  std::uint64_t number = 0;
  auto operator<=>(const BatchId&) const = default;
};
BOOST_DESCRIBE_STRUCT(BatchId, (), (product, kind, number))

std::string text_of(const IntentId& intent);
std::string text_of(const BatchId& batch);
// Read what text_of wrote, and nothing else. Throw NameError.
IntentId intent_of(std::string_view text);
BatchId batch_of(std::string_view text);

// Nanoseconds UTC since 1970, as given by the time authority.
struct Time {
  std::int64_t ns = 0;
  auto operator<=>(const Time&) const = default;
  friend constexpr Time operator+(Time t, std::int64_t ns) { return {t.ns + ns}; }
  friend constexpr std::int64_t operator-(Time a, Time b) { return a.ns - b.ns; }
};
constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t ns_per_day = 86'400 * ns_per_s;

// Position in a shard's journal; the first entry is 1.
using Offset = std::uint64_t;

}  // namespace tally
