// Checkers that can fail: a history in which everything held, and for each invariant the smallest change that breaks it.
#include "app/drill/judge.hpp"
#include "tests/catch.hpp"

using namespace tally;
using namespace tally::drill;

namespace {

AuditedOrder order(const char* id, const char* quantity) {
  AuditedOrder one;
  one.order = ClientOrderId(id);
  one.account = AccountId("demo");
  one.product = ProductId("SPY");
  one.quantity = one.filled = Quantity::parse(quantity);
  one.answer = "accepted";
  one.arrivals = 1;
  return one;
}

AuditedExecution execution(const char* id, const char* of, const char* quantity) {
  AuditedExecution one;
  one.execution = ExecutionId(id);
  one.order = ClientOrderId(of);
  one.account = AccountId("demo");
  one.product = ProductId("SPY");
  one.quantity = Quantity::parse(quantity);
  return one;
}

VenueHistoryLine door(VenueSight what, Ms at, const char* node, std::uint64_t term, const char* id = "") {
  VenueHistoryLine line;
  line.what = what;
  line.monotonic_ns = at * 1'000'000;
  line.node = node;
  line.term = term;
  line.order = id;
  return line;
}

NodeSeen node(const char* name) {
  NodeSeen one;
  one.name = name;
  one.opened = true;
  one.committed = 3;
  one.entries = {{1, 1, "h1", {"k1"}, {}, {}}, {2, 1, "h2", {}, {"o-1"}, {}}, {3, 2, "h3", {"k2"}, {"o-2"}, {}}};
  one.fills = {{2, "x-1", "o-1", "SPY", Quantity::parse("2")}, {3, "x-2", "o-2", "SPY", Quantity::parse("3")}};
  return one;
}

// Two terms: a led, was killed at 1000, b led on.
Evidence good() {
  Evidence evidence;
  evidence.commands = {{"k1", "deposit", Fate::acknowledged, "a", 10, 20, 10, 1, 1, ""},
                       {"k2", "signal", Fate::acknowledged, "b", 1'100, 1'900, 800, 3, 4, ""},
                       {"k3", "signal", Fate::unknown, "", 1'000, 0, 0, 0, 9, "went away"}};
  evidence.nodes = {node("a"), node("b"), node("c")};
  evidence.leaders = {{5, 1, "a"}, {1'600, 2, "b"}};
  evidence.consumed = {{1, "h1"}, {2, "h2"}, {3, "h3"}};
  evidence.faults = {{"kill -9 of the leader, a", 1'000, 1'200, 1'000, "a", true, false}};
  evidence.venue.orders = {order("o-1", "2"), order("o-2", "3")};
  evidence.venue.executions = {execution("x-1", "o-1", "2"), execution("x-2", "o-2", "3")};
  evidence.door = {door(VenueSight::login, 5, "a", 1), door(VenueSight::order, 15, "a", 1, "o-1"),
                   door(VenueSight::login, 1'650, "b", 2), door(VenueSight::order, 1'700, "b", 2, "o-2")};
  evidence.goals.position_max = Quantity::parse("10");
  evidence.goals.order_quantity_max = Quantity::parse("5");
  return evidence;
}

using Break = void (*)(Evidence&);

struct Row {
  const char* invariant;
  const char* what;
  Break change;
};

const Row rows[] = {
    {"I1", "an acknowledged command is missing", [](Evidence& e) { e.nodes[0].entries[2].keys.clear(); }},
    {"I1", "an acknowledged command stands elsewhere", [](Evidence& e) { e.commands[0].offset = 2; }},
    {"I1", "no journal can be read", [](Evidence& e) { for (NodeSeen& one : e.nodes) one.opened = false; }},
    {"I2", "one entry differs", [](Evidence& e) { e.nodes[1].entries[1].hash = "other"; }},
    {"I2", "a node calls committed what no majority has",
     [](Evidence& e) {
       e.nodes[1].entries.push_back({4, 2, "h4", {}, {}, {}});
       e.nodes[1].committed = 4;
     }},
    {"I1", "an acknowledged command is on one disk only",
     [](Evidence& e) {
       e.nodes[1].entries.pop_back();
       e.nodes[2].entries.pop_back();
     }},
    {"I3", "two leaders in a term", [](Evidence& e) { e.leaders.push_back({1'700, 2, "c"}); }},
    {"I3", "a login of another node in the term", [](Evidence& e) { e.door[2].node = "c"; }},
    {"I3", "an order of a node after another's login",
     [](Evidence& e) {
       e.door.push_back(door(VenueSight::order, 1'800, "c", 2, "o-9"));
       e.door.back().fenced = true;
     }},
    {"I3", "an order of an older term after a newer one",
     [](Evidence& e) { e.door.push_back(door(VenueSight::order, 1'800, "a", 1, "o-9")); }},
    {"I3", "an order of a node that is stopped", [](Evidence& e) { e.door[1].monotonic_ns = 1'150 * 1'000'000; }},
    {"I4", "an order twice", [](Evidence& e) { e.venue.arrived_again = {ClientOrderId("o-1")}; }},
    {"I5", "an order that nobody commanded", [](Evidence& e) { e.venue.orders.push_back(order("o-9", "1")); }},
    {"I6", "an execution booked twice", [](Evidence& e) { e.nodes[0].fills.push_back(e.nodes[0].fills[0]); }},
    {"I6", "an execution never booked", [](Evidence& e) { e.nodes[0].fills.pop_back(); }},
    {"I6", "another quantity", [](Evidence& e) { e.nodes[0].fills[1].quantity = Quantity::parse("4"); }},
    {"I7", "a reader was given what does not stand", [](Evidence& e) { e.consumed[2].hash = "gone"; }},
    {"I8", "a position beyond its limit", [](Evidence& e) { e.goals.position_max = Quantity::parse("4"); }},
    {"I8", "an order beyond its limit", [](Evidence& e) { e.goals.order_quantity_max = Quantity::parse("2"); }},
    {"I9", "a gap", [](Evidence& e) { e.consumed.erase(e.consumed.begin() + 1); }},
    {"I9", "an offset twice", [](Evidence& e) { e.consumed.insert(e.consumed.begin(), e.consumed[0]); }},
    {"I10", "nothing acknowledged after the fault", [](Evidence& e) { e.commands[1].fate = Fate::unknown; }},
    {"I10", "too late", [](Evidence& e) { e.goals.available_again = 500; }},
    {"I11", "too much memory", [](Evidence& e) { e.nodes[2].resident_max = std::uint64_t{3} << 30; }},
    {"I11", "too much disk", [](Evidence& e) { e.nodes[2].disk_bytes = std::uint64_t{3} << 30; }},
    {"I12", "what should have been said was not", [](Evidence& e) { e.faults[0].unmet = "nobody said that a certificate is over"; }},
    {"I12", "damage that no drill did", [](Evidence& e) { e.nodes[1].damage = "demo is damaged at offset 2"; }},
};

Finding finding_of(const Evidence& evidence, const std::string& invariant) {
  for (const Verdict& verdict : judge(evidence))
    if (verdict.invariant == invariant) return verdict.finding;
  FAIL("no verdict on " << invariant);
  return Finding::not_judged;
}

}  // namespace

TEST_CASE("In a history in which everything held, every invariant is judged and held") {
  const std::vector<Verdict> verdicts = judge(good());
  REQUIRE(verdicts.size() == 12);
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    CAPTURE(verdicts[i].invariant, verdicts[i].why);
    CHECK(verdicts[i].invariant == "I" + std::to_string(i + 1));
    CHECK(verdicts[i].finding == Finding::held);
  }
}

TEST_CASE("Every invariant is found broken by the smallest change that breaks it") {
  for (const Row& row : rows) {
    CAPTURE(row.invariant, row.what);
    Evidence evidence = good();
    row.change(evidence);
    CHECK(finding_of(evidence, row.invariant) == Finding::broken);
  }
}

TEST_CASE("A drill in which nothing happened proves nothing") {
  Evidence evidence;
  NodeSeen empty;
  empty.opened = true;
  evidence.nodes = {empty};
  for (const char* invariant : {"I1", "I2", "I4", "I5", "I6", "I7", "I8", "I9", "I10"}) {
    CAPTURE(invariant);
    CHECK(finding_of(evidence, invariant) == Finding::not_judged);
  }
}

TEST_CASE("A tail that one node alone has, and that nobody called committed, proves nothing against it") {
  Evidence evidence = good();
  evidence.nodes[0].entries.push_back({4, 1, "never replicated", {"k9"}, {}, {}});
  evidence.nodes[2].committed = 2;  // a disk that lags behind what was acknowledged
  for (const Verdict& verdict : judge(evidence)) CHECK(verdict.finding == Finding::held);
}

TEST_CASE("What a node said on a connection that it gave up itself is nobody else's") {
  Evidence evidence = good();
  evidence.door.push_back(door(VenueSight::order, 1'800, "b", 2, "o-2"));
  evidence.door.back().fenced = true;
  CHECK(finding_of(evidence, "I3") == Finding::held);
}

TEST_CASE("Damage that the drill did is no surprise where the node says so") {
  Evidence evidence = good();
  evidence.nodes[1].damage = "demo is damaged at offset 2";
  evidence.nodes[1].opened = false;
  evidence.faults.push_back({"a flipped bit on b", 1'000, 1'200, 1'000, "b", true, true});
  CHECK(finding_of(evidence, "I12") == Finding::held);
}
