// The tape of a venue whose shard is in a journal that can be read from here.
#pragma once

#include "app/venue/bar_tape.hpp"

namespace tally {

class JournalBarTape final : public BarTape {
 public:
  JournalBarTape(std::shared_ptr<const Journal> journal, Symbol venue) : journal_(std::move(journal)), venue_(venue) {}

  Symbol shard() const override { return venue_; }
  std::optional<Offset> end() override { return journal_->committed(venue_); }
  Piece read(Offset from) override { return taped_piece(*journal_, venue_, from, journal_->committed(venue_)); }

 private:
  const std::shared_ptr<const Journal> journal_;
  const Symbol venue_;
};

}  // namespace tally
