// A venue's bars as others read them: the same entries as in its journal, and nothing at all where it is not the venue that it
// was.
#include "app/venue/journal_bar_tape.hpp"
#include "app/venue/remote_bar_tape.hpp"
#include "messages/stored.hpp"
#include "tests/venue_process/venue_at_home.hpp"

using namespace tally;

namespace {

std::vector<std::vector<std::byte>> entries_of(BarTape& tape, Offset from = 1) {
  std::vector<std::vector<std::byte>> all;
  read_tape(tape, from, [&](const Entry& entry) {
    all.emplace_back();
    store_entry(entry, all.back());
  });
  return all;
}

void show(VenueAtHome& venue, std::int64_t from, std::int64_t to, const char* close = "475.31") {
  for (std::int64_t n = from; n < to; ++n) venue.show(std::vector{bar_of(n, close)});
}

}  // namespace

TEST_CASE("What a venue answers of its tape is what its journal holds of bars, whoever asks and from wherever on") {
  VenueAtHome venue(venue_test_profile());
  show(venue, 1, 200);
  RawClient client(venue.server.address(), login_of("a"));
  for (std::uint64_t n = 1; n <= 50; ++n) {  // orders stand between the bars, and are nobody else's business
    client.say(venue_protocol::Send{n, order_of("o-" + std::to_string(n))});
    REQUIRE(client.next<venue_protocol::Taken>()->accepted);
    show(venue, 200 + static_cast<std::int64_t>(n), 201 + static_cast<std::int64_t>(n));
  }
  show(venue, 300, 700);
  JournalBarTape here(venue.journal, venue.node.shard());
  RemoteBarTape there(venue.server.address(), venue.node.shard());
  CHECK_FALSE(there.end());
  CHECK_THROWS_AS(entries_of(there), TapeUnavailable);  // nobody told it how far it may read
  there.ask_end();
  REQUIRE(there.end() == here.end());
  const auto all = entries_of(here);
  CHECK(all.size() == 1 + 199 + 50 + 400);  // and what the venue is like
  CHECK(entries_of(there) == all);
  for (const Offset from : {Offset(2), Offset(150), Offset(260), *here.end()}) CHECK(entries_of(there, from) == entries_of(here, from));
  for (const auto& bytes : all)
    for (const Event& event : read_entry(bytes).events)
      CHECK((std::holds_alternative<BarObserved>(event.body) || std::holds_alternative<VenueConfigured>(event.body)));
}

TEST_CASE("A tape is read no further than it was told of") {
  VenueAtHome venue(venue_test_profile());
  show(venue, 1, 50);
  RemoteBarTape tape(venue.server.address(), venue.node.shard());
  tape.told(20);
  tape.told(10);  // late news
  std::vector<Offset> offsets;
  const Offset next = read_tape(tape, 1, [&](const Entry& entry) { offsets.push_back(entry.offset); });
  CHECK(next == 21);
  REQUIRE_FALSE(offsets.empty());
  CHECK(offsets.back() <= 20);
  CHECK(tape.read(21).entries.empty());
}

TEST_CASE("A reader whose connection was closed, or whose venue comes back, reads on where it was") {
  auto venue = std::make_unique<VenueAtHome>(venue_test_profile());
  const std::string address = venue->server.address();
  show(*venue, 1, 20);
  RemoteBarTape tape(address, venue->node.shard());
  tape.ask_end();
  const auto before = entries_of(tape);
  venue.reset();
  CHECK_THROWS_AS(tape.read(1), TapeUnavailable);
  CHECK_THROWS_AS(tape.read(1), TapeUnavailable);
  venue = std::make_unique<VenueAtHome>(venue_test_profile(), VenueServer::Limits{}, address);  // of the same name, without the records
  CHECK_THROWS_AS(tape.read(1), TapeUnavailable);
  show(*venue, 1, 40, "470");  // as many, and others
  try {
    tape.read(1);
    FAIL("another venue's records were read");
  } catch (const TapeUnavailable& why) {
    CHECK(std::string(why.what()).find("has another record than before") != std::string::npos);
  }
  CHECK_FALSE(before.empty());
}

TEST_CASE("A venue that welcomes with less than it told is not read until it has that again") {
  VenueAtHome venue(venue_test_profile());
  show(venue, 1, 20);
  RemoteBarTape tape(venue.server.address(), venue.node.shard());
  tape.welcomed(15);
  CHECK(tape.end() == Offset(15));
  tape.told(18);
  tape.told(16);  // an older bar of a session that was taken up again
  CHECK(tape.end() == Offset(18));
  tape.welcomed(9);
  CHECK_THROWS_AS(tape.end(), TapeUnavailable);
  CHECK_THROWS_AS(tape.read(3), TapeUnavailable);
  tape.welcomed(20);
  CHECK(tape.end() == Offset(20));
  CHECK_FALSE(tape.read(3).entries.empty());
}

TEST_CASE("A reader of another venue's name reads nothing, and a stopped one does not connect") {
  VenueAtHome venue(venue_test_profile());
  show(venue, 1, 5);
  RemoteBarTape other(venue.server.address(), Symbol("venue/elsewhere"));
  other.told(3);
  CHECK_THROWS_AS(other.read(1), TapeUnavailable);
  RemoteBarTape stopped(venue.server.address(), venue.node.shard());
  stopped.told(3);
  stopped.stop();
  CHECK_THROWS_AS(stopped.read(1), TapeUnavailable);
  RawClient client(venue.server.address());
  client.say(venue_protocol::ReadTape{0});
  const auto failed = client.next<venue_protocol::Failed>();
  REQUIRE(failed);
  CHECK(failed->error.find("from") != std::string::npos);
}
