// What a job ends with: the statements, what happened, and the checks, all from the journal it left on disk.
#pragma once

#include <map>
#include <ostream>

#include "actors/host/deterministic/verify.hpp"
#include "app/data_directory.hpp"
#include "app/views/statement.hpp"
#include "persistence/verify.hpp"

namespace tally::job {

// Counted from the account's committed entries.
struct Happenings {
  std::uint64_t signals = 0;
  std::uint64_t intents = 0;
  std::uint64_t released = 0;
  std::uint64_t orders = 0;
  std::uint64_t fills = 0;
  std::uint64_t partial_fills = 0;
  std::uint64_t risk_rejections = 0;
  std::uint64_t provider_rejections = 0;
  std::uint64_t crosses = 0;
  std::uint64_t complete_crosses = 0;       // whole batches that needed no order
  std::uint64_t flats_without_position = 0;
  std::uint64_t withdrawals = 0;
  std::uint64_t reductions_for_withdrawals = 0;
  std::uint64_t commands_denied = 0;
  std::uint64_t alerts = 0;
  std::uint64_t reconciliations = 0;
  std::uint64_t drifts = 0;
  std::uint64_t drifts_resolved = 0;
  std::uint64_t orders_in_doubt = 0;
};
BOOST_DESCRIBE_STRUCT(Happenings, (),
                      (signals, intents, released, orders, fills, partial_fills, risk_rejections, provider_rejections, crosses,
                       complete_crosses, flats_without_position, withdrawals, reductions_for_withdrawals, commands_denied, alerts,
                       reconciliations, drifts, drifts_resolved, orders_in_doubt))

struct ClosingNote {
  AccountStatement statement;
  Happenings happened;
  std::vector<ShardStarted> starts;         // of the account's shard
  std::vector<EntityRestarted> restarts;
  VerifyReport stored;                      // the files
  std::map<Symbol, ReplayReport> replays;   // by shard

  // Conservation holds, the journal is sound, and every decision comes out the same again.
  bool sound() const;
};

// Reads and checks everything; nothing else may have the directory open. Throws CommandFailed.
ClosingNote closing_note(const DataDirectory& data);

void print(std::ostream& out, const ClosingNote& note, const DataDirectory& data, bool bold);
boost::json::value to_json(const ClosingNote& note);

}  // namespace tally::job
