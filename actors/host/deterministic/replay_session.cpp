#include "actors/host/deterministic/replay_session.hpp"

#include <boost/json.hpp>

#include "messages/json.hpp"
#include "messages/stored.hpp"

namespace tally {
namespace {

struct Differs {
  ReplayDifference difference;
};

std::string event_text(const Event& event) {
  return text_of(event.stream) + " " + std::to_string(event.stream_sequence) + " " + boost::json::serialize(to_json(event.body));
}

// What two hosts must agree on.
std::vector<std::byte> comparable(Entry entry) {
  entry.term = 0;
  entry.recorded_at = {};
  for (Event& event : entry.events)
    if (auto* stop = std::get_if<EntityStopped>(&event.body)) stop->attempt = 0;  // how often it was tried is the host's policy
  std::vector<std::byte> bytes;
  store_entry(entry, bytes);
  return bytes;
}

ReplayDifference difference_of(const Entry& recorded, const Entry& decided) {
  const std::size_t common = std::min(recorded.events.size(), decided.events.size());
  for (std::size_t i = 0; i <= common; ++i) {
    const std::string was = i < recorded.events.size() ? event_text(recorded.events[i]) : "";
    const std::string is = i < decided.events.size() ? event_text(decided.events[i]) : "";
    if (was != is) return {recorded.offset, "event " + std::to_string(i + 1) + " of the entry", was, is};
  }
  return {recorded.offset, "the envelope",
          "causation " + std::to_string(recorded.causation) + ", at " + std::to_string(recorded.at.ns),
          "causation " + std::to_string(decided.causation) + ", at " + std::to_string(decided.at.ns)};
}

}  // namespace

ReplaySession::ReplaySession(const Program& program, const Journal& journal, Symbol shard, Offset upto, Hear hear)
    : program_(program), journal_(journal), shard_(shard), upto_(upto), hear_(std::move(hear)) {
  begin();
}

void ReplaySession::begin() {
  host_ = std::make_unique<DeterministicHost>(program_, shard_, [this](const Entry& entry) { compare(entry); }, &journal_);
  host_->on_fault([this](const EntityRef& entity, Offset input, std::uint32_t) { return recorded_failure(entity, input); });
  next_ = 1;
  checked_ = 0;
  now_ = {};
  inputs_ = decisions_ = 0;
  difference_.reset();
}

EntryPtr ReplaySession::next_input() { return next_ > upto_ || difference_ ? nullptr : recorded(next_); }

bool ReplaySession::step() {
  const EntryPtr input = next_input();
  if (!input) return false;
  try {
    if (!input->is_input()) throw Differs{{next_, "decided then, not decided now", event_text(input->events.at(0)), ""}};
    std::vector<Message> messages;
    for (const Event& event : input->events) messages.push_back(event.body);
    ++inputs_;
    now_ = input->at;
    host_->submit(std::move(messages), input->at, input->producer);
  } catch (const Differs& differs) {
    difference_ = differs.difference;
    return false;
  }
  return true;
}

void ReplaySession::seek(Offset offset) {
  if (offset < next_) begin();
  heard_from_ = offset;
  // A cascade that begins before it and reaches it is taken, and heard from there on.
  while (next_ < offset && step()) {
  }
}

void ReplaySession::compare(const Entry& decided) {
  if (decided.offset > upto_) return;  // the process ended before it was recorded
  const EntryPtr was = recorded(decided.offset);
  if (was->is_input() && !decided.is_input())
    throw Differs{{decided.offset, "decided now, not decided then", "", event_text(decided.events.at(0))}};
  if (comparable(*was) != comparable(decided)) throw Differs{difference_of(*was, decided)};
  checked_ = decided.offset;
  if (!decided.is_input()) decisions_ += decided.events.size();
  next_ = decided.offset + 1;
  if (hear_ && decided.offset >= heard_from_) hear_(decided);
}

// The cause, where the record says that the entity stopped on this input in the step under way.
std::string ReplaySession::recorded_failure(const EntityRef& entity, Offset input) {
  const Offset following = host_->core().state().end + 1;
  if (following > upto_) return {};
  const EntryPtr next = recorded(following);
  if (next->causation != following - 1) return {};
  const EntityStopped* stop = stop_of(*next, entity);
  return stop && stop->input == input ? stop->cause : std::string();
}

EntryPtr ReplaySession::recorded(Offset offset) {
  if (piece_.empty() || offset < piece_.front()->offset || offset > piece_.back()->offset) {
    piece_ = journal_.read(shard_, offset, 256);
    if (piece_.empty()) throw JournalDamaged(shard_, offset, "the entry is missing");
  }
  return piece_[offset - piece_.front()->offset];
}

}  // namespace tally
