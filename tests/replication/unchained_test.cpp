// Which entries make a group of the hash chain.
#include "persistence/replication/unchained.hpp"
#include "tests/catch.hpp"

using namespace tally;
using replication::Unchained;

namespace {

// Entries first to last, each as many bytes as its offset, all of its value.
Unchained::Block block_of(Offset first, Offset last, std::uint64_t ticket) {
  auto block = std::make_shared<ValueBlock>();
  block->ticket = ticket;
  block->first = first;
  for (Offset offset = first; offset <= last; ++offset) {
    block->sizes.push_back(static_cast<std::uint32_t>(offset));
    block->bytes.insert(block->bytes.end(), offset, static_cast<std::byte>(offset));
  }
  return block;
}

}  // namespace

TEST_CASE("What is committed and durable is taken once, in order, across blocks and from the middle of one") {
  Unchained unchained({block_of(1, 3, 0)});
  unchained.add(block_of(4, 6, 7));
  const Unchained::Group first = unchained.take(2, 0);
  CHECK(first.entries == 2);
  CHECK(first.values == block_of(1, 2, 0)->bytes);
  CHECK(unchained.take(2, 9).entries == 0);
  const Unchained::Group second = unchained.take(5, 7);
  CHECK(second.entries == 3);
  CHECK(second.values == block_of(3, 5, 0)->bytes);
  CHECK(unchained.take(100, 7).values == block_of(6, 6, 0)->bytes);
}

TEST_CASE("What is committed and not durable here waits, and everything behind it") {
  Unchained unchained({});
  unchained.add(block_of(1, 2, 5));
  unchained.add(block_of(3, 3, 6));
  CHECK(unchained.take(3, 4).entries == 0);
  CHECK(unchained.take(3, 5).entries == 2);
  CHECK(unchained.take(3, 6).entries == 1);
}

TEST_CASE("What is dropped is not taken, from the middle of a block either, and what replaces it is") {
  Unchained unchained({block_of(1, 3, 0)});
  unchained.add(block_of(4, 5, 1));
  unchained.truncate_from(3);
  unchained.add(block_of(3, 4, 2));
  CHECK(unchained.take(9, 1).values == block_of(1, 2, 0)->bytes);
  CHECK(unchained.take(9, 2).values == block_of(3, 4, 0)->bytes);
  unchained.truncate_from(1);
  CHECK(unchained.take(9, 9).entries == 0);
}
