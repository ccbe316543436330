// docs/state-machines.md against the closed lists of the entities.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "actors/topology.hpp"
#include "messages/catalog.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

using Names = std::set<std::string>;

// Labels of the transitions under each "### entity" heading.
std::map<std::string, Names> drawn() {
  static const std::regex heading(R"(^### (\w+))"), transition(R"(-->\s*\w+:\s*(\w+))");
  std::ifstream page(TALLY_SOURCE_DIR "/docs/state-machines.md");
  REQUIRE(page);
  std::map<std::string, Names> labels;
  std::string entity;
  for (std::string line; std::getline(page, line);) {
    std::smatch match;
    if (std::regex_search(line, match, heading)) entity = match[1];
    else if (std::regex_search(line, match, transition)) labels[entity].insert(match[1]);
  }
  return labels;
}

template <class M>
std::string name_of() {
  return std::string(row_of(Message(std::in_place_type<M>)).name);
}

}  // namespace

TEST_CASE("The drawn state machines show every event that moves an entity, and no other") {
  const auto labels = drawn();
  std::size_t entities = 0;
  const auto check = [&]<class Topology>() {
    Topology::for_each_entity([&]<class E>() {
      ++entities;
      const std::string entity = boost::describe::enum_to_string(E::kind, "?");
      CAPTURE(entity);
      Names own, known;
      [&]<class... Es>(events<Es...>) { (own.insert(name_of<Es>()), ...); }(typename E::Events{});
      known = own;
      [&]<class... Is>(inputs<Is...>) { (known.insert(name_of<Is>()), ...); }(typename E::Inputs{});
      REQUIRE(labels.contains(entity));
      for (const std::string& label : labels.at(entity)) {
        CAPTURE(label);
        CHECK(known.contains(label));
      }
      for (const std::string& event : own) {
        if (event == "CommandDenied" || event == "AlertTriggered" || event == "DeadlineSet") continue;
        CAPTURE(event);
        CHECK(labels.at(entity).contains(event));
      }
    });
  };
  check.operator()<AccountTopology>();
  check.operator()<VenueTopology>();
  CHECK(labels.size() == entities);
}
