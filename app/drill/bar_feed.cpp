#include "app/drill/bar_feed.hpp"

#include <memory>

#include "app/exit_code.hpp"
#include "app/venue/bar_shower.hpp"

namespace tally::drill {

BarFeed::BarFeed(std::string address, std::vector<job::Moment> moments, int pace_ms)
    : address_(std::move(address)), moments_(std::move(moments)), pace_ms_(pace_ms), thread_([this] { show_until_stopped(); }) {}

BarFeed::~BarFeed() {
  stopping_ = true;
  thread_.join();
}

// What nobody answered is shown again: a venue ignores bars that it has.
void BarFeed::show_until_stopped() {
  std::unique_ptr<BarShower> venue;
  while (!stopping_ && shown_ < moments_.size()) {
    try {
      if (!venue) venue = std::make_unique<BarShower>(address_);
      venue->show(moments_[shown_], "drill:bar-close");
      ++shown_;
    } catch (const CommandFailed&) {
      venue.reset();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(pace_ms_));
  }
}

}  // namespace tally::drill
