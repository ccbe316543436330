#include "app/strategies/strategy_checkpoint.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>

#include "app/hex.hpp"
#include "messages/json.hpp"
#include "messages/stored.hpp"

namespace tally {
namespace {

namespace json = boost::json;

std::string row_key(Symbol account, Symbol tape) {
  return "app/strategies/" + std::string(account.text()) + '/' + std::string(tape.text());
}

std::string hex_of(const std::string& bytes) { return to_hex(std::as_bytes(std::span(bytes))); }

std::vector<std::byte> bytes_at(const json::value& row, const char* key) {
  auto bytes = from_hex(std::string_view(row.at(key).as_string()));
  if (!bytes) throw std::invalid_argument("no hexadecimal text");
  return *std::move(bytes);
}

json::object object_of(const StrategyCheckpoint::Member& member) {
  return {{"version", to_json(Message(member.version))}, {"state", hex_of(member.state)}, {"began_after", member.began_after.ns},
          {"late_openings", member.late_openings}, {"other_bars", member.other_bars},
          {"switch_keys", json::array(member.switch_keys.begin(), member.switch_keys.end())}};
}

StrategyCheckpoint::Member member_of(const json::value& row) {
  StrategyCheckpoint::Member member;
  member.version = std::get<StrategyVersionAdopted>(message_from_json(row.at("version")));
  const auto state = bytes_at(row, "state");
  member.state.assign(reinterpret_cast<const char*>(state.data()), state.size());
  member.began_after.ns = row.at("began_after").to_number<std::int64_t>();
  member.late_openings = row.at("late_openings").to_number<std::uint64_t>();
  member.other_bars = row.at("other_bars").to_number<std::uint64_t>();
  for (const json::value& key : row.at("switch_keys").as_array()) member.switch_keys.emplace_back(std::string_view(key.as_string()));
  return member;
}

}  // namespace

void keep_checkpoint(const Journal& journal, Symbol account, Symbol tape, const StrategyCheckpoint& checkpoint) {
  json::array members;
  for (const auto& member : checkpoint.members) members.push_back(object_of(member));
  std::vector<std::byte> last;
  if (checkpoint.last) store_entry(*checkpoint.last, last);
  const CacheRow row{row_key(account, tape), json::serialize(json::object{{"facts", checkpoint.facts}, {"taken", checkpoint.taken},
                                                                         {"last", to_hex(last)}, {"members", std::move(members)}})};
  journal.cache().write({&row, 1}, {});
}

std::optional<StrategyCheckpoint> kept_checkpoint(const Journal& journal, Symbol account, Symbol tape) {
  const auto text = journal.cache().read(row_key(account, tape));
  if (!text) return std::nullopt;
  try {
    const json::value row = json::parse(*text);
    StrategyCheckpoint checkpoint;
    checkpoint.facts = row.at("facts").to_number<Offset>();
    checkpoint.taken = row.at("taken").to_number<Offset>();
    if (const auto last = bytes_at(row, "last"); !last.empty()) checkpoint.last = std::make_shared<const Entry>(read_entry(last));
    for (const json::value& member : row.at("members").as_array()) checkpoint.members.push_back(member_of(member));
    if (checkpoint.facts > journal.end(account)) return std::nullopt;
    return checkpoint;
  } catch (const std::exception& error) {
    spdlog::warn("strategies: the kept place in {} cannot be read: {}", tape.text(), error.what());
    return std::nullopt;
  }
}

}  // namespace tally
