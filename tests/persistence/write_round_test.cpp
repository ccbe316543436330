// How the second records move around a round. Each of these was found by the simulation of the cluster: a disk that had lost nothing
// looked, after a crash, as if it had.
#include "persistence/write_round.hpp"

#include <map>

#include "tests/catch.hpp"

using namespace tally;

namespace {

class SeenMarks final : public DurableMarks {
 public:
  void raise(std::uint32_t, std::uint64_t mark) override { all.push_back(mark); }
  void lower(std::uint32_t, std::uint64_t mark) override {
    all.push_back(mark);
    ++synced;
  }
  std::uint64_t read(std::uint32_t) const override { return all.empty() ? 0 : all.back(); }

  std::vector<std::uint64_t> all;
  std::size_t synced = 0;
};

struct Round {
  ShardLog shard{Symbol("acct-1"), 0, 0, 0, 1'000};
  std::vector<RoundPart> parts;
  std::uint64_t durable = 0;

  Round() {
    shard.durable_call = [this](std::uint64_t ticket) { durable = ticket; };
  }
  // Entries [first, last]; none where last < first.
  GroupWrite& push(Offset first, Offset last) {
    auto block = std::make_shared<ValueBlock>();
    block->first = first;
    block->sizes.assign(last + 1 - first, 0);
    parts.push_back({&shard, {}});
    parts.back().write.ticket = parts.size();
    parts.back().write.block = block;
    return parts.back().write;
  }
  GroupWrite& drop_and_push(Offset from, Offset to, Offset last) {
    GroupWrite& write = push(from, last);
    write.truncate_from = from;
    write.truncate_to = to;
    return write;
  }
};

}  // namespace

TEST_CASE("A mark that has not reached the dropped entries does not rise before the sync") {
  Round round;
  SeenMarks marks;
  marks.raise(0, 4);
  round.push(5, 10);
  round.drop_and_push(8, 10, 9);
  lower_marks(round.parts, marks);
  CHECK(marks.read(0) == 4);
}

TEST_CASE("A mark is lowered, for good, before entries that it covers are dropped") {
  Round round;
  SeenMarks marks;
  marks.raise(0, 10);
  round.drop_and_push(8, 10, 8);
  lower_marks(round.parts, marks);
  CHECK(marks.read(0) == 7);
  CHECK(marks.synced == 1);
}

TEST_CASE("A mark beyond the log's end, which tells of a loss, stays until the round is on disk") {
  Round round;
  SeenMarks marks, promises;
  marks.raise(0, 20);
  round.drop_and_push(8, 12, 9);
  lower_marks(round.parts, marks);
  CHECK(marks.read(0) == 20);
  report(round.parts, marks, promises);
  CHECK(marks.read(0) == 9);
}

TEST_CASE("A round moves each mark once, to where the log ends") {
  Round round;
  SeenMarks marks, promises;
  round.push(1, 10);
  round.drop_and_push(8, 10, 8).saves = 3;
  report(round.parts, marks, promises);
  CHECK(marks.all == std::vector<std::uint64_t>{8});
  CHECK(promises.all == std::vector<std::uint64_t>{3});
  CHECK(round.durable == 2);
}
