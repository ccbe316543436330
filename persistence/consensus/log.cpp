#include "persistence/consensus/log.hpp"

#include <algorithm>
#include <stdexcept>

#include "persistence/consensus/membership.hpp"

namespace tally::consensus {
namespace {

void put(std::byte*& at, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) *at++ = static_cast<std::byte>(value >> shift);
}

void must(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

Digest chain_after(Sha256& sum, const Digest& before, const LogEntry& entry) {
  std::array<std::byte, 32 + 17> head;
  std::byte* at = std::copy(before.begin(), before.end(), head.data());
  put(at, entry.index);
  put(at, entry.term);
  *at = static_cast<std::byte>(entry.kind);
  sum.update(head);
  sum.update(*entry.payload);
  return sum.finish();
}

Base founding(Generation generation, std::vector<Member> members) {
  Sha256 sum;
  LogEntry entry{1, 0, EntryKind::configuration, encode_members(members), {}};
  Digest before{};
  std::byte* at = before.data();
  put(at, generation);
  return {1, 0, chain_after(sum, before, entry), std::move(members)};
}

Stored recovered(Stored stored, std::vector<Member> members) {
  const Log log(stored.base, stored.entries);
  HardState hard;
  hard.generation = stored.hard_state.generation + 1;
  hard.term = stored.hard_state.term + 1;
  return {hard, {log.last(), log.last_term(), log.chain_at(log.last()), std::move(members)}, {}};
}

Log::Log(Base base, std::vector<LogEntry> entries) : base_(std::move(base)) {
  for (const LogEntry& entry : entries) {
    must(continues(entry), "consensus log: an entry does not continue the chain before it");
    take(entry);
  }
}

Term Log::term_at(Index index) const { return index == base_.index ? base_.term : at(index).term; }

const Digest& Log::chain_at(Index index) const { return index == base_.index ? base_.chain : at(index).chain; }

const LogEntry& Log::at(Index index) const {
  must(index > base_.index && index <= last(), "consensus log: no such entry in memory");
  return entries_[index - base_.index - 1];
}

Index Log::conflict_hint(Index index, Term term) const {
  index = std::min(index, last());
  while (index > base_.index && term_at(index) > term) --index;
  return index;
}

std::vector<LogEntry> Log::slice(Index from, std::size_t bytes) const {
  std::vector<LogEntry> some;
  for (Index index = from; index <= last(); ++index) {
    const LogEntry& entry = at(index);
    const std::size_t size = bytes_of(entry);
    if (!some.empty() && size > bytes) break;
    bytes -= std::min(bytes, size);
    some.push_back(entry);
  }
  return some;
}

const LogEntry& Log::append(Term term, EntryKind kind, Payload payload) {
  LogEntry entry{last() + 1, term, kind, std::move(payload), {}};
  entry.chain = chain_after(sum_, chain_at(last()), entry);
  take(entry);
  return entries_.back();
}

bool Log::continues(const LogEntry& entry) {
  return entry.index == last() + 1 && entry.term >= last_term() && chain_after(sum_, chain_at(last()), entry) == entry.chain;
}

void Log::take(const LogEntry& entry) {
  bytes_ += bytes_of(entry);
  entries_.push_back(entry);
}

void Log::truncate_from(Index index) {
  must(index > base_.index, "consensus log: what the base covers is committed");
  while (last() >= index) {
    bytes_ -= bytes_of(entries_.back());
    entries_.pop_back();
  }
}

void Log::trim(Index index, std::vector<Member> members) {
  must(holds(index), "consensus log: cannot trim beyond its end");
  const Term term = term_at(index);
  const Digest chain = chain_at(index);
  while (base_.index < index) {
    bytes_ -= bytes_of(entries_.front());
    entries_.pop_front();
    ++base_.index;
  }
  base_ = {index, term, chain, std::move(members)};
}

void Log::reset(Base base) {
  entries_.clear();
  bytes_ = 0;
  base_ = std::move(base);
}

}  // namespace tally::consensus
