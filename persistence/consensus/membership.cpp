#include "persistence/consensus/membership.hpp"

#include <array>

namespace tally::consensus {
namespace {

constexpr std::byte members_format{1};

}  // namespace

// Format, count, then id (8, big-endian) and duty of each.
Payload encode_members(const std::vector<Member>& members) {
  auto bytes = std::make_shared<std::vector<std::byte>>();
  bytes->push_back(members_format);
  bytes->push_back(static_cast<std::byte>(members.size()));
  for (const Member& member : members) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes->push_back(static_cast<std::byte>(member.id >> shift));
    bytes->push_back(static_cast<std::byte>(member.duty));
  }
  return bytes;
}

std::optional<std::vector<Member>> decode_members(const Payload& payload) {
  const std::vector<std::byte>& bytes = *payload;
  if (bytes.size() < 2 || bytes[0] != members_format) return std::nullopt;
  const std::size_t count = std::to_integer<std::size_t>(bytes[1]);
  if (count > members_max || bytes.size() != 2 + 9 * count) return std::nullopt;
  std::vector<Member> members(count);
  const std::byte* at = bytes.data() + 2;
  for (Member& member : members) {
    for (int i = 0; i < 8; ++i) member.id = member.id << 8 | std::to_integer<NodeId>(*at++);
    const auto duty = std::to_integer<std::uint8_t>(*at++);
    if (member.id == nobody || duty > static_cast<std::uint8_t>(Duty::witness)) return std::nullopt;
    member.duty = static_cast<Duty>(duty);
  }
  return members;
}

const Member* find(const std::vector<Member>& members, NodeId id) {
  for (const Member& member : members)
    if (member.id == id) return &member;
  return nullptr;
}

std::size_t voters_in(const std::vector<Member>& members) {
  return static_cast<std::size_t>(std::count_if(members.begin(), members.end(), votes));
}

std::uint64_t quorum_value(const std::vector<Member>& members, const std::function<std::uint64_t(NodeId)>& value_of) {
  std::array<std::uint64_t, members_max> values;
  std::size_t count = 0;
  for (const Member& member : members)
    if (votes(member)) values[count++] = value_of(member.id);
  if (count == 0) return 0;
  std::sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), std::greater<>());
  return values[count / 2];
}

Refusal refusal_of(const std::vector<Member>& members, const Change& change) {
  const Member* member = find(members, change.id);
  switch (change.kind) {
    case Change::Kind::add_learner:
      if (change.id == nobody) return Refusal::no_member;
      if (member) return Refusal::already_member;
      if (members.size() == members_max) return Refusal::full;
      return Refusal::none;
    case Change::Kind::promote:
      if (!member) return Refusal::no_member;
      if (votes(*member)) return Refusal::already_voter;
      return Refusal::none;
    case Change::Kind::remove:
      if (!member) return Refusal::no_member;
      if (!votes(*member)) return Refusal::none;
      break;
  }
  const std::vector<Member> left = changed(members, change);
  const bool electable = std::any_of(left.begin(), left.end(), [](const Member& m) { return m.duty == Duty::voter; });
  if (!electable) return Refusal::last_voters;
  if (voters_in(left) < 2 && !change.forced) return Refusal::last_voters;
  return Refusal::none;
}

std::vector<Member> changed(std::vector<Member> members, const Change& change) {
  switch (change.kind) {
    case Change::Kind::add_learner:
      members.push_back({change.id, Duty::learner});
      break;
    case Change::Kind::promote:
      for (Member& member : members)
        if (member.id == change.id) member.duty = change.as_witness ? Duty::witness : Duty::voter;
      break;
    case Change::Kind::remove:
      std::erase_if(members, [&](const Member& member) { return member.id == change.id; });
      break;
  }
  return members;
}

const std::vector<Member>& Membership::at(Index index) const {
  std::size_t found = 0;
  for (std::size_t i = 1; i < known_.size() && known_[i].index <= index; ++i) found = i;
  return known_[found].members;
}

void Membership::truncate_from(Index index) {
  while (known_.size() > 1 && known_.back().index >= index) known_.pop_back();
}

void Membership::trim(Index index) {
  while (known_.size() > 1 && known_[1].index <= index) known_.erase(known_.begin());
}

}  // namespace tally::consensus
