// The bars of a universe in order of time, from one source a role: a file of recorded bars, or generated ones.
#pragma once

#include <functional>
#include <memory>

#include "actors/strategy/strategy.hpp"
#include "app/bar_rows.hpp"

namespace tally {

// How a recorded file says when a bar closed.
struct BarStamp {
  bool at_end = false;              // stamped with its end; else with its opening, and it lasts as long as the anchor
  std::optional<QuoteSide> side;    // of quotes
};

class AnchorFeed {
 public:
  explicit AnchorFeed(std::int64_t anchor_ns) : anchor_ns_(anchor_ns) {}

  // Throws TextFileError where the file cannot be read, and next() does where a row cannot, is of another contract, or
  // is finer than the anchor.
  void add_file(std::uint32_t role, const std::string& file, BarStamp stamp);
  // `count` generated minute bars of one of the job's products. Throws std::invalid_argument on another.
  void add_generated(std::uint32_t role, const std::string& product, std::size_t count, std::uint64_t seed);

  // Replaces `bars` by the next ones, at most `most`; empty after the last. Bars of one time stand in the order of roles.
  void next(std::vector<AnchorBar>& bars, std::size_t most);
  std::size_t left_out() const { return *left_out_; }  // rows without a price

 private:
  struct Source {
    std::function<bool(AnchorBar&)> read;
    AnchorBar bar;
    bool open = false;
  };
  void add(std::uint32_t role, std::function<bool(AnchorBar&)> read);

  std::int64_t anchor_ns_;
  std::vector<Source> sources_;
  std::shared_ptr<std::size_t> left_out_ = std::make_shared<std::size_t>(0);  // counted by the sources, wherever this is moved to
};

}  // namespace tally
