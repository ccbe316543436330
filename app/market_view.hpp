// What the market looks like to one node: the latest mark and the top of the book of each product, set by a feed, and put
// beside the inputs that need them when these are sequenced.
//
// Promises: an older price never replaces a newer one. What is captured is what was seen, with its source and its own time:
// whether it is too old is for the entities to judge.
#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "messages/message.hpp"

namespace tally {

class MarketView {
 public:
  void set(const MarkCaptured& mark);
  void set(const MidPriceCaptured& top);

  // A bar as a feed of bars shows it: the close is the mark, and the book's top stands `half_spread` around it.
  void show(const BarObserved& bar, Price half_spread, const std::string& source);

  std::optional<MarkCaptured> mark(ProductId product) const;
  std::optional<MidPriceCaptured> top(ProductId product) const;

  // ShardOptions::capture: the prices that `input` needs beside it.
  //   SendSignal                     mark and top of its product
  //   DeadlineReached                of a netting book: of its product; of a subscription or the risk authority: of all
  //   WithdrawFunds                  one mark a product, asked by the investor
  //   RequestReconciliation, ConfirmRearm   all marks: what is judged next is judged on present prices
  void capture(const Message& input, std::vector<Message>& captured) const;

 private:
  struct Seen {
    std::optional<MarkCaptured> mark;
    std::optional<MidPriceCaptured> top;
  };

  void capture_one(ProductId product, std::vector<Message>& captured) const;
  void capture_marks(const std::optional<InvestorId>& asked_by, std::vector<Message>& captured) const;

  mutable std::mutex mutex_;
  std::map<ProductId, Seen> seen_;
};

}  // namespace tally
