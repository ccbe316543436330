#include "app/cluster/account_directory.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "actors/host/live/time_authority.hpp"
#include "app/cluster/cluster_settings.hpp"
#include "app/exit_code.hpp"
#include "app/shard_names.hpp"
#include "messages/json_text.hpp"
#include "persistence/leadership_lost.hpp"
#include "persistence/replication/identity.hpp"

namespace tally {
namespace {

namespace json = boost::json;

// Rows are no messages of an account: no entity hears them. A number that no message has keeps them apart, byte for byte.
constexpr std::uint16_t row_number = 60'001;
constexpr std::uint16_t row_version = 1;

consensus::Duty duty_of(std::string_view text) {
  if (text == "voter") return consensus::Duty::voter;
  if (text == "witness") return consensus::Duty::witness;
  if (text == "learner") return consensus::Duty::learner;
  throw JournalError("the directory of accounts names a duty that is unknown here: '" + std::string(text) + "'");
}

Message message_of(const DirectoryRow& row) {
  const std::string text = row_text(row);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return Opaque{row_number, row_version, {bytes, bytes + text.size()}};
}

DirectoryRow row_in(const Entry& entry) {
  const auto* body = entry.events.size() == 1 ? std::get_if<Opaque>(&entry.events.front().body) : nullptr;
  if (!body || body->number != row_number || body->version != row_version)
    throw JournalError("entry " + std::to_string(entry.offset) + " of the directory of accounts is of another version: install this one's");
  return row_of({reinterpret_cast<const char*>(body->bytes.data()), body->bytes.size()});
}

}  // namespace

std::string row_text(const DirectoryRow& row) {
  json::array members;
  for (const consensus::Member& member : row.members) members.push_back(json::object{{"id", id_text(member.id)}, {"duty", text_of(member.duty)}});
  return json::serialize(json::object{{"account", row.account.text()}, {"generation", id_text(row.generation)}, {"members", std::move(members)},
                                      {"profile", row.profile}});
}

DirectoryRow row_of(const std::string& text) {
  try {
    const json::value parsed = parse_json_text(text);
    const json::object& object = parsed.as_object();
    DirectoryRow row;
    row.account = Symbol(std::string_view(object.at("account").as_string()));
    row.profile = std::string(object.at("profile").as_string());
    const auto number = [](const json::value& value) {
      const auto id = id_of(std::string(value.as_string()));
      if (!id) throw JournalError("no number of 16 hexadecimal digits");
      return *id;
    };
    row.generation = number(object.at("generation"));
    for (const json::value& value : object.at("members").as_array())
      row.members.push_back({number(value.as_object().at("id")), duty_of(std::string_view(value.as_object().at("duty").as_string()))});
    return row;
  } catch (const JournalError&) {
    throw;
  } catch (const std::exception& error) {
    throw JournalError(std::string("an entry of the directory of accounts cannot be read: ") + error.what());
  }
}

Symbol AccountDirectory::shard() { return Symbol(accounts_name); }

void AccountDirectory::follow(const std::function<void(const DirectoryRow&)>& visit) {
  for_each_entry(journal_, shard(), followed_ + 1, journal_.committed(shard()), [&](const Entry& entry) {
    visit(row_in(entry));
    followed_ = entry.offset;
  });
}

bool AccountDirectory::add(Symbol account, const std::string& profile) {
  const std::string name(account.text());
  if (profile.size() > profile_bytes_max)
    throw CommandFailed(exit_refused, "the profile of '" + name + "' is larger than " + std::to_string(profile_bytes_max >> 10) + " KiB");
  std::lock_guard lock(adding_);
  try {
    const std::uint64_t term = journal_.take_over(shard());   // from here on all that is sequenced is committed, and ours to continue
    const Offset end = journal_.end(shard());                 // of as many accounts
    std::optional<bool> same;
    for_each_entry(journal_, shard(), 1, end, [&](const Entry& entry) {
      if (const DirectoryRow row = row_in(entry); row.account == account) same = row.profile == profile;
    });
    if (same && !*same) throw CommandFailed(exit_refused, "the account '" + name + "' is in this cluster already, with another profile");
    if (same) return false;
    if (end >= accounts_max)
      throw CommandFailed(exit_refused, "a cluster has " + std::to_string(accounts_max) + " accounts at most");
    DirectoryRow row{account, replication::fresh_generation(), {}, profile};
    // A log that is here was founded before there was a directory; nobody founds it again.
    const auto own = journal_.replica(shard());
    if (!journal_.replica(account))
      for (const replication::MemberStatus& member : own->members) row.members.push_back({member.id, member.duty});
    Entry entry;
    entry.offset = entry.correlation = end + 1;
    entry.term = term;
    entry.at = entry.recorded_at = wall_clock();
    entry.producer = "node:" + id_text(journal_.self());
    entry.events.push_back({{}, 0, message_of(row)});
    journal_.append(shard(), entry);
    journal_.wait_committed(shard(), entry.offset);
    return true;
  } catch (const LeadershipLost& lost) {
    throw CommandFailed(exit_failed, std::string("UNKNOWN: ") + lost.what());
  } catch (const DiskReserveReached& full) {
    throw CommandFailed(exit_refused, full.what());
  }
}

}  // namespace tally
