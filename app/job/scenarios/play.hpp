// A scenario as it is told: given, when, then. Each `then` is an expectation that holds or does not.
#pragma once

#include "actors/netting_book/netting_book.hpp"
#include "actors/subscription/subscription.hpp"
#include "app/job/scenarios/stage.hpp"

namespace tally::scenario {

struct Line {
  std::string kind;    // given, when, then
  std::string text;
  bool holds = true;
};
BOOST_DESCRIBE_STRUCT(Line, (), (kind, text, holds))

class Play {
 public:
  Stage stage{"fixture"};

  void given(std::string text) { lines_.push_back({"given", std::move(text)}); }
  void when(std::string text) { lines_.push_back({"when", std::move(text)}); }
  void then(std::string text, bool holds) { lines_.push_back({"then", std::move(text), holds}); }

  const std::vector<Line>& lines() const { return lines_; }
  bool holds() const {
    for (const Line& line : lines_)
      if (!line.holds) return false;
    return true;
  }

  // ---- what every scenario begins with ----
  // One account, one product of whole lots at 100, one investor with 1000 in one subscription that opens two lots.
  void open_account();
  // The venue answers whatever was asked of its records.
  void answer_state_requests();

  // ---- steps that several scenarios take ----
  void signal(int direction);
  // Takes the order that waits for the venue and reports it as sent.
  ClientOrderId send_order();
  const Subscription::State& subscription() { return stage.state<Subscription>("sub"); }
  Quantity booked() { return stage.state<NettingBook>(product().text()).position; }

  static ProductId product() { return ProductId("FIXTURE"); }

 private:
  IdempotencyKey fresh_key() { return IdempotencyKey("k" + std::to_string(++keys_)); }

  std::vector<Line> lines_;
  std::uint64_t keys_ = 0;
};

// DO5's five.
void risk_rejection(Play&);
void provider_rejection(Play&);
void partial_fill(Play&);
void reconciliation_mismatch(Play&);
void trace_replay(Play&);

}  // namespace tally::scenario
