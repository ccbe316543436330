// All that goes on over one way between two nodes (a channel): hellos until both are proven, then a session, and after its
// end hellos again. Either side may call; when both do at once, the call of the lower id counts.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "actors/host/cluster/session/hello.hpp"
#include "actors/host/cluster/session/session.hpp"

namespace tally::cluster {

// What happened, in order, since it was asked last.
struct Happening {
  enum class Kind : std::uint8_t {
    proven,    // `peer` is proven, and its session began
    ended,     // that session is over: `why`
    refused,   // we refused it: `why`
    rebuffed,  // it refused us: `why`
  };
  Kind kind{};
  Party peer;
  std::string why;
  std::array<std::uint64_t, lanes> dropped{};   // of the session that ended
};

class Conversation {
 public:
  // Asked before a proven peer is accepted: why not, or empty. (A second claim to an id.)
  using Admits = std::function<std::string(const Party& peer)>;

  Conversation(const Party& self, const SessionSettings& settings, Nanoseconds patience, Credentials& credentials, Admits admits)
      : self_(self), settings_(settings), patience_(patience), credentials_(credentials), admits_(std::move(admits)) {}

  // Says hello, unless a session is up or a hello is under way. One that was not answered in time is said again as it was: it
  // may still be on its way, and the answer to either will do.
  void call(Nanoseconds now);
  void receive(Nanoseconds now, std::string_view packet);
  void tick(Nanoseconds now);
  void leave(Nanoseconds now);           // the peer is told
  void closed(Nanoseconds now);          // the channel is gone

  bool offer(Lane lane, Frame frame);
  std::vector<Packet> take_packets(Nanoseconds now);
  std::deque<Delivery> take_deliveries();
  std::vector<Happening> take_happenings() { return std::exchange(happenings_, {}); }

  bool up() const { return session_ && session_->ended() == EndReason::none; }
  bool calling() const { return (calling_ && calling_->until != never) || awaiting_; }
  const Party& peer() const { return peer_; }                      // of the session; of the last one where none is up
  const Session* session() const { return session_.get(); }        // the last one, perhaps ended
  Nanoseconds wake_at() const;

 private:
  struct Calling {
    Packet hello;
    std::string nonce;
    Nanoseconds until = 0;   // never: given up, for whoever waits; its answer is welcome still
  };
  struct Answering {
    Packet hello, welcome;
    Hello caller;
    std::uint64_t epoch = 0;
    Nanoseconds until = 0;   // never: we may call meanwhile; the confirmation is welcome still
  };

  // The caller has proven itself, and waits to hear that it was believed: the session's first packet.
  struct Awaiting {
    Party peer;
    std::uint64_t epoch = 0;
    Nanoseconds until = 0;
  };

  bool answering() const { return answering_ && answering_->until != never; }
  Hello introduction();
  void receive_hello(Nanoseconds now, std::string_view packet);
  void receive_welcome(Nanoseconds now, std::string_view packet);
  void receive_confirm(Nanoseconds now, std::string_view packet);
  void receive_refusal(std::string_view packet);
  void receive_of_session(Nanoseconds now, std::string_view packet);
  void begin(Nanoseconds now, Party peer, std::uint64_t epoch);
  void refuse(Party peer, std::string why);
  void unreadable(std::uint16_t generation, const char* what);
  void notice_end();

  Party self_;
  SessionSettings settings_;
  Nanoseconds patience_;
  Credentials& credentials_;
  Admits admits_;

  Party peer_;
  std::optional<Calling> calling_;
  std::optional<Answering> answering_;
  std::optional<Awaiting> awaiting_;
  std::unique_ptr<Session> session_;
  bool end_told_ = true;
  std::vector<Packet> said_;
  std::deque<Delivery> delivered_;
  std::vector<Happening> happenings_;
};

}  // namespace tally::cluster
