// What clients do: poison, and readers that do not read.
#include <boost/json.hpp>

#include "app/drill/fault_lists.hpp"
#include "app/fresh_key.hpp"
#include "messages/json.hpp"

namespace tally::drill {
namespace {

namespace json = boost::json;

// A subscription throws at its next inputs until it is stopped; the rest of the account goes on. Then an operator lets it go on.
void poison(Scene& scene, FaultSeen& seen) {
  const DrillNode& node = scene.leading();
  const std::string entity = "subscription/" + drill_source(scene.world.profile().products.front().product);
  seen.what = entity + " fails at its next three tries; after 3 s an operator lets it go on";
  scene.world.ask(node, {{"op", "fail"}, {"entity", entity}, {"times", 3}, {"cause", "drill: poison"}}, 5);
  seen.at = seen.service_from = scene.now();
  scene.watch(3'000);
  const EntityResumed resume{fresh_key(), OperatorId("drill"), entity_of(entity)};
  scene.world.ask(scene.leading(), {{"op", "submit"}, {"producer", "drill:operator"}, {"message", to_json(Message(resume))}}, 10);
  seen.healed = scene.now();
}

// Ten connections that ask for entries and never read an answer.
void slow_readers(Scene& scene, FaultSeen& seen) {
  const DrillNode& node = scene.leading();
  seen.what = "ten readers of " + node.name + " ask for its entries and take nothing for 5 s";
  const std::string question = json::serialize(
      json::object{{"op", "entries"}, {"shard", scene.world.profile().account.account.text()}, {"from", 1}, {"count", 1'024}});
  std::vector<LineSocket> readers;
  for (int n = 0; n < 10; ++n) {
    auto reader = LineSocket::connect(node.data.socket());
    if (!reader) continue;
    reader->give_up_writing_after(1);
    try {
      for (int times = 0; times < 50; ++times) reader->write_line(question);
    } catch (const SocketError&) {  // it takes no more: that is the point
    }
    readers.push_back(*std::move(reader));
  }
  seen.at = seen.service_from = scene.now();
  scene.watch(5'000);
  readers.clear();
  seen.healed = scene.now();
}

}  // namespace

void add_client_faults(std::vector<Fault>& all) {
  all.push_back(
      {"poison", "a command on which an entity fails every time: it stops, the account goes on", 1, can_always, poison});
  all.push_back({"slow-readers", "readers that ask and take nothing", 1, can_always, slow_readers});
}

}  // namespace tally::drill
