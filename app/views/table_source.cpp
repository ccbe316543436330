#include "app/views/table_source.hpp"

#include <algorithm>

#include "actors/tables/account_tables.hpp"
#include "app/indicator_tables/indicator_tables.hpp"
#include "app/paper/paper_book.hpp"
#include "app/profile.hpp"

namespace tally {
namespace {

template <class R>
const std::size_t index_of = tables::Row(R{}).index();

// The account's facts, and the venue's bars.
class JournalTables final : public TableSource {
 public:
  explicit JournalTables(bool of_venue) : of_venue_(of_venue) {}

  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    const Symbol shard = of_venue_ ? opened.venue : opened.account;
    const Offset end = opened.journal->committed(shard);
    for_each_entry(*opened.journal, shard, next_, end, [&](const Entry& entry) {
      for (const tables::Change& change : tables_.fold(entry)) visit(change);
    });
    next_ = std::max(next_, end + 1);
  }

 private:
  const bool of_venue_;
  tables::AccountTables tables_;
  Offset next_ = 1;
};

// The venue's bars, through the indicators that the profile names.
class IndicatorSource final : public TableSource {
 public:
  explicit IndicatorSource(const std::vector<IndicatorSetting>& settings) : tables_(settings) {}

  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    const Offset end = opened.journal->committed(opened.venue);
    std::vector<tables::Change> changes;
    for_each_entry(*opened.journal, opened.venue, next_, end, [&](const Entry& entry) {
      changes.clear();
      for (const Event& event : entry.events)
        if (const auto* bar = std::get_if<BarObserved>(&event.body)) tables_.take(*bar, changes);
      for (const tables::Change& change : changes) visit(change);
    });
    next_ = std::max(next_, end + 1);
  }

 private:
  IndicatorTables tables_;
  Offset next_ = 1;
};

// Entries of a shard from a place on, one at a time.
class EntryCursor {
 public:
  EntryCursor(const Journal& journal, Symbol shard, Offset next) : journal_(journal), shard_(shard), next_(next), end_(journal.committed(shard)) {}

  const Entry* peek() {
    if (at_ == piece_.size()) {
      if (next_ > end_) return nullptr;
      piece_ = journal_.read(shard_, next_, 256);
      at_ = 0;
      if (piece_.empty()) return nullptr;
    }
    return piece_[at_]->offset <= end_ ? piece_[at_].get() : nullptr;
  }
  void advance() { next_ = piece_[at_++]->offset + 1; }
  Offset next() const { return next_; }

 private:
  const Journal& journal_;
  const Symbol shard_;
  Offset next_, end_;
  std::vector<EntryPtr> piece_;
  std::size_t at_ = 0;
};

// Whole days only: by then every entry of the day is committed in both shards, so that whoever reads later merges the same.
class PaperSource final : public TableSource {
 public:
  explicit PaperSource(const PaperSettings& settings) : book_(settings) {}

  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    const Time newest = newest_of_venue(opened);
    if (newest.ns <= settled_after_ns) return;
    const Time until{book_.zone().day_start(newest.ns - settled_after_ns)};
    EntryCursor venue(*opened.journal, opened.venue, next_of_venue_), account(*opened.journal, opened.account, next_of_account_);
    std::vector<tables::Change> changes;
    const auto tell = [&] {
      for (const tables::Change& change : changes) visit(change);
      changes.clear();
    };
    const auto before = [&](const Entry* entry) { return entry && entry->at < until ? entry : nullptr; };
    for (;;) {
      const Entry* const bar = before(venue.peek());
      const Entry* const said = before(account.peek());
      if (!bar && !said) break;
      if (bar && (!said || bar->at <= said->at)) {
        book_.take_venue(*bar, changes);
        venue.advance();
      } else {
        book_.take_account(*said, changes);
        account.advance();
      }
      tell();
    }
    book_.pass(until, changes);
    tell();
    next_of_venue_ = venue.next();
    next_of_account_ = account.next();
  }

 private:
  static constexpr std::int64_t settled_after_ns = 10 * ns_per_s;

  static Time newest_of_venue(const OpenedJournal& opened) {
    const Offset end = opened.journal->committed(opened.venue);
    const auto last = end > 0 ? opened.journal->read(opened.venue, end, 1) : std::vector<EntryPtr>();
    return last.empty() ? Time{} : last.front()->at;
  }

  PaperBook book_;
  Offset next_of_venue_ = 1, next_of_account_ = 1;
};

}  // namespace

std::unique_ptr<TableSource> table_source(std::size_t index, const Where& where) {
  const auto profile = [&] { return read_profile(profile_file(where.profile, data_directory(where).path, where.account)); };
  if (index == index_of<tables::IndicatorHistory> || index == index_of<tables::IndicatorLatest>)
    return std::make_unique<IndicatorSource>(profile().indicators);
  if (index == index_of<tables::StrategyPerfLatest> || index == index_of<tables::StrategyWeightsLatest>)
    return std::make_unique<PaperSource>(profile().paper);
  return std::make_unique<JournalTables>(index == index_of<tables::Price1mHistory>);
}

}  // namespace tally
