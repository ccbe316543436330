// The paper accounts of a node and their scoreboard: a fold of what the account's journal and the venue's say, which any process
// can do again. An account comes with its strategy's first signal.
//
// Law: entries of both shards go in merged by their moment, of equal ones the venue's first; the same entries give the same rows.
// A day is closed by the first entry after it; the last, unfinished one counts for nothing yet.
#pragma once

#include <memory>

#include "actors/calendar/zone.hpp"
#include "app/paper/paper_account.hpp"
#include "app/paper/scoreboard.hpp"

namespace tally {

class PaperBook {
 public:
  explicit PaperBook(const PaperSettings& settings) : settings_(settings), zone_(settings.zone), scoreboard_(settings) {}

  const Zone& zone() const { return zone_; }
  void take_venue(const Entry& entry, std::vector<tables::Change>& out);
  void take_account(const Entry& entry, std::vector<tables::Change>& out);
  // There is nothing more before that moment.
  void pass(Time now, std::vector<tables::Change>& out);

  const std::map<SignalSourceId, std::unique_ptr<PaperAccount>>& accounts() const { return accounts_; }

 private:
  PaperSettings settings_;
  Zone zone_;
  Scoreboard scoreboard_;
  PaperAccount::Market market_;
  std::map<ProductId, BarObserved> last_;   // for accounts that are still to come
  std::map<SignalSourceId, std::unique_ptr<PaperAccount>> accounts_;
  std::int64_t day_end_ = 0;                // of the day under way
};

}  // namespace tally
