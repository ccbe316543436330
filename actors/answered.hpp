// What an entity has answered lately, by idempotency key: the hot index of a dedupe window.
//
// Promises: a key is found again with what was said under it, until `window` of event time has passed or `Bound` newer
// keys came, whichever is first; memory stays within the bound. The log keeps every key for ever. Times never fall.
#pragma once

#include <boost/describe.hpp>
#include <map>

#include "messages/ids.hpp"

namespace tally {

// A sender's key. Senders that share an entity do not share keys; where there is one sender, its name is empty.
struct SenderKey {
  Symbol sender;
  IdempotencyKey key;
  auto operator<=>(const SenderKey&) const = default;
};
BOOST_DESCRIBE_STRUCT(SenderKey, (), (sender, key))

template <class Content, std::size_t Bound>
class Answered {
 public:
  static constexpr std::int64_t window_ns = 7 * ns_per_day;
  static constexpr std::size_t bound = Bound;

  // nullptr where the key is new or forgotten.
  const Content* find(const SenderKey& key) const {
    const auto it = answers_.find(key);
    return it == answers_.end() ? nullptr : &it->second.content;
  }
  Content* find(const SenderKey& key) { return const_cast<Content*>(std::as_const(*this).find(key)); }

  // A key that is known keeps its first content. Forgets what has left the window.
  void remember(const SenderKey& key, Time at, Content content) {
    if (!answers_.emplace(key, Answer{at, std::move(content)}).second) return;
    order_.emplace(next_++, key);
    while (order_.size() > Bound || at - answers_.at(order_.begin()->second).at > window_ns) {
      answers_.erase(order_.begin()->second);
      order_.erase(order_.begin());
    }
  }

  std::size_t size() const { return answers_.size(); }

 private:
  struct Answer {
    Time at;
    Content content;
    BOOST_DESCRIBE_CLASS(Answer, (), (at, content), (), ())
  };
  std::map<SenderKey, Answer> answers_;
  std::map<std::uint64_t, SenderKey> order_;  // by arrival
  std::uint64_t next_ = 0;

  BOOST_DESCRIBE_CLASS(Answered, (), (), (), (answers_, order_, next_))
};

}  // namespace tally
