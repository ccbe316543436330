// A disk of rows: what a synced batch left behind, the two second records beside it, and what may go wrong with all three.
//
// It stands where RocksDB stands, and keeps what RocksDB promises: a batch lands whole or not at all, in order. What it does not
// promise happens here: rows that rot, are cut short or were written elsewhere, an older copy that comes back, a record beside
// the database that the kernel had not written yet when the power went.
#pragma once

#include <map>
#include <vector>

#include "persistence/log_rows.hpp"
#include "persistence/watermark.hpp"
#include "tests/simulation/dice.hpp"

namespace tally::cluster_simulation {

using simulation::Dice;

// A file of slots that is written and never synced by itself.
class VirtualMarks final : public DurableMarks {
 public:
  void raise(std::uint32_t shard, std::uint64_t mark) override;
  void lower(std::uint32_t shard, std::uint64_t mark) override;
  std::uint64_t read(std::uint32_t shard) const override;

  void flush();                  // the kernel writes it, in its own time
  void power_cut(Dice& dice);    // what was not written is as old as it likes, or torn

 private:
  struct Slot {
    WatermarkSlot now = watermark_slot(0);
    std::vector<WatermarkSlot> since;  // values since the last flush, the flushed one first
  };
  std::map<std::uint32_t, Slot> slots_;
};

class VirtualDisk final : public LogRows {
 public:
  class Batch final : public RowBatch {
   public:
    struct Op {
      Family family;
      std::string key;
      std::optional<std::string> value;  // none: the row is dropped
    };
    void put(Family family, std::string_view key, std::string_view value) override { ops.push_back({family, std::string(key), std::string(value)}); }
    void erase(Family family, std::string_view key) override { ops.push_back({family, std::string(key), std::nullopt}); }
    std::vector<Op> ops;
  };

  std::optional<std::string> get(Family family, std::string_view key) const override;
  void scan(Family family, std::string_view begin, std::string_view end, std::size_t, const Visit& visit) const override;
  std::optional<Row> last(Family family, std::string_view begin, std::string_view end) const override;

  void land(const Batch& batch);
  std::uint64_t landed() const { return content_.landed; }

  VirtualMarks watermark, promises;

  // ---- what goes wrong ----
  void remember() { older_ = content_; }
  // An older copy of the rows comes back, with the second records as they are. False where nothing would be lost.
  bool roll_back();
  bool rolled_back() const { return rolled_back_; }
  void wipe() { *this = {}; }
  // One row: a bit flips, its end is missing, or it holds what belongs to another. Says what; empty where there is none.
  std::string damage(Dice& dice);
  bool damaged() const { return damaged_; }

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;
  struct Content {
    std::array<Rows, 2> families;
    std::uint64_t landed = 0;   // batches
  };
  Rows& rows(Family family) { return content_.families[static_cast<std::size_t>(family)]; }
  const Rows& rows(Family family) const { return content_.families[static_cast<std::size_t>(family)]; }

  Content content_;
  std::optional<Content> older_;
  bool damaged_ = false, rolled_back_ = false;
};

}  // namespace tally::cluster_simulation
