// The account's entities on the node that leads: what a live shard actor does around them, in the same order, without actors. The
// real entities, shard core, inlet and effect gate; commits release effects and answers.
//
// It lasts as long as one leadership. Where the journal says that it is over, it is over(): nothing is answered any more.
#pragma once

#include <deque>

#include "actors/host/deterministic/deterministic_host.hpp"
#include "actors/host/shard/effect_gate.hpp"
#include "actors/host/shard/inlet.hpp"
#include "persistence/journal.hpp"

namespace tally::cluster_simulation {

using CommandNumber = std::uint64_t;

// What the account is, and what happens in it.
namespace the_account {
inline const Symbol shard("acct-1");
inline const ProductId product("BTC-USD");
ProductDefined product_defined();
Quantity position_max();
std::vector<Message> configuration();   // each may come again
}  // namespace the_account

class HostedAccount {
 public:
  static constexpr std::size_t inlet_max = 32;       // small, so that it is reached
  static constexpr Offset uncommitted_max = 256;

  struct Hands {
    std::function<Time()> now;
    std::function<std::optional<BarObserved>()> bar;             // the newest that was seen
    std::function<void(const Entry&, const Event&)> effect;      // towards the venue
    std::function<void(CommandNumber, Offset last)> answer;      // it is committed
  };

  // Takes over in the term that the journal answers, replays, and goes on. Throws LeadershipLost.
  HostedAccount(Journal& journal, Hands hands, const std::string& node);

  // False: refused, and not done. Number 0: nobody waits for an answer.
  bool offer(Message message, CommandNumber number = 0);
  void committed(Offset offset);
  void look_at_clock();

  std::uint64_t term() const { return term_; }
  bool over() const { return over_; }
  std::size_t inlet_size() const { return inlet_.size(); }
  std::size_t unanswered() const { return answers_.size(); }
  DeterministicHost& host() { return host_; }

 private:
  struct Input {
    Message message;
    CommandNumber number = 0;
  };
  struct Answer {
    Offset last = 0;
    CommandNumber number = 0;
  };

  void pump();
  void sequence(Input input);
  void append(const Entry& entry);
  void release(const Entry& entry);
  std::vector<Message> captured_for(const Message& message) const;

  Journal& journal_;
  const Hands hands_;
  std::uint64_t term_ = 0;
  DeterministicHost host_;
  EffectGate gate_;
  Inlet<Input> inlet_{inlet_max};
  std::deque<EntryPtr> tail_;
  std::deque<Answer> answers_;
  Time last_recorded_;
  bool over_ = false;
};

}  // namespace tally::cluster_simulation
