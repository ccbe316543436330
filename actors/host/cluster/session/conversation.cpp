#include "actors/host/cluster/session/conversation.hpp"

#include <algorithm>

namespace tally::cluster {

Hello Conversation::introduction() { return {self_, credentials_.nonce(), credentials_.certificate()}; }

void Conversation::call(Nanoseconds now) {
  if (up() || calling() || answering()) return;
  if (!calling_) {
    const Hello hello = introduction();
    calling_ = Calling{written_hello(hello), hello.nonce, 0};
  }
  calling_->until = now + patience_;
  said_.push_back(calling_->hello);
}

void Conversation::receive(Nanoseconds now, std::string_view packet) {
  const auto kind = kind_of(packet);
  if (!kind) return unreadable(0, "a packet");
  switch (*kind) {
    case PacketKind::hello: receive_hello(now, packet); break;
    case PacketKind::welcome: receive_welcome(now, packet); break;
    case PacketKind::confirm: receive_confirm(now, packet); break;
    case PacketKind::refusal: receive_refusal(packet); break;
    default: receive_of_session(now, packet);
  }
  notice_end();
}

void Conversation::receive_hello(Nanoseconds now, std::string_view packet) {
  std::uint16_t generation = 0;
  auto hello = read_hello(packet, generation);
  if (!hello) return unreadable(generation, "a hello");
  if (std::string why = objection(self_, hello->who); !why.empty()) return refuse(hello->who, std::move(why));
  if ((calling_ || awaiting_) && self_.id < hello->who.id) {   // it will answer ours
    if (!calling()) call(now);                                 // if it gets it: it does hear us again
    return;
  }
  calling_.reset();
  awaiting_.reset();
  if (answering_ && answering_->hello == packet) {   // said again, answered again
    answering_->until = now + patience_;
    return said_.push_back(answering_->welcome);
  }
  Welcome welcome{introduction(), {}};
  welcome.signature = credentials_.sign(welcome.signed_text(packet));
  Answering answering{Packet(packet), written_welcome(welcome), std::move(*hello), 0, now + patience_};
  answering.epoch = epoch_of_nonces(answering.caller.nonce, welcome.hello.nonce);
  said_.push_back(answering.welcome);
  answering_ = std::move(answering);
}

void Conversation::receive_welcome(Nanoseconds now, std::string_view packet) {
  if (!calling_) return;   // late: the call was given up
  std::uint16_t generation = 0;
  const auto welcome = read_welcome(packet, generation);
  if (!welcome) return unreadable(generation, "a welcome");
  const Hello& other = welcome->hello;
  const Calling call = std::move(*calling_);
  calling_.reset();
  std::string why = objection(self_, other.who);
  if (why.empty())
    why = credentials_.objection(other.who.id, self_.cluster, other.certificate, welcome->signed_text(call.hello), welcome->signature);
  if (why.empty()) why = admits_(other.who);
  if (!why.empty()) return refuse(other.who, std::move(why));
  said_.push_back(written_confirm(credentials_.sign(confirm_text(call.hello, packet))));
  awaiting_ = Awaiting{other.who, epoch_of_nonces(call.nonce, other.nonce), now + patience_};
}

void Conversation::receive_of_session(Nanoseconds now, std::string_view packet) {
  if (awaiting_ && epoch_of(packet) == awaiting_->epoch) {
    const Awaiting begun = std::move(*awaiting_);
    if (std::string why = admits_(begun.peer); !why.empty()) {   // somebody else proved that id meanwhile
      awaiting_.reset();
      return refuse(begun.peer, std::move(why));
    }
    begin(now, begun.peer, begun.epoch);
  }
  if (session_) session_->receive(now, packet);
}

void Conversation::receive_confirm(Nanoseconds now, std::string_view packet) {
  if (!answering_) return;
  const auto signature = read_confirm(packet);
  if (!signature) return unreadable(hello_generation, "a confirmation");
  const Answering answered = std::move(*answering_);
  answering_.reset();
  const Hello& other = answered.caller;
  std::string why = credentials_.objection(other.who.id, self_.cluster, other.certificate,
                                           confirm_text(answered.hello, answered.welcome), *signature);
  if (why.empty()) why = admits_(other.who);
  if (!why.empty()) return refuse(other.who, std::move(why));
  begin(now, other.who, answered.epoch);
}

void Conversation::receive_refusal(std::string_view packet) {
  auto why = read_refusal(packet);
  if (!why) return unreadable(hello_generation, "a refusal");
  if (!calling()) return;
  calling_.reset();
  awaiting_.reset();
  happenings_.push_back({Happening::Kind::rebuffed, peer_, std::move(*why), {}});
}

void Conversation::begin(Nanoseconds now, Party peer, std::uint64_t epoch) {
  if (up()) {
    session_->leave(now, EndReason::replaced);
    notice_end();
  }
  peer_ = std::move(peer);
  session_ = std::make_unique<Session>(settings_, epoch, now);
  end_told_ = false;
  calling_.reset();
  answering_.reset();
  awaiting_.reset();
  happenings_.push_back({Happening::Kind::proven, peer_, {}, {}});
}

void Conversation::refuse(Party peer, std::string why) {
  said_.push_back(written_refusal(why));
  happenings_.push_back({Happening::Kind::refused, std::move(peer), std::move(why), {}});
}

void Conversation::unreadable(std::uint16_t generation, const char* what) {
  std::string why = std::string(what) + " that cannot be read";
  if (generation != 0 && generation != hello_generation)
    why = std::string(what) + " of generation " + std::to_string(generation) + ", ours is " + std::to_string(hello_generation);
  refuse({}, std::move(why));
}

void Conversation::notice_end() {
  if (!session_ || end_told_ || session_->ended() == EndReason::none) return;
  for (Delivery& delivery : session_->take_deliveries()) delivered_.push_back(std::move(delivery));
  end_told_ = true;
  Happening end{Happening::Kind::ended, peer_, std::string(text_of(session_->ended())), {}};
  for (std::size_t i = 0; i < lanes; ++i) end.dropped[i] = session_->dropped(static_cast<Lane>(i));
  happenings_.push_back(std::move(end));
}

void Conversation::tick(Nanoseconds now) {
  if (session_) session_->tick(now);
  notice_end();
  if ((calling_ && now >= calling_->until) || (awaiting_ && now >= awaiting_->until)) {
    if (calling_) calling_->until = never;
    awaiting_.reset();
    happenings_.push_back({Happening::Kind::rebuffed, peer_, "no answer to our hello", {}});
  }
  if (answering_ && now >= answering_->until) answering_->until = never;
}

void Conversation::leave(Nanoseconds now) {
  if (session_) session_->leave(now, EndReason::left);
  notice_end();
}

void Conversation::closed(Nanoseconds now) {
  calling_.reset();
  answering_.reset();
  awaiting_.reset();
  if (session_) session_->leave(now, EndReason::closed);
  notice_end();
}

bool Conversation::offer(Lane lane, Frame frame) { return session_ && session_->offer(lane, std::move(frame)); }

std::vector<Packet> Conversation::take_packets(Nanoseconds now) {
  std::vector<Packet> packets = std::exchange(said_, {});
  if (session_)
    for (Packet& packet : session_->take_packets(now)) packets.push_back(std::move(packet));
  return packets;
}

std::deque<Delivery> Conversation::take_deliveries() {
  std::deque<Delivery> all = std::exchange(delivered_, {});
  if (session_)
    for (Delivery& delivery : session_->take_deliveries()) all.push_back(std::move(delivery));
  return all;
}

Nanoseconds Conversation::wake_at() const {
  Nanoseconds at = session_ ? session_->wake_at() : never;
  if (calling_) at = std::min(at, calling_->until);
  if (answering_) at = std::min(at, answering_->until);
  if (awaiting_) at = std::min(at, awaiting_->until);
  return at;
}

}  // namespace tally::cluster
