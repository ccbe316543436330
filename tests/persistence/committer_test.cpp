// What the one writing thread leaves behind, beside the rows.
#include "persistence/committer.hpp"

#include <atomic>
#include <filesystem>

#include "persistence/watermark.hpp"
#include "tests/catch.hpp"
#include "tests/persistence/samples.hpp"

using namespace tally;
using namespace tally::samples;

namespace {

GroupWrite appended(Symbol shard, std::uint64_t ticket, Offset first, Offset last) {
  auto block = std::make_shared<ValueBlock>();
  block->first = first;
  for (Offset offset = first; offset <= last; ++offset) {
    const std::size_t before = block->bytes.size();
    log_format::append_entry_value(shard, 1, offset, stored(entry_at(shard, offset)), block->bytes);
    block->sizes.push_back(static_cast<std::uint32_t>(block->bytes.size() - before));
  }
  GroupWrite write;
  write.ticket = ticket;
  write.block = block;
  return write;
}

}  // namespace

TEST_CASE("Entries that one round appends and drops again are not missed by the next start") {
  const TemporaryDirectory directory;
  for (const char* part : {"data", "log"}) std::filesystem::create_directories(directory.path() / part);
  LogDatabase log(directory.path(), LogDatabase::Mode::create, 1 << 20);
  Watermark entries(directory.path() / "watermark");
  Watermark promises(directory.path() / "promises");
  HashChain chain;
  const Symbol name("acct-1");
  ShardLog shard(name, 0, 0, 0, 1 << 20);
  std::atomic<std::uint64_t> durable{0};
  shard.durable_call = [&](std::uint64_t ticket) { durable = ticket; };
  {
    Committer committer(log, entries, promises, chain, {1 << 20, 1 << 20, std::chrono::microseconds(0), std::chrono::seconds(10)});
    committer.push(shard, appended(name, 1, 1, 10), Commit::soon);
    GroupWrite dropped = appended(name, 2, 8, 7);  // nothing instead
    dropped.truncate_from = 8;
    dropped.truncate_to = 10;
    committer.push(shard, std::move(dropped), Commit::now);
    committer.start();
  }
  CHECK(durable == 2);
  CHECK(entries.read(0) == 7);
}
