#include "persistence/verify.hpp"

#include <algorithm>

#include "persistence/hash_chain.hpp"
#include "persistence/log_database.hpp"
#include "persistence/log_walk.hpp"
#include "persistence/replication/stored_group.hpp"
#include "persistence/watermark.hpp"
#include "persistence/wire.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using log_format::Link;
using log_format::ShardNumber;

constexpr std::size_t write_buffer_bytes = std::size_t{64} << 20;

// Follows the stored links while the entries go by.
class ChainCheck {
 public:
  ChainCheck(const LogRows& log, ShardNumber number, Symbol shard) : shard_(shard), builder_(Link{}) {
    const log_format::Key begin = log_format::chain_key(number, 0);
    const log_format::Key beyond = log_format::chain_key(number + 1, 0);
    try {
      log.scan(Family::side, log_format::view(begin), log_format::view(beyond), 0, [&](std::string_view key, std::string_view value) {
        take(key, value);
        return true;
      });
    } catch (const RowsUnreadable& unreadable) {
      damage(links_.empty() ? 1 : links_.back().last + 1, unreadable.what());
    }
  }

  void entry(Offset offset, std::string_view value) {
    if (next_ == links_.size()) return;
    builder_.add(wire::bytes_of(value), 1);
    const Link& stored = links_[next_];
    if (offset < stored.last) return;
    if (builder_.finish().digest != stored.digest) throw JournalDamaged(shard_, stored.first, "the hash chain breaks here");
    builder_ = LinkBuilder(stored);
    ++next_;
  }

  void finish(Offset end) {
    if (next_ < links_.size()) throw JournalDamaged(shard_, end + 1, "it is missing, and the hash chain reaches beyond it");
    if (damage_) throw *damage_;
  }

  std::size_t groups() const { return next_; }
  Link head() const { return next_ == 0 ? Link{} : links_[next_ - 1]; }

 private:
  void take(std::string_view key, std::string_view value) {
    if (damage_) return;
    const Offset from = links_.empty() ? 1 : links_.back().last + 1;
    const auto parsed = log_format::parse_key('c', key);
    const auto link = parsed ? log_format::parse_link(shard_, parsed->offset, value) : std::nullopt;
    if (!link) return damage(from, "its link of the hash chain is damaged");
    if (link->first != from || link->last < from) return damage(from, "a link of the hash chain is missing");
    links_.push_back(*link);
  }
  void damage(Offset offset, const std::string& why) {
    if (!damage_) damage_.emplace(shard_, offset, why);
  }

  Symbol shard_;
  std::vector<Link> links_;
  std::optional<JournalDamaged> damage_;
  std::size_t next_ = 0;
  LinkBuilder builder_;
};

ShardReport check_shard(const LogRows& log, ShardNumber number, Symbol name, Offset acknowledged) {
  ShardReport report;
  report.name = name;
  try {
    replication::read_group_rows(log, number, name);
    ChainCheck chain(log, number, name);
    const auto note_chain = [&] {
      report.groups = chain.groups();
      report.chained = chain.head().last;
      report.head = chain.head().digest;
    };
    walk_entries(log, number, name, 1, [&](Offset offset, std::string_view value, auto) {
      report.events += log_format::read_entry_value(name, offset, value)->events.size();
      report.bytes += value.size();
      chain.entry(offset, value);
      report.end = offset;
      note_chain();
    });
    chain.finish(report.end);
    if (report.end < acknowledged)
      throw JournalDamaged(name, report.end + 1, "the log ends before it, and entries up to " + std::to_string(acknowledged) + " were acknowledged");
  } catch (const JournalDamaged& damage) {
    report.first_bad = damage.offset;
    report.why = damage.cause;
    report.end = std::min(report.end, damage.offset - 1);
  }
  return report;
}

void check_all(const fs::path& directory, LogDatabase::Mode mode, VerifyReport& report) {
  const LogDatabase log(directory, mode, write_buffer_bytes);
  const auto names = read_directory(log);
  for (const auto& [number, name] : names)
    report.shards.push_back(check_shard(log, number, name, Watermark::peek(directory / "watermark", number)));
  std::sort(report.shards.begin(), report.shards.end(), [](const ShardReport& a, const ShardReport& b) { return a.name < b.name; });
  check_directory(log, names);
}

}  // namespace

bool VerifyReport::sound() const {
  return trouble.empty() && std::none_of(shards.begin(), shards.end(), [](const ShardReport& shard) { return shard.first_bad.has_value(); });
}

VerifyReport verify(const fs::path& directory) {
  VerifyReport report;
  if (!fs::exists(directory / "JOURNAL")) {
    report.trouble = directory.string() + " is not a journal: it has no file JOURNAL";
    return report;
  }
  try {
    check_all(directory, LogDatabase::Mode::read, report);
    return report;
  } catch (const JournalError& error) {
    report.trouble = error.what();
  }
  // It does not open as it must. What can be read past the damage says where it begins.
  try {
    report.shards.clear();
    check_all(directory, LogDatabase::Mode::salvage, report);
  } catch (const JournalError&) {
  }
  return report;
}

}  // namespace tally
