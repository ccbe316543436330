#include "app/starting_point.hpp"

#include <boost/json.hpp>

#include "messages/json.hpp"
#include "messages/stored.hpp"

namespace tally {
namespace {

namespace json = boost::json;

std::string row_key(Symbol shard) { return "app/starting_point/" + std::string(shard.text()); }

template <class Map>
void add_values(json::array& out, const Map& map) {
  for (const auto& [key, value] : map) out.push_back(to_json(Message(value)));
}

std::string to_row(const StartingPoint& point) {
  json::array messages;
  if (point.account) messages.push_back(to_json(Message(*point.account)));
  if (point.venue) messages.push_back(to_json(Message(*point.venue)));
  if (point.limits) messages.push_back(to_json(Message(*point.limits)));
  add_values(messages, point.products);
  add_values(messages, point.marks);
  add_values(messages, point.tops);
  add_values(messages, point.bars);
  return json::serialize(json::object{{"folded", point.folded}, {"at", point.at.ns}, {"messages", std::move(messages)}});
}

StartingPoint from_row(const std::string& row) {
  const json::value value = json::parse(row);
  Entry entry;
  entry.producer = profile_producer;
  entry.offset = value.at("folded").to_number<Offset>();
  entry.at.ns = value.at("at").to_number<std::int64_t>();
  for (const json::value& message : value.at("messages").as_array()) entry.events.push_back({{}, 0, message_from_json(message)});
  StartingPoint point;
  point.fold(entry);
  return point;
}

// A row that cannot be read, or is of a longer log than this one, is as good as none.
StartingPoint kept(const Journal& journal, Symbol shard) {
  try {
    if (const auto row = journal.cache().read(row_key(shard)))
      if (StartingPoint point = from_row(*row); point.folded <= journal.end(shard)) return point;
  } catch (const std::exception&) {
  }
  return {};
}

}  // namespace

void StartingPoint::fold(const Entry& entry) {
  folded = entry.offset;
  at = entry.at;
  for (const Event& event : entry.events) {
    if (event.stream.kind != EntityKind::none) continue;
    std::visit(
        [&]<class M>(const M& body) {
          if constexpr (std::same_as<M, AccountConfigured>) account = body;
          else if constexpr (std::same_as<M, VenueConfigured>) venue = body;
          else if constexpr (std::same_as<M, ProductDefined>) products[body.product] = body;
          else if constexpr (std::same_as<M, MidPriceCaptured>) tops[body.product] = body;
          else if constexpr (std::same_as<M, BarObserved>) bars[body.product] = body;
          else if constexpr (std::same_as<M, MarkCaptured>) {
            marks[body.product] = body;
            marks[body.product].asked_by.reset();
          } else if constexpr (std::same_as<M, ChangeLimits>) {
            if (entry.producer == profile_producer) limits = body;
          }
        },
        event.body);
  }
}

StartingPoint starting_point(const Journal& journal, Symbol shard) {
  StartingPoint point = kept(journal, shard);
  const Offset before = point.folded;
  for_each_entry(journal, shard, point.folded + 1, journal.committed(shard), [&](const Entry& entry) { point.fold(entry); });
  if (point.folded != before) {
    const CacheRow row{row_key(shard), to_row(point)};
    journal.cache().write({&row, 1}, {});
  }
  return point;
}

bool same_content(const Message& a, const Message& b) {
  std::vector<std::byte> left;
  std::vector<std::byte> right;
  store_message(a, left);
  store_message(b, right);
  return a.index() == b.index() && left == right;
}

}  // namespace tally
