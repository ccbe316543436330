// The states of entities: stored for snapshots, shown as JSON.
#include <boost/json/serialize.hpp>

#include "messages/json_codec.hpp"
#include "messages/stored_codec.hpp"
#include "tests/catch.hpp"
#include "tests/messages/random_value.hpp"

using namespace tally;

namespace {

struct Lot {
  Quantity quantity;
  Price price;
  std::pair<ClientOrderId, ExecutionId> from;
};
BOOST_DESCRIBE_STRUCT(Lot, (), (quantity, price, from))

struct EveryShape {
  bool flag = false;
  std::int32_t small = 0;
  std::uint64_t large = 0;
  Direction direction;
  Side side = Side::buy;
  Money cash;
  Time at;
  EntityRef owner;
  Symbol symbol;
  std::string text;
  std::optional<Lot> lot;
  std::vector<Lot> lots;
  std::deque<IntentId> queue;
  std::map<std::string, Money> by_text;
  std::set<ExecutionId> seen;
  boost::container::flat_map<SubscriptionId, std::vector<Lot>> by_name;
  boost::container::flat_map<std::pair<ProductId, std::uint64_t>, BatchId> by_pair;
  boost::container::flat_set<std::uint64_t> numbers;
};
BOOST_DESCRIBE_STRUCT(EveryShape, (),
                      (flag, small, large, direction, side, cash, at, owner, symbol, text, lot, lots, queue, by_text, seen, by_name, by_pair, numbers))

class Guarded {
 public:
  std::uint64_t count() const { return count_; }
  void add() { ++count_; }

 private:
  BOOST_DESCRIBE_CLASS(Guarded, (), (), (), (count_))
  std::uint64_t count_ = 0;
};

}  // namespace

TEST_CASE("A state of every allowed shape is read back from its snapshot") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const auto state = test::RandomValues(seed).make<EveryShape>();
    const auto bytes = store_state(state);
    const auto again = read_state<EveryShape>(bytes);
    INFO("seed " << seed);
    REQUIRE(test::same(state, again));
    REQUIRE(store_state(again) == bytes);
  }
}

TEST_CASE("A snapshot that is cut, lengthened or out of order is refused") {
  const auto bytes = store_state(test::RandomValues(3, true).make<EveryShape>());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    REQUIRE_THROWS_AS(read_state<EveryShape>(std::span(bytes).first(size)), StoredError);
  auto longer = bytes;
  longer.push_back(std::byte{0});
  REQUIRE_THROWS_AS(read_state<EveryShape>(longer), StoredError);

  using Numbers = boost::container::flat_set<std::uint64_t>;
  const std::byte ascending[] = {std::byte{2}, std::byte{1}, std::byte{2}};
  const std::byte descending[] = {std::byte{2}, std::byte{2}, std::byte{1}};
  const std::byte twice[] = {std::byte{2}, std::byte{1}, std::byte{1}};
  CHECK(read_state<Numbers>(ascending).size() == 2);
  CHECK_THROWS_AS(read_state<Numbers>(descending), StoredError);
  CHECK_THROWS_AS(read_state<Numbers>(twice), StoredError);
}

TEST_CASE("Private members that are described are stored like others") {
  Guarded guarded;
  guarded.add();
  CHECK(read_state<Guarded>(store_state(guarded)).count() == 1);
  CHECK(boost::json::serialize(state_json(guarded)) == R"({"count_":1})");
}

TEST_CASE("A state is shown with names for keys, and pairs where a key is no name") {
  EveryShape state;
  state.owner = {EntityKind::investor, Symbol("ada")};
  state.cash = Money::parse("-1.25");
  state.by_name[SubscriptionId("sub-1")].push_back({Quantity::whole(1), Price::whole(2), {ClientOrderId("o"), ExecutionId("e")}});
  state.by_pair[{ProductId("p"), 3}] = {ProductId("p"), BatchKind::withdrawal, 4};
  state.queue.push_back({SubscriptionId("sub-1"), 9});
  state.numbers = {2, 1};
  CHECK(boost::json::serialize(state_json(state)) ==
        R"({"flag":false,"small":0,"large":0,"direction":0,"side":"buy","cash":"-1.25","at":0,"owner":"investor/ada","symbol":"","text":"",)"
        R"("lots":[],"queue":["sub-1#9"],"by_text":{},"seen":[],"by_name":{"sub-1":[{"quantity":"1","price":"2","from":["o","e"]}]},)"
        R"("by_pair":[[["p",3],"p#w4"]],"numbers":[1,2]})");
}
