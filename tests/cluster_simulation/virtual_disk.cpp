#include "tests/cluster_simulation/virtual_disk.hpp"

namespace tally::cluster_simulation {

void VirtualMarks::raise(std::uint32_t shard, std::uint64_t mark) {
  Slot& slot = slots_[shard];
  slot.since.push_back(slot.now);
  slot.now = watermark_slot(mark);
}

void VirtualMarks::lower(std::uint32_t shard, std::uint64_t mark) {
  raise(shard, mark);
  slots_[shard].since.clear();
}

std::uint64_t VirtualMarks::read(std::uint32_t shard) const {
  const auto found = slots_.find(shard);
  return found == slots_.end() ? 0 : mark_of(found->second.now);
}

void VirtualMarks::flush() {
  for (auto& [shard, slot] : slots_) slot.since.clear();
}

void VirtualMarks::power_cut(Dice& dice) {
  for (auto& [shard, slot] : slots_) {
    if (slot.since.empty()) continue;
    slot.since.push_back(slot.now);
    const WatermarkSlot first = slot.since[dice.below(slot.since.size())];
    const WatermarkSlot second = dice.chance(200) ? slot.since[dice.below(slot.since.size())] : first;
    slot.now = first;
    std::copy(second.begin() + watermark_slot_bytes / 2, second.end(), slot.now.begin() + watermark_slot_bytes / 2);
    slot.since.clear();
  }
}

std::optional<std::string> VirtualDisk::get(Family family, std::string_view key) const {
  const auto found = rows(family).find(key);
  return found == rows(family).end() ? std::nullopt : std::optional(found->second);
}

void VirtualDisk::scan(Family family, std::string_view begin, std::string_view end, std::size_t, const Visit& visit) const {
  for (auto row = rows(family).lower_bound(begin); row != rows(family).end() && row->first < end; ++row)
    if (!visit(row->first, row->second)) return;
}

std::optional<LogRows::Row> VirtualDisk::last(Family family, std::string_view begin, std::string_view end) const {
  auto row = rows(family).lower_bound(end);
  if (row == rows(family).begin() || (--row)->first < begin) return std::nullopt;
  return Row{row->first, row->second};
}

void VirtualDisk::land(const Batch& batch) {
  ++content_.landed;
  for (const Batch::Op& op : batch.ops) {
    if (op.value) rows(op.family)[op.key] = *op.value;
    else rows(op.family).erase(op.key);
  }
}

bool VirtualDisk::roll_back() {
  if (!older_ || older_->landed == content_.landed) return false;
  content_ = *older_;
  return rolled_back_ = true;
}

std::string VirtualDisk::damage(Dice& dice) {
  Rows& from = rows(dice.chance(700) ? Family::entries : Family::side);
  if (from.empty()) return {};
  const auto any = [&] { return std::next(from.begin(), static_cast<std::ptrdiff_t>(dice.below(from.size()))); };
  const auto row = any();
  std::string& value = row->second;
  damaged_ = true;
  switch (dice.below(3)) {
    case 0:
      value[dice.below(value.size())] ^= static_cast<char>(1u << dice.below(8));
      return "a bit flips";
    case 1:
      value.resize(dice.below(value.size()));
      return "a row is cut short";
    default:
      const auto other = any();
      if (other->first == row->first || other->second == value) return {};
      value = other->second;
      return "a row holds what belongs to another";
  }
}

}  // namespace tally::cluster_simulation
