#include "app/views/table_source.hpp"

#include <algorithm>

#include "actors/tables/account_tables.hpp"
#include "app/indicator_tables/indicator_tables.hpp"
#include "app/exit_code.hpp"
#include "app/paper/paper_book.hpp"
#include "app/profile.hpp"
#include "app/shard_names.hpp"
#include "app/venue/journal_bar_tape.hpp"
#include "app/venue/remote_bar_tape.hpp"

namespace tally {
namespace {

template <class R>
const std::size_t index_of = tables::Row(R{}).index();

Profile profile_of(const Where& where) { return read_profile(profile_file(where.profile, data_directory(where).path, where.account)); }

// The venue's bars: of its shard where the journal has it, else of the venue process that the profile names.
class VenueBars {
 public:
  explicit VenueBars(Where where) : where_(std::move(where)) {}

  // As far as they go now. Throws CommandFailed.
  BarTape& upto_now(const OpenedJournal& opened) {
    if (!opened.venue.empty()) {
      here_ = std::make_unique<JournalBarTape>(opened.journal, opened.venue);
      return *here_;
    }
    if (!there_) {
      const Profile profile = profile_of(where_);
      if (profile.venue_reach.address.empty())
        throw CommandFailed(exit_not_found, "the journal holds no venue, and the profile names none");
      there_ = std::make_unique<RemoteBarTape>(profile.venue_reach.address, venue_shard_of(profile.venue.venue));
    }
    there_->ask_end();
    return *there_;
  }
  bool elsewhere() const { return there_ != nullptr; }

 private:
  const Where where_;
  std::unique_ptr<BarTape> here_;
  std::unique_ptr<RemoteBarTape> there_;
};

// The account's facts.
class AccountSource final : public TableSource {
 public:
  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    const Offset end = opened.journal->committed(opened.account);
    for_each_entry(*opened.journal, opened.account, next_, end, [&](const Entry& entry) {
      for (const tables::Change& change : tables_.fold(entry)) visit(change);
    });
    next_ = std::max(next_, end + 1);
  }

 private:
  tables::AccountTables tables_;
  Offset next_ = 1;
};

// The venue's bars as they are.
class BarSource final : public TableSource {
 public:
  explicit BarSource(VenueBars bars) : bars_(std::move(bars)) {}

  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    next_ = read_tape(bars_.upto_now(opened), next_, [&](const Entry& entry) {
      for (const tables::Change& change : tables_.fold(entry)) visit(change);
    });
  }

 private:
  VenueBars bars_;
  tables::AccountTables tables_;
  Offset next_ = 1;
};

// The venue's bars, through the indicators that the profile names.
class IndicatorSource final : public TableSource {
 public:
  IndicatorSource(const std::vector<IndicatorSetting>& settings, VenueBars bars) : bars_(std::move(bars)), tables_(settings) {}

  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    std::vector<tables::Change> changes;
    next_ = read_tape(bars_.upto_now(opened), next_, [&](const Entry& entry) {
      changes.clear();
      for (const Event& event : entry.events)
        if (const auto* bar = std::get_if<BarObserved>(&event.body)) tables_.take(*bar, changes);
      for (const tables::Change& change : changes) visit(change);
    });
  }

 private:
  VenueBars bars_;
  IndicatorTables tables_;
  Offset next_ = 1;
};

// Entries from a place on, one at a time; `read` gives the next piece, and through where it went.
class EntryCursor {
 public:
  using Read = std::function<BarTape::Piece(Offset from)>;
  EntryCursor(Read read, Offset next, Offset end) : read_(std::move(read)), next_(next), through_(next - 1), end_(end) {}

  const Entry* peek() {
    while (at_ == piece_.size()) {
      if (through_ >= end_) return nullptr;
      BarTape::Piece piece = read_(through_ + 1);
      if (piece.through <= through_) return nullptr;
      piece_ = std::move(piece.entries);
      through_ = piece.through;
      at_ = 0;
    }
    return piece_[at_]->offset <= end_ ? piece_[at_].get() : nullptr;
  }
  void advance() { next_ = piece_[at_++]->offset + 1; }
  Offset next() const { return next_; }

 private:
  const Read read_;
  Offset next_, through_, end_;
  std::vector<EntryPtr> piece_;
  std::size_t at_ = 0;
};

// Whole days only: by then every entry of the day is committed in both logs, so that whoever reads later merges the same. Where
// the venue is elsewhere this node's log may lag behind it: a day then also waits for an entry of the account after its end.
class PaperSource final : public TableSource {
 public:
  PaperSource(const PaperSettings& settings, VenueBars bars) : bars_(std::move(bars)), book_(settings) {}

  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    BarTape& tape = bars_.upto_now(opened);
    const Journal& journal = *opened.journal;
    const Offset end = journal.committed(opened.account);
    Time newest = newest_of(tape);
    if (newest.ns <= settled_after_ns) return;
    newest.ns -= settled_after_ns;
    if (bars_.elsewhere()) newest = std::min(newest, end > 0 ? journal.read(opened.account, end, 1).at(0)->at : Time{});
    const Time until{book_.zone().day_start(newest.ns)};
    EntryCursor venue([&](Offset from) { return tape.read(from); }, next_of_venue_, tape.end().value_or(0));
    EntryCursor account([&](Offset from) { return piece_of(journal, opened.account, from); }, next_of_account_, end);
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

  static BarTape::Piece piece_of(const Journal& journal, Symbol shard, Offset from) {
    BarTape::Piece piece{journal.read(shard, from, 256), from - 1};
    if (!piece.entries.empty()) piece.through = piece.entries.back()->offset;
    return piece;
  }

  // The moment of the last bar.
  static Time newest_of(BarTape& tape) {
    constexpr Offset piece = 256;
    for (Offset to = tape.end().value_or(0); to > 0;) {
      const Offset from = to > piece ? to - piece + 1 : 1;
      EntryPtr last;
      for (Offset at = from; at <= to;) {
        const BarTape::Piece read = tape.read(at);
        if (!read.entries.empty()) last = read.entries.back();
        if (read.through < at) break;
        at = read.through + 1;
      }
      if (last) return last->at;
      to = from - 1;
    }
    return {};
  }

  VenueBars bars_;
  PaperBook book_;
  Offset next_of_venue_ = 1, next_of_account_ = 1;
};

// What cannot be read of a venue elsewhere is told as a command's failure.
class Telling final : public TableSource {
 public:
  explicit Telling(std::unique_ptr<TableSource> of) : of_(std::move(of)) {}
  void catch_up(const OpenedJournal& opened, const Visit& visit) override {
    try {
      of_->catch_up(opened, visit);
    } catch (const TapeUnavailable& unavailable) {
      throw CommandFailed(exit_busy, unavailable.what());
    }
  }

 private:
  std::unique_ptr<TableSource> of_;
};

}  // namespace

std::unique_ptr<TableSource> table_source(std::size_t index, const Where& where) {
  VenueBars bars(where);
  std::unique_ptr<TableSource> of_bars;
  if (index == index_of<tables::IndicatorHistory> || index == index_of<tables::IndicatorLatest>)
    of_bars = std::make_unique<IndicatorSource>(profile_of(where).indicators, std::move(bars));
  else if (index == index_of<tables::StrategyPerfLatest> || index == index_of<tables::StrategyWeightsLatest>)
    of_bars = std::make_unique<PaperSource>(profile_of(where).paper, std::move(bars));
  else if (index == index_of<tables::Price1mHistory>) of_bars = std::make_unique<BarSource>(std::move(bars));
  else return std::make_unique<AccountSource>();
  return std::make_unique<Telling>(std::move(of_bars));
}

}  // namespace tally
