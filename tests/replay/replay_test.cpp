// A record lived again: whatever a person does on the way, what is decided is what was recorded, and a place is a state.
#include <boost/json.hpp>
#include <deque>
#include <random>

#include "actors/host/deterministic/verify.hpp"
#include "actors/programs.hpp"
#include "app/replay/replay_player.hpp"
#include "messages/stored.hpp"
#include "tests/app/account_story.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

const Symbol account("demo");

// Of a node that is gone.
const Journal& record() {
  static const auto journal = [] {
    const auto kept = std::make_shared<MemoryJournal>();
    AccountStory(kept).tell();
    return kept;
  }();
  return *journal;
}
Offset record_end() { return record().end(account); }

std::vector<std::byte> bytes_of(Entry entry) {
  entry.term = 0;
  entry.recorded_at = {};
  std::vector<std::byte> bytes;
  store_entry(entry, bytes);
  return bytes;
}

struct Heard {
  std::vector<std::pair<Offset, std::vector<std::byte>>> entries;
  void operator()(const Entry& entry) { entries.emplace_back(entry.offset, bytes_of(entry)); }
};

bool is_as_recorded(const Heard& heard) {
  for (const auto& [offset, bytes] : heard.entries)
    if (bytes != bytes_of(*record().read(account, offset, 1).at(0))) return false;
  return true;
}

// All states, by entity.
std::map<std::string, std::vector<std::byte>> states_of(ReplaySession& session) {
  std::map<std::string, std::vector<std::byte>> states;
  session.host().for_each_cell([&](AnyCell& cell) { states[text_of(cell.ref())] = cell.state_bytes(); });
  return states;
}

// Orders that come at every third look for one, on a clock that jumps to whatever is waited for.
class Hand {
 public:
  explicit Hand(std::vector<std::string> orders = {}) : orders_(orders.begin(), orders.end()) {}

  ReplayPlayer::Surroundings around() {
    return {[this] { return now_; },
            [this](std::optional<std::int64_t> wait) -> std::optional<std::string> {
              if (orders_.empty() || ++looks_ % 3 != 0) {
                now_ += wait.value_or(0);
                slept_ += wait.value_or(0);
                return std::nullopt;
              }
              std::string order = orders_.front();
              orders_.pop_front();
              return order;
            },
            [this] { return orders_.empty(); }, [this](const std::string& text) { answers.push_back(text); }};
  }
  std::int64_t slept() const { return slept_; }

  std::vector<std::string> answers;

 private:
  std::deque<std::string> orders_;
  int looks_ = 0;
  std::int64_t now_ = 1'000, slept_ = 0;
};

struct Played {
  Heard heard;
  std::vector<std::string> answers;
  std::int64_t slept = 0;
  Offset checked = 0;
};

Played play(std::vector<std::string> orders, ReplayPace pace = ReplayPace(0), Offset from = 1) {
  Played played;
  ReplaySession session(account_program(), record(), account, record_end(), [&](const Entry& entry) { played.heard(entry); });
  session.seek(from);
  Hand hand(std::move(orders));
  ReplayPlayer(session, record(), account, record_end(), pace, hand.around()).play();
  REQUIRE_FALSE(session.difference());
  played.answers = hand.answers;
  played.slept = hand.slept();
  played.checked = session.checked();
  return played;
}

}  // namespace

TEST_CASE("A record played to its end is heard entry by entry, as it stands") {
  const Played played = play({});
  CHECK(played.heard.entries.size() == record_end());
  CHECK(is_as_recorded(played.heard));
  CHECK(played.checked == record_end());
}

TEST_CASE("Whatever way led to a place, the entities are the same there, and what comes after it is") {
  std::mt19937 random(11);
  ReplaySession straight(account_program(), record(), account, record_end());
  std::map<Offset, std::map<std::string, std::vector<std::byte>>> states;
  while (straight.step()) states[straight.checked()] = states_of(straight);
  Heard heard;
  ReplaySession session(account_program(), record(), account, record_end(), [&](const Entry& entry) { heard(entry); });
  for (int i = 0; i < 60; ++i) {
    const Offset place = std::uniform_int_distribution<Offset>(1, record_end())(random);
    heard.entries.clear();
    session.seek(place);
    const bool stepped = session.step();
    CAPTURE(i, place);
    CHECK(states_of(session) == states.at(session.checked()));
    for (int steps = std::uniform_int_distribution<int>(0, 4)(random); steps > 0; --steps) session.step();
    CHECK(states_of(session) == states.at(session.checked()));
    CHECK(is_as_recorded(heard));
    if (stepped) {
      REQUIRE_FALSE(heard.entries.empty());
      CHECK(heard.entries.front().first == place);   // not one before it, none left out behind it
      CHECK(heard.entries.size() == session.checked() - place + 1);
    }
  }
}

TEST_CASE("Pauses, speeds and steps change when entries are decided, never what") {
  const Played plain = play({});
  const std::string middle = std::to_string(record_end() / 2);
  for (const auto& orders : std::vector<std::vector<std::string>>{{"pause", "resume"},
                                                                  {"pause", "step 3", "where", "resume"},
                                                                  {"speed 60", "pause", "speed 0", "resume"},
                                                                  {"step", "step", "step 7", "resume"}}) {
    const Played played = play(orders);
    CHECK(played.heard.entries == plain.heard.entries);
  }
  const Played back = play({"step 5", "seek 1", "resume"}, ReplayPace(0, true));
  CHECK(std::vector(back.heard.entries.end() - static_cast<std::ptrdiff_t>(record_end()), back.heard.entries.end()) ==
        plain.heard.entries);
  const Played on = play({"seek " + middle, "resume"}, ReplayPace(0, true));
  REQUIRE_FALSE(on.heard.entries.empty());
  CHECK(on.heard.entries.front().first == record_end() / 2);
  CHECK(on.heard.entries.back().first == record_end());
}

TEST_CASE("Speed is the record's time over the wall's, from the first moment on") {
  const EntryPtr first = record().read(account, 1, 1).at(0);
  const Offset from = offset_of_moment(record(), account, record_end(), first->at + 1);
  const Time begin = record().read(account, from, 1).at(0)->at, end = record().read(account, record_end(), 1).at(0)->at;
  REQUIRE(end - begin > 60 * ns_per_s);
  CHECK(play({}, ReplayPace(1), from).slept == end - begin);
  const std::int64_t faster = play({}, ReplayPace(60), from).slept;
  CHECK(faster <= (end - begin) / 60);
  CHECK(faster >= (end - begin) / 60 - 1'000);
  CHECK(play({}, ReplayPace(0), from).slept == 0);
}

TEST_CASE("A moment is found by its first entry") {
  for (Offset offset = 1; offset <= record_end(); ++offset) {
    const Time at = record().read(account, offset, 1).at(0)->at;
    const Offset found = offset_of_moment(record(), account, record_end(), at);
    CHECK(found <= offset);
    CHECK(record().read(account, found, 1).at(0)->at == at);
    if (found > 1) CHECK(record().read(account, found - 1, 1).at(0)->at < at);
  }
  const Time last = record().read(account, record_end(), 1).at(0)->at;
  CHECK(offset_of_moment(record(), account, record_end(), last + 1) == record_end() + 1);
}

TEST_CASE("Orders are obeyed or answered with what is wrong, and a paused replay ends when nobody can resume it") {
  const Played asked = play({"pause", "step 4", "state risk_authority/demo", "state nobody", "fly", "step x", "seek 999999",
                             "speed -1", "pause now", "where"});
  REQUIRE(asked.answers.size() == 8);
  CHECK(boost::json::parse(asked.answers[0]).is_object());
  CHECK(asked.answers[2].find("'fly' is none of pause, resume") != std::string::npos);
  CHECK(asked.answers[3].find("'x' is no whole number") != std::string::npos);
  CHECK(asked.answers[4].find("the record ends with " + std::to_string(record_end())) != std::string::npos);
  CHECK(asked.answers[6] == "pause takes nothing");
  CHECK(asked.answers[7].find("paused") != std::string::npos);
  CHECK(asked.checked < record_end());
  CHECK(play({"quit"}, ReplayPace(0, true)).heard.entries.empty());
  const Played sought = play({"pause", "seek 2024-01-02T00:02:00Z", "step", "where"});
  CHECK(sought.answers.at(0).find("2024-01-02T00:0") != std::string::npos);
}

TEST_CASE("A record that was changed is noticed where it was, and nothing behind it is decided") {
  auto changed = std::make_shared<MemoryJournal>();
  for_each_entry(record(), account, 1, record_end(), [&](const Entry& entry) {
    Entry copy = entry;
    if (entry.offset == record_end() / 2)
      for (Event& event : copy.events) event.stream_sequence += 1;
    changed->append(account, copy);
  });
  ReplaySession session(account_program(), *changed, account, record_end());
  while (session.step()) {
  }
  REQUIRE(session.difference());
  CHECK(session.difference()->offset == record_end() / 2);
  CHECK_FALSE(session.step());
  CHECK(session.next_input() == nullptr);
  session.seek(1);
  CHECK(session.step());
}
