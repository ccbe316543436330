// The child's part: one node that lives through the bars.
//
// Law: after each bar everything it led to is durable before the next begins. So what a killed job left behind is whole up
// to a bar; a job that starts again passes over the bars before the journal's end without showing them, and shows the
// last one anew, which changes nothing: the venue counts a bar once and every message comes under its old key.
#pragma once

#include <functional>

#include "app/account_node.hpp"
#include "app/job/bars.hpp"
#include "app/job/script.hpp"
#include "app/job/sources.hpp"

namespace tally::job {

class Performance {
 public:
  using Note = std::function<void(const std::string&)>;

  // `series` lie on one grid. `note` hears what a person should see.
  Performance(AccountNode& node, const std::vector<Series>& series, Script script, Note note);

  // One bar of every product: the venue, the sources, the cues. False after the last.
  bool step();

  std::size_t bar() const { return bar_; }          // done so far
  std::size_t bars() const { return bars_; }

 private:
  struct Watch {
    std::unique_ptr<Source> source;
    SignalSourceId name;
    const Series* series;
  };

  std::vector<Message> listen();
  void act(const Cue& cue);
  void trade_by_telephone();
  void resolve_drifts();
  void rearm();
  void send(Message message);

  AccountNode& node_;
  const std::vector<Series>& series_;
  Script script_;
  Note note_;
  std::vector<Watch> watches_;
  Time resumed_at_;
  std::size_t bar_ = 0;
  std::size_t bars_;
};

}  // namespace tally::job
