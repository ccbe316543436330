#include "persistence/stream_index.hpp"

#include <algorithm>
#include <array>

#include "persistence/crc32c.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

constexpr std::uint8_t format = 1;

// Entities are spread over a fixed number of rows a segment. A row stands even where it names nobody, so one that is
// gone is told from an entity that nothing concerns.
constexpr std::size_t buckets = 256;

std::string entity_text(const EntityRef& entity) {
  std::string text(1, static_cast<char>(entity.kind));
  text += static_cast<char>(entity.key.text().size());
  text += entity.key.text();
  return text;
}

std::size_t bucket_of(const EntityRef& entity) { return crc32c(wire::bytes_of(entity_text(entity))) % buckets; }

std::string row_key(Symbol shard, Offset segment, std::size_t bucket) {
  std::string key = "i";
  key += static_cast<char>(shard.text().size());
  key += shard.text();
  wire::append_be(key, std::uint64_t{segment});
  key += static_cast<char>(bucket);
  return key;
}

std::uint32_t checksum(std::string_view key, std::string_view body) { return crc32c(wire::bytes_of(body), crc32c(wire::bytes_of(key))); }

void append_offsets(std::string& body, const std::vector<Offset>& offsets, Offset before) {
  wire::append_varint(body, offsets.size());
  for (const Offset offset : offsets) {
    wire::append_varint(body, offset - before);
    before = offset;
  }
}

std::vector<Offset> take_offsets(wire::Reader& body, Offset before) {
  std::vector<Offset> offsets;
  for (std::uint64_t left = body.varint(); left > 0 && body.ok(); --left) offsets.push_back(before += body.varint());
  return offsets;
}

}  // namespace

StreamIndex::StreamIndex(const Journal& journal, EntitiesOf entities_of, std::uint32_t routes_version, Offset segment_size)
    : journal_(journal), entities_of_(std::move(entities_of)), routes_version_(routes_version), segment_size_(segment_size) {}

std::vector<Offset> StreamIndex::offsets_of(Symbol shard, const EntityRef& entity, Offset from, Offset to) {
  Offsets found;
  const auto take = [&](const Offsets& offsets) {
    const auto first = std::lower_bound(offsets.begin(), offsets.end(), from);
    found.insert(found.end(), first, std::upper_bound(first, offsets.end(), to));
  };
  if (from == 0) from = 1;
  if (from > to) return found;
  Offset tail_first = 1;
  Offsets of_tail;
  {
    std::lock_guard lock(mutex_);
    const Tail& tail = advanced_tail(shard);
    tail_first = tail.first;
    if (const auto it = tail.segment.find(entity); it != tail.segment.end()) of_tail = it->second;
  }
  for (Offset number = (from - 1) / segment_size_; first_of(number) < tail_first && first_of(number) <= to; ++number)
    take(sealed_offsets(shard, number, entity));
  take(of_tail);
  return found;
}

void StreamIndex::build_sealed(Symbol shard) {
  for (Offset number = 0; number < sealed_segments(shard); ++number)
    if (!is_stored(shard, number)) store(shard, number, index_range(shard, first_of(number), first_of(number + 1) - 1));
}

// Indexes what was appended since, and seals what is full.
StreamIndex::Tail& StreamIndex::advanced_tail(Symbol shard) {
  Tail& tail = tails_[shard];
  const Offset sealed = sealed_segments(shard);
  while (tail.first < first_of(sealed)) {
    const Offset number = (tail.first - 1) / segment_size_;
    const Offset last = first_of(number + 1) - 1;
    if (tail.next > tail.first) {  // begun in memory: finish it, so that it is not read twice
      for_each_entry(journal_, shard, tail.next, last, [&](const Entry& entry) { index(entry, tail.segment); });
      store(shard, number, tail.segment);
    }
    tail = Tail{last + 1, last + 1, {}};
  }
  for_each_entry(journal_, shard, tail.next, journal_.end(shard), [&](const Entry& entry) {
    index(entry, tail.segment);
    tail.next = entry.offset + 1;
  });
  return tail;
}

void StreamIndex::index(const Entry& entry, Segment& segment) const {
  thread_local std::vector<EntityRef> entities;
  entities.clear();
  entities_of_(entry, entities);
  for (const EntityRef& entity : entities) {
    Offsets& offsets = segment[entity];
    if (offsets.empty() || offsets.back() != entry.offset) offsets.push_back(entry.offset);
  }
}

StreamIndex::Segment StreamIndex::index_range(Symbol shard, Offset first, Offset last) const {
  Segment segment;
  for_each_entry(journal_, shard, first, last, [&](const Entry& entry) { index(entry, segment); });
  return segment;
}

void StreamIndex::store(Symbol shard, Offset number, const Segment& segment) const {
  std::array<std::string, buckets> bodies;
  for (const auto& [entity, offsets] : segment) {
    std::string& body = bodies[bucket_of(entity)];
    body += entity_text(entity);
    append_offsets(body, offsets, first_of(number) - 1);
  }
  std::vector<CacheRow> rows;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    CacheRow row{row_key(shard, number, bucket), {}};
    std::string body;
    wire::append_be(body, routes_version_);
    wire::append_be(body, std::uint64_t{segment_size_});
    body += bodies[bucket];
    row.value += static_cast<char>(format);
    wire::append_be(row.value, checksum(row.key, body));
    row.value += body;
    rows.push_back(std::move(row));
  }
  journal_.cache().write(rows, {});
}

// What stands behind a row's head; nothing where it is damaged or of another meaning.
std::optional<wire::Reader> StreamIndex::intact_body(std::string_view key, std::string_view value) const {
  wire::Reader row(value);
  const auto its_format = row.be<std::uint8_t>();
  const auto sum = row.be<std::uint32_t>();
  const std::string_view summed = row.rest();
  if (!row.ok() || its_format != format || sum != checksum(key, summed)) return std::nullopt;
  wire::Reader body(summed);
  if (body.be<std::uint32_t>() != routes_version_ || body.be<std::uint64_t>() != segment_size_) return std::nullopt;
  return body;
}

// Nothing where the row is gone, damaged, or of another meaning.
std::optional<StreamIndex::Offsets> StreamIndex::stored(Symbol shard, Offset number, const EntityRef& entity) const {
  const std::string key = row_key(shard, number, bucket_of(entity));
  const auto value = journal_.cache().read(key);
  if (!value) return std::nullopt;
  auto intact = intact_body(key, *value);
  if (!intact) return std::nullopt;
  wire::Reader& body = *intact;
  const std::string wanted = entity_text(entity);
  Offsets found;
  while (body.ok() && !body.at_end()) {
    const std::string_view kind_and_size = body.take(2);
    if (!body.ok()) break;
    const std::string_view name = body.take(static_cast<unsigned char>(kind_and_size[1]));
    Offsets offsets = take_offsets(body, first_of(number) - 1);
    if (std::string(kind_and_size) + std::string(name) == wanted) found = std::move(offsets);
  }
  if (!body.ok()) return std::nullopt;
  return found;
}

StreamIndex::Offsets StreamIndex::sealed_offsets(Symbol shard, Offset number, const EntityRef& entity) const {
  if (auto found = stored(shard, number, entity)) return *std::move(found);
  Segment segment = index_range(shard, first_of(number), first_of(number + 1) - 1);
  store(shard, number, segment);
  return std::move(segment[entity]);
}

bool StreamIndex::is_stored(Symbol shard, Offset number) const {
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    const std::string key = row_key(shard, number, bucket);
    const auto value = journal_.cache().read(key);
    if (!value || !intact_body(key, *value)) return false;
  }
  return true;
}

}  // namespace tally
