// Which offsets of a journal concern which entity: an entity's stream without a key per stream on the write path.
//
// Laws
//  - An index is a cache of the journal under one meaning of the routes: whatever is missing, damaged or of another
//    routes_version is computed again from the entries, and gives the same answer.
//  - Sealed segments (segment_size committed entries) are kept as cache rows, written together; what is newer is
//    indexed in memory.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "persistence/journal.hpp"
#include "persistence/wire.hpp"

namespace tally {

class StreamIndex {
 public:
  // Appends whom an entry concerns: who decided its events and to whom they are delivered. An entity may be named
  // more than once. Routes live above persistence, so this comes from outside.
  using EntitiesOf = std::function<void(const Entry&, std::vector<EntityRef>&)>;

  static constexpr Offset default_segment_size = 65'536;

  // `routes_version` changes whenever `entities_of` may answer differently.
  StreamIndex(const Journal& journal, EntitiesOf entities_of, std::uint32_t routes_version, Offset segment_size = default_segment_size);

  // The offsets in [from, to] that concern `entity`, ascending, each once. Any thread.
  std::vector<Offset> offsets_of(Symbol shard, const EntityRef& entity, Offset from, Offset to);

  // Writes the rows of every sealed segment that has none. For a background thread; reading does not need it.
  void build_sealed(Symbol shard);

 private:
  using Offsets = std::vector<Offset>;
  using Segment = std::map<EntityRef, Offsets>;

  struct Tail {
    Offset first = 1;  // of the segment that is not sealed
    Offset next = 1;   // the first offset that is not indexed yet
    Segment segment;
  };

  void index(const Entry& entry, Segment& segment) const;
  Segment index_range(Symbol shard, Offset first, Offset last) const;
  void store(Symbol shard, Offset number, const Segment& segment) const;
  std::optional<wire::Reader> intact_body(std::string_view key, std::string_view value) const;
  std::optional<Offsets> stored(Symbol shard, Offset number, const EntityRef& entity) const;
  Offsets sealed_offsets(Symbol shard, Offset number, const EntityRef& entity) const;
  bool is_stored(Symbol shard, Offset number) const;
  Offset sealed_segments(Symbol shard) const { return journal_.committed(shard) / segment_size_; }
  Offset first_of(Offset number) const { return number * segment_size_ + 1; }
  Tail& advanced_tail(Symbol shard);

  const Journal& journal_;
  const EntitiesOf entities_of_;
  const std::uint32_t routes_version_;
  const Offset segment_size_;
  std::mutex mutex_;
  std::map<Symbol, Tail> tails_;
};

}  // namespace tally
