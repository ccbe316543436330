// What the consensus core itself costs: three replicas in one thread, whose disks and network take no time. Beside it the
// floor, the chain of the same entries computed three times and nothing else.
//
// usage: bench_consensus [rounds=5] [entries=60000] [payload bytes=200]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>

#include "persistence/consensus/core.hpp"

using namespace tally::consensus;

namespace {

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Trio {
  std::vector<std::unique_ptr<Core>> cores;
  std::deque<Message> wire;
  Nanoseconds now = 0;

  Trio() {
    const std::vector<Member> members = {{1, Duty::voter}, {2, Duty::voter}, {3, Duty::voter}};
    for (const Member& member : members) {
      Stored stored;
      stored.hard_state.generation = 1;
      stored.base = founding(1, members);
      Settings settings;
      settings.self = settings.seed = member.id;
      cores.push_back(std::make_unique<Core>(settings, stored, now));
    }
    while (cores[0]->role() != Role::leader) {
      now += 10'000'000;
      cores[0]->tick(now);
      settle();
    }
  }
  bool pump(Core& core) {
    Output out = core.take_output();
    for (Outgoing& outgoing : out.messages) wire.push_back(std::move(outgoing.message));
    if (!out.committed.empty()) core.applied(out.committed.back().index);
    if (out.persist) core.durable(out.persist->ticket);
    return out.persist.has_value();
  }
  void settle() {
    while (true) {
      for (auto& core : cores)
        while (pump(*core)) {
        }
      if (wire.empty()) return;
      for (; !wire.empty(); wire.pop_front()) cores[wire.front().to - 1]->step(wire.front());
    }
  }
};

double run_core(std::size_t entries, std::size_t batch, const Payload& payload) {
  Trio trio;
  const double start = seconds_now();
  for (std::size_t done = 0; done < entries; done += batch) {
    for (std::size_t i = 0; i < batch; ++i)
      if (trio.cores[0]->propose(payload).refusal != Refusal::none) std::abort();
    trio.settle();
  }
  const double took = seconds_now() - start;
  if (trio.cores[0]->commit() < entries) std::abort();
  return took;
}

double run_floor(std::size_t entries, const Payload& payload) {
  const double start = seconds_now();
  tally::Sha256 sum;
  for (int replica = 0; replica < 3; ++replica) {
    tally::Digest chain{};
    for (std::size_t i = 1; i <= entries; ++i) chain = chain_after(sum, chain, {i, 1, EntryKind::command, payload, {}});
  }
  return seconds_now() - start;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::size_t entries = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 60'000;
  const auto payload = std::make_shared<const std::vector<std::byte>>(argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 200);
  std::printf("%zu entries of %zu bytes, three replicas in one thread\n%8s %14s %14s %8s\n", entries, payload->size(), "batch",
              "core e/s", "floor e/s", "ratio");
  for (const std::size_t batch : {std::size_t{1}, std::size_t{16}, std::size_t{256}}) {
    double core = 1e9, floor = 1e9;
    for (int round = 0; round < rounds; ++round) {
      floor = std::min(floor, run_floor(entries, payload));
      core = std::min(core, run_core(entries, batch, payload));
    }
    std::printf("%8zu %14.0f %14.0f %8.2f\n", batch, static_cast<double>(entries) / core, static_cast<double>(entries) / floor,
                floor / core);
  }
}
