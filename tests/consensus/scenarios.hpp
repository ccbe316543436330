// Histories in which real libraries lost or forked data. Each throws Broken where the core does the same.
#pragma once

#include <span>

namespace tally::consensus {

struct Scenario {
  int number;
  const char* title;
  void (*run)();
};

std::span<const Scenario> scenarios();

}  // namespace tally::consensus
