// Counters that describe themselves, for the commands that print a feed's.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>

#include "app/table.hpp"

namespace tally {

// visit(name, value) for each described member.
template <class Counters, class Visit>
void each_counter(const Counters& counters, Visit&& visit) {
  using Members = boost::describe::describe_members<Counters, boost::describe::mod_public>;
  boost::mp11::mp_for_each<Members>([&](auto member) { visit(member.name, counters.*member.pointer); });
}

template <class Counters>
boost::json::object json_of_counters(const Counters& counters) {
  boost::json::object out;
  each_counter(counters, [&](const char* name, auto value) { out[name] = value; });
  return out;
}

// One row a counter that is not zero.
template <class Counters>
void add_rows(Table& table, const Counters& counters) {
  each_counter(counters, [&](const char* name, auto value) {
    if (value != 0) table.row({name, std::to_string(value)});
  });
}

}  // namespace tally
