#include "app/job/closing_note.hpp"

#include <boost/json.hpp>
#include <set>

#include "actors/programs.hpp"
#include "app/node_access.hpp"
#include "app/shard_names.hpp"
#include "app/table.hpp"
#include "app/time_text.hpp"
#include "app/views/statement_text.hpp"
#include "messages/json_codec.hpp"

namespace tally::job {
namespace {

class Counting {
 public:
  explicit Counting(ClosingNote& note) : note_(note) {}

  void read(const Entry& entry) {
    for (const Event& event : entry.events) std::visit([this](const auto& body) { count(body); }, event.body);
  }
  void finish() {
    for (const BatchId& batch : crossed_) note_.happened.complete_crosses += !ordered_.contains(batch);
  }

 private:
  Happenings& happened() { return note_.happened; }

  template <class M>
  void count(const M& body) {
    if constexpr (std::same_as<M, SignalReceived>) ++happened().signals;
    else if constexpr (std::same_as<M, IntentCreated>) {
      ++happened().intents;
      happened().reductions_for_withdrawals += body.reason == IntentReason::withdrawal;
    } else if constexpr (std::same_as<M, IntentReleased>) ++happened().released;
    else if constexpr (std::same_as<M, OrderCommanded>) ++happened().orders;
    else if constexpr (std::same_as<M, OrderFilled>) {
      ++happened().fills;
      happened().partial_fills += body.leaves_quantity > Quantity{};
    } else if constexpr (std::same_as<M, RiskRejected>) ++happened().risk_rejections;
    else if constexpr (std::same_as<M, OrderRejected>) ++happened().provider_rejections;
    else if constexpr (std::same_as<M, InternalNettingSettled>) {
      ++happened().crosses;
      crossed_.insert(body.batch);
    } else if constexpr (std::same_as<M, NetOrderRequested>) ordered_.insert(body.batch);
    else if constexpr (std::same_as<M, SignalForcedFlatHandled>) happened().flats_without_position += body.position == Quantity{};
    else if constexpr (std::same_as<M, WithdrawalSettled>) ++happened().withdrawals;
    else if constexpr (std::same_as<M, CommandDenied>) ++happened().commands_denied;
    else if constexpr (std::same_as<M, AlertTriggered>) ++happened().alerts;
    else if constexpr (std::same_as<M, ReconciliationCompleted>) ++happened().reconciliations;
    else if constexpr (std::same_as<M, DriftDetected>) happened().drifts += body.kind == DriftKind::position;
    else if constexpr (std::same_as<M, DriftResolved>) happened().drifts_resolved += body.kind == DriftKind::position;
    else if constexpr (std::same_as<M, OrderInDoubt>) ++happened().orders_in_doubt;
    else if constexpr (std::same_as<M, ShardStarted>) note_.starts.push_back(body);
    else if constexpr (std::same_as<M, EntityRestarted>) note_.restarts.push_back(body);
  }

  ClosingNote& note_;
  std::set<BatchId> crossed_;
  std::set<BatchId> ordered_;
};

void print_happenings(std::ostream& out, const Happenings& happened, bool bold) {
  Table table({{"WHAT HAPPENED"}, {"", true}, {"", false}, {"", true}});
  std::vector<std::pair<std::string, std::uint64_t>> lines;
  boost::mp11::mp_for_each<boost::describe::describe_members<Happenings, boost::describe::mod_public>>([&](auto member) {
    std::string name = member.name;
    std::replace(name.begin(), name.end(), '_', ' ');
    lines.emplace_back(std::move(name), happened.*member.pointer);
  });
  const std::size_t rows = (lines.size() + 1) / 2;
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<std::string> cells{lines[i].first, std::to_string(lines[i].second), "", ""};
    if (rows + i < lines.size()) cells[2] = lines[rows + i].first, cells[3] = std::to_string(lines[rows + i].second);
    table.row(std::move(cells));
  }
  table.print(out, bold);
}

void print_supervision(std::ostream& out, const ClosingNote& note, bool bold) {
  Table table(
      {{"SUPERVISION"}, {"AT OR AFTER ENTRY", true}, {"ATTEMPT", true}, {"REPLAYED", true}, {"TOOK us", true}, {"CAUSE"}});
  for (std::size_t i = 0; i < note.starts.size(); ++i)
    table.row({"process " + note.starts[i].node, "", std::to_string(i + 1), "", "", i == 0 ? "started" : "started again"});
  for (const EntityRestarted& restart : note.restarts)
    table.row({text_of(restart.entity), std::to_string(restart.input), std::to_string(restart.attempt),
               std::to_string(restart.replayed), std::to_string(restart.duration_us), restart.cause});
  table.print(out, bold);
}

void print_checks(std::ostream& out, const ClosingNote& note, bool bold) {
  Table table({{"CHECK"}, {"OF"}, {"RESULT"}});
  const Conservation& conservation = note.statement.conservation;
  table.row({"conservation", "every unit of cash, every product",
             conservation.holds ? "holds to the last unit" : "BROKEN by " + conservation.difference.text()});
  table.row({"drift", "positions against the venue",
             note.statement.drifts.empty() ? "none open" : std::to_string(note.statement.drifts.size()) + " open"});
  for (const ShardReport& shard : note.stored.shards)
    table.row({"journal verify", std::string(shard.name.text()),
               shard.first_bad ? "DAMAGED at " + std::to_string(*shard.first_bad) + ": " + shard.why
                               : std::to_string(shard.end) + " entries, " + std::to_string(shard.groups) + " links: sound"});
  if (!note.stored.trouble.empty()) table.row({"journal verify", "the files", note.stored.trouble});
  for (const auto& [shard, replay] : note.replays)
    table.row({"replay --verify", std::string(shard.text()),
               replay.equal() ? std::to_string(replay.inputs) + " inputs decided again: equal, byte for byte"
                              : "DIFFERS at " + std::to_string(replay.first->offset) + ": " + replay.first->what});
  table.print(out, bold);
}

}  // namespace

bool ClosingNote::sound() const {
  if (!statement.conservation.holds || !stored.sound()) return false;
  for (const auto& [shard, replay] : replays)
    if (!replay.equal()) return false;
  return true;
}

ClosingNote closing_note(const DataDirectory& data) {
  ClosingNote note;
  note.stored = verify(data.journal());
  const OpenedJournal opened = open_journal({data.path, {}});
  note.statement = account_statement(*opened.journal, opened.account, opened.venue);
  Counting counting(note);
  for_each_entry(*opened.journal, opened.account, 1, opened.journal->committed(opened.account),
                 [&](const Entry& entry) { counting.read(entry); });
  counting.finish();
  for (const Symbol shard : {opened.account, opened.venue})
    note.replays[shard] = verify_replay(is_venue_shard(shard) ? venue_program() : account_program(), *opened.journal, shard,
                                        opened.journal->committed(shard));
  return note;
}

void print(std::ostream& out, const ClosingNote& note, const DataDirectory& data, bool bold) {
  print_statement(out, note.statement, {}, bold);
  out << '\n';
  print_happenings(out, note.happened, bold);
  out << '\n';
  print_supervision(out, note, bold);
  out << '\n';
  print_checks(out, note, bold);
  out << "\nNext:\n";
  for (const char* what :
       {"statement ann", "statement --ledger", "trace 'ann-btc#1'", "tree", "order list", "journal verify", "replay --verify"})
    out << "  build/release/tally " << what << " --data " << data.path.string() << '\n';
  out << "  build/release/tally scenario list\n";
}

boost::json::value to_json(const ClosingNote& note) {
  boost::json::object replays;
  for (const auto& [shard, replay] : note.replays)
    replays[shard.text()] =
        boost::json::object{{"checked", replay.checked}, {"inputs", replay.inputs}, {"equal", replay.equal()}};
  return boost::json::object{{"sound", note.sound()},
                             {"statement", state_json(note.statement)},
                             {"happened", state_json(note.happened)},
                             {"starts", state_json(note.starts)},
                             {"restarts", state_json(note.restarts)},
                             {"journal_sound", note.stored.sound()},
                             {"replays", std::move(replays)}};
}

}  // namespace tally::job
