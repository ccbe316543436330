#include "app/feeds/tape_place.hpp"

#include <charconv>

namespace tally {

std::string tape_producer(std::string_view feed, Offset offset) {
  return "tape:" + std::string(feed) + '@' + std::to_string(offset);
}

std::optional<TapePlace> tape_place_of(std::string_view producer) {
  const std::size_t at = producer.rfind('@');
  if (!producer.starts_with("tape:") || at == std::string_view::npos) return std::nullopt;
  TapePlace place{std::string(producer.substr(0, at)), 0};
  const char* const end = producer.data() + producer.size();
  const auto [last, error] = std::from_chars(producer.data() + at + 1, end, place.offset);
  if (error != std::errc() || last != end || at + 1 == producer.size()) return std::nullopt;
  return place;
}

}  // namespace tally
