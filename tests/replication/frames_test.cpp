// Frames and rows: what is written is read back, and whatever else arrives is refused whole.
#include <random>

#include "persistence/atomic_file.hpp"
#include "persistence/consensus/log.hpp"
#include "persistence/replication/frames.hpp"
#include "persistence/replication/group_rows.hpp"
#include "persistence/replication/marks.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::replication;
using namespace tally::consensus;

namespace {

const Symbol shard("acct-1");

Payload payload_of(const std::string& text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return std::make_shared<const std::vector<std::byte>>(bytes, bytes + text.size());
}

Append sample_append() {
  Log log(founding(3, {{1, Duty::voter}, {2, Duty::witness}}), {});
  log.append(4, EntryKind::noop, payload_of(""));
  log.append(4, EntryKind::command, payload_of("hello"));
  log.append(5, EntryKind::configuration, payload_of("members"));
  return {1, 0, log.chain_at(1), log.slice(2, 1 << 20), 2};
}

std::vector<GroupFrame> samples_of_every_kind() {
  const auto frame = [](auto body) { return GroupFrame{shard, 3, 9, 11, 12, std::move(body)}; };
  return {frame(Body(VoteRequest{true, false, 77, 8})),
          frame(Body(VoteReply{true, true})),
          frame(Body(sample_append())),
          frame(Body(AppendReply{true, 5, 6, 7, true, {9, true}})),
          frame(Body(Heartbeat{4, 5, 6})),
          frame(Body(HeartbeatReply{4, 5, {6, false}})),
          frame(Body(Install{founding(3, {{1, Duty::voter}})})),
          frame(Body(TimeoutNow{true})),
          frame(HistoryRequest{17, founding(3, {{1, Duty::voter}}).chain}),
          frame(Founding{founding(3, {{1, Duty::voter}, {5, Duty::learner}})})};
}

}  // namespace

TEST_CASE("Every kind of frame is read back as it was said") {
  for (const GroupFrame& frame : samples_of_every_kind()) {
    const Frame bytes = encode_frame(frame);
    const auto read = decode_frame(bytes);
    REQUIRE(read);
    CHECK(read->shard == shard);
    CHECK(read->generation == 3);
    CHECK(read->term == 9);
    CHECK(read->from == 11);
    CHECK(read->to == 12);
    CHECK(read->body.index() == frame.body.index());
    CHECK(encode_frame(*read) == bytes);
  }
  const auto read = decode_frame(encode_frame(samples_of_every_kind()[2]));
  const auto& append = std::get<Append>(std::get<Body>(read->body));
  REQUIRE(append.entries.size() == 3);
  CHECK(append.entries[1].index == 3);
  CHECK(append.entries[1].chain == sample_append().entries[1].chain);
  CHECK(*append.entries[1].payload == *payload_of("hello"));
}

TEST_CASE("The page's worked example is what is said") {
  std::string page = read_file(std::string(TALLY_SOURCE_DIR) + "/docs/formats/replication-frames.md");
  std::erase_if(page, [](char c) { return c == ' ' || c == '\n'; });
  const Frame frame = encode_frame({shard, 3, 9, 11, 12, Body(VoteReply{false, true})});
  INFO(hex(frame));
  CHECK(page.find(hex(frame)) != std::string::npos);
}

TEST_CASE("A frame that is cut, grown or changed in one bit is no frame") {
  for (const GroupFrame& frame : samples_of_every_kind()) {
    const Frame bytes = encode_frame(frame);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(!decode_frame(Frame(bytes.begin(), bytes.begin() + static_cast<long>(size))));
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      Frame changed = bytes;
      changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      CHECK(!decode_frame(changed));
    }
    Frame longer = bytes;
    longer.push_back(std::byte{0});
    CHECK(!decode_frame(longer));
  }
}

TEST_CASE("Noise is no frame") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    Frame bytes(random() % 200);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    if (!bytes.empty()) bytes[0] = std::byte{1};
    CHECK(!decode_frame(bytes));
  }
}

TEST_CASE("Votes wait for nothing, history for everything") {
  for (const GroupFrame& frame : samples_of_every_kind()) {
    const auto* body = std::get_if<Body>(&frame.body);
    const bool log = body && (std::holds_alternative<Append>(*body) || std::holds_alternative<AppendReply>(*body) || std::holds_alternative<Install>(*body));
    CHECK(lane_of(frame) == (!body ? Lane::bulk : log ? Lane::log : Lane::votes));
  }
}

TEST_CASE("Indices and offsets of journal entries determine each other") {
  Marks marks;
  // 1 founding, 2 no-op, 3 and 4 entries, 5 configuration, 6 no-op, 7 entry
  marks.add(2, 0);
  marks.add(5, 2);
  marks.add(6, 2);
  CHECK(marks.index_of(1) == 3);
  CHECK(marks.index_of(2) == 4);
  CHECK(marks.index_of(3) == 7);
  const std::vector<Offset> at = {0, 0, 0, 1, 2, 2, 2, 3, 4};
  for (Index index = 0; index < at.size(); ++index) CHECK(marks.offset_at(index) == at[index]);
  for (Offset offset = 1; offset < 10; ++offset) CHECK(marks.offset_at(marks.index_of(offset)) == offset);
  CHECK(marks.holds(5));
  CHECK_FALSE(marks.holds(4));
  marks.truncate_from(5);
  CHECK(marks.index_of(3) == 5);
}

TEST_CASE("A row is read only under its own shard and checksum") {
  const Promise promise{{3, 9, 11, 5, true}, 42};
  const Base base = founding(3, {{1, Duty::voter}, {2, Duty::witness}});
  const MarkedEntry mark{5, 4, EntryKind::configuration, 2, payload_of("members")};
  CHECK(read_promise(shard, promise_value(shard, promise)) == promise);
  CHECK(read_base(shard, base_value(shard, base)) == base);
  CHECK(read_commit(shard, commit_value(shard, 77)) == 77);
  REQUIRE(read_mark(shard, 5, mark_value(shard, mark)));
  CHECK(read_mark(shard, 5, mark_value(shard, mark))->before == 2);
  CHECK(!read_mark(shard, 6, mark_value(shard, mark)));
  CHECK(!read_promise(Symbol("acct-2"), promise_value(shard, promise)));
  CHECK(!read_base(Symbol("acct-2"), base_value(shard, base)));
  const auto refused = [](const std::string& value, auto read) {
    for (std::size_t byte = 0; byte < value.size(); ++byte) {
      std::string changed = value;
      changed[byte] = static_cast<char>(changed[byte] ^ 4);
      if (read(changed)) return false;
      if (read(value.substr(0, byte))) return false;
    }
    return true;
  };
  CHECK(refused(promise_value(shard, promise), [](const std::string& value) { return read_promise(shard, value).has_value(); }));
  CHECK(refused(base_value(shard, base), [](const std::string& value) { return read_base(shard, value).has_value(); }));
  CHECK(refused(mark_value(shard, mark), [](const std::string& value) { return read_mark(shard, 5, value).has_value(); }));
}
