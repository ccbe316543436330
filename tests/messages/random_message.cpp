#include "tests/messages/random_message.hpp"

#include "tests/messages/random_value.hpp"

namespace tally::test {
namespace {

using Make = Message (*)(RandomValues&);

template <class... M>
constexpr std::array<Make, sizeof...(M) + 1> makers(std::type_identity<boost::mp11::mp_list<M...>>) {
  return {nullptr, [](RandomValues& random) -> Message { return random.make<M>(); }...};
}

Message any_message(RandomValues& random) {
  if (random.below(16) == 0) return Opaque{9999, static_cast<std::uint16_t>(1 + random.below(9)), std::vector<std::byte>(random.below(40), std::byte{7})};
  const CatalogRow& row = catalog()[random.below(catalog().size())];
  return random_message(row, random.bits());
}

}  // namespace

Message random_message(const CatalogRow& row, std::uint64_t seed, bool full) {
  static constexpr auto table = makers(std::type_identity<shape::Types>{});
  RandomValues random(seed, full);
  return table[row.alternative](random);
}

Entry random_entry(std::uint64_t seed) {
  RandomValues random(seed);
  Entry entry;
  entry.offset = random.make<Offset>();
  entry.term = random.below(5);
  entry.causation = random.below(3) == 0 ? 0 : random.below(2) == 0 ? entry.offset - 1 : random.make<Offset>();
  entry.correlation = random.below(2) == 0 ? entry.offset : random.make<Offset>();
  entry.at = random.make<Time>();
  entry.recorded_at = random.make<Time>();
  if (random.below(2) == 0) entry.producer = random.make<std::string>();
  for (std::uint64_t i = random.below(5); i > 0; --i)
    entry.events.push_back({random.make<EntityRef>(), random.make<std::uint64_t>(), any_message(random)});
  return entry;
}

bool same(const Message& a, const Message& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&]<class M>(const M& body) {
        const M& other = *std::get_if<M>(&b);
        if constexpr (std::same_as<M, Opaque>) return body.number == other.number && body.version == other.version && body.bytes == other.bytes;
        else return same<M>(body, other);
      },
      a);
}

bool same(const Entry& a, const Entry& b) {
  return a.offset == b.offset && a.term == b.term && a.causation == b.causation && a.correlation == b.correlation && a.at == b.at &&
         a.recorded_at == b.recorded_at && a.producer == b.producer &&
         std::equal(a.events.begin(), a.events.end(), b.events.begin(), b.events.end(), [](const Event& x, const Event& y) {
           return x.stream == y.stream && x.stream_sequence == y.stream_sequence && same(x.body, y.body);
         });
}

std::vector<std::byte> stored(const Message& message) {
  std::vector<std::byte> bytes;
  store_message(message, bytes);
  return bytes;
}

std::vector<std::byte> stored(const Entry& entry) {
  std::vector<std::byte> bytes;
  store_entry(entry, bytes);
  return bytes;
}

std::string hex(std::span<const std::byte> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::byte b : bytes) {
    if (!text.empty()) text += ' ';
    text += digits[std::to_integer<int>(b >> 4)];
    text += digits[std::to_integer<int>(b & std::byte{15})];
  }
  return text;
}

}  // namespace tally::test
