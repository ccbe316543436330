#include "app/job/scenarios/stage.hpp"

#include "actors/programs.hpp"

namespace tally::scenario {

Stage::Stage(std::string_view shard) : shard_(shard), host_(make_host()) {}

Stage::~Stage() = default;

Offset Stage::submit(Message message) {
  std::vector<Message> messages = captured_for(message);
  messages.push_back(std::move(message));
  const Offset offset = host_->submit(std::move(messages), now, "test");
  collect_effects();
  return offset;
}

void Stage::restart() {
  to_venue.clear();
  gate_ = EffectGate(0, journal_.end(shard_));
  host_ = make_host();
  host_->recover();
  submit(ShardStarted{"node", "test", now});
}

void Stage::advance(std::int64_t ns) {
  const Time until = now + ns;
  while (const auto deadline = host_->core().next_deadline()) {
    if (deadline->at > until) break;
    now = std::max(now, deadline->at);
    submit(Message(DeadlineReached{deadline->target, deadline->name, deadline->at}));
  }
  now = until;
}

std::unique_ptr<DeterministicHost> Stage::make_host() {
  const auto append = [this](const Entry& entry) { journal_.append(shard_, entry); };
  return std::make_unique<DeterministicHost>(account_program(), shard_, append, &journal_);
}

std::vector<Message> Stage::captured_for(const Message& message) const {
  std::vector<Message> captured;
  if (const auto* signal = std::get_if<SendSignal>(&message)) capture(signal->product, captured);
  if (const auto* deadline = std::get_if<DeadlineReached>(&message);
      deadline && deadline->target.kind == EntityKind::netting_book)
    capture(ProductId(deadline->target.key), captured);
  if (const auto* withdraw = std::get_if<WithdrawFunds>(&message))
    for (const auto& [product, at] : market)
      captured.push_back(MarkCaptured{product, at.mark, "test", now, withdraw->investor});
  return captured;
}

void Stage::capture(ProductId product, std::vector<Message>& captured) const {
  const auto it = market.find(product);
  if (it == market.end()) return;
  const Market& at = it->second;
  captured.push_back(MarkCaptured{product, at.mark, "test", now, {}});
  const bool two = at.book == BookState::two_sided;
  captured.push_back(MidPriceCaptured{product, at.book, at.mark - at.half_spread, at.mark + at.half_spread,
                                      two ? at.mark : Price{}, "test", 7, now + -at.age_ms * ns_per_ms});
}

void Stage::collect_effects() {
  for_each_entry(journal_, shard_, gate_.released() + 1, journal_.end(shard_), [&](const Entry& entry) {
    gate_.release(entry, [&](const Entry&, const Event& event, Port port) {
      if (port == Port::venue) to_venue.push_back(event.body);
    });
  });
}

}  // namespace tally::scenario
