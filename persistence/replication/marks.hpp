// Where the consensus log's own entries stand among the journal's: the founding configuration at index 1, a no-op for each
// leadership, a configuration for each change of members. Everything between is the journal's, whose offsets have no gap.
#pragma once

#include <algorithm>
#include <vector>

#include "messages/ids.hpp"
#include "persistence/consensus/types.hpp"

namespace tally::replication {

using consensus::Index;

class Marks {
 public:
  struct Mark {
    Index index = 0;
    Offset before = 0;  // the last journal entry before it
  };

  // Index and offset of one journal entry determine each other.
  Index index_of(Offset offset) const {
    const auto beyond = std::partition_point(marks_.begin(), marks_.end(), [&](const Mark& mark) { return mark.before < offset; });
    return 1 + offset + static_cast<Index>(beyond - marks_.begin());
  }
  // The last journal entry at or before `index`; 0 where there is none.
  Offset offset_at(Index index) const {
    if (index == 0) return 0;
    const auto beyond = std::partition_point(marks_.begin(), marks_.end(), [&](const Mark& mark) { return mark.index <= index; });
    return index - 1 - static_cast<Offset>(beyond - marks_.begin());
  }
  bool holds(Index index) const { return std::binary_search(marks_.begin(), marks_.end(), Mark{index, 0}, by_index); }

  void add(Index index, Offset before) { marks_.push_back({index, before}); }
  void truncate_from(Index index) {
    while (!marks_.empty() && marks_.back().index >= index) marks_.pop_back();
  }
  const std::vector<Mark>& all() const { return marks_; }

 private:
  static bool by_index(const Mark& a, const Mark& b) { return a.index < b.index; }

  std::vector<Mark> marks_;  // ascending
};

}  // namespace tally::replication
