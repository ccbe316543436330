#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "messages/supervision.hpp"
#include "tests/catch.hpp"

using namespace tally;

TEST_CASE("A name is equal to itself however often it is interned, and different ones differ") {
  const Symbol a("names-a");
  CHECK(Symbol("names-a") == a);
  CHECK(Symbol("names-a").index() == a.index());
  CHECK(Symbol("names-b") != a);
  CHECK(a.text() == "names-a");
  CHECK(Symbol("").empty());
  CHECK(Symbol() == Symbol(""));
}

TEST_CASE("Names are ordered by their text, whichever was interned first") {
  std::vector<Symbol> names{Symbol("order-z"), Symbol("order-a"), Symbol("order-m"), Symbol(""), Symbol("order-aa")};
  std::sort(names.begin(), names.end());
  std::vector<std::string> texts;
  for (Symbol name : names) texts.emplace_back(name.text());
  CHECK(texts == std::vector<std::string>{"", "order-a", "order-aa", "order-m", "order-z"});
}

TEST_CASE("A name with a foreign character or of more than 63 characters is refused") {
  CHECK_NOTHROW(Symbol(std::string(63, 'x')));
  CHECK_THROWS_AS(Symbol(std::string(64, 'x')), NameError);
  for (const char* text : {"a b", "a#b", "a\nb", "é", "a%", "a\"", "a,b"}) {
    INFO(text);
    CHECK_THROWS_AS(Symbol(text), NameError);
  }
}

TEST_CASE("Threads that intern the same names at once agree on every one of them") {
  constexpr int thread_count = 4;
  constexpr int names = 20'000;
  std::vector<std::vector<std::uint32_t>> seen(thread_count);
  std::vector<std::thread> threads;
  for (int t = 0; t < thread_count; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < names; ++i) {
        const Symbol name("thread-name-" + std::to_string(i));
        if (name.text() != "thread-name-" + std::to_string(i)) return;  // leaves the list short
        seen[t].push_back(name.index());
      }
    });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(seen[0].size() == names);
  for (int t = 1; t < thread_count; ++t) CHECK(seen[t] == seen[0]);
}

TEST_CASE("The table of names refuses one name too many and still knows all the others") {
  // In a process of its own: what is interned stays.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::uint32_t interned = 0;
    bool refused = false;
    while (!refused && interned <= Symbol::count_max) {
      try {
        Symbol("n" + std::to_string(interned));
        ++interned;
      } catch (const NameError&) {
        refused = true;
      }
    }
    const bool known = Symbol("n0").text() == "n0" && Symbol("n" + std::to_string(interned - 1)).index() == Symbol::count_max - 1;
    _exit(refused && known ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("A token holds printable ASCII up to its length and nothing else") {
  CHECK(ExecutionId("cross:BTC-USD#1").text() == "cross:BTC-USD#1");
  CHECK_NOTHROW(ClientOrderId(std::string(31, 'o')));
  CHECK_THROWS_AS(ClientOrderId(std::string(32, 'o')), NameError);
  for (const char* text : {"a b", "a\tb", "é", "\x7f"}) CHECK_THROWS_AS(ExecutionId(text), NameError);
}

TEST_CASE("Intents, batches and entities are read from the text that they print") {
  for (const char* text : {"sub-7#12", "sub-7#0", "#0", "s#18446744073709551615"}) CHECK(text_of(intent_of(text)) == text);
  for (const char* text : {"BTC-USD#12", "BTC-USD#w3", "w#w0", "#1"}) CHECK(text_of(batch_of(text)) == text);
  for (const char* text : {"subscription/sub-7", "none/", "netting_book/BTC/USD"}) CHECK(text_of(entity_of(text)) == text);
  CHECK(batch_of("BTC-USD#w3") == BatchId{ProductId("BTC-USD"), BatchKind::withdrawal, 3});
}

TEST_CASE("Text that is not exactly an id is refused") {
  for (const char* text : {"", "sub-7", "sub-7#", "sub-7#-1", "sub-7#+1", "sub-7#01", "sub-7#1 ", "sub-7#1#2", "sub 7#1",
                           "sub-7#18446744073709551616", "sub-7#w1"}) {
    INFO(text);
    CHECK_THROWS_AS(intent_of(text), NameError);
  }
  for (const char* text : {"", "B", "B#", "B#w", "B#ww1", "B#W1", "B#w01", "B#1w"}) {
    INFO(text);
    CHECK_THROWS_AS(batch_of(text), NameError);
  }
  for (const char* text : {"", "subscription", "/x", "trader/x", "Subscription/x", "subscription/a b"}) {
    INFO(text);
    CHECK_THROWS_AS(entity_of(text), NameError);
  }
}
