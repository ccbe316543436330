#include "app/cluster/cluster_settings.hpp"

#include <boost/json.hpp>
#include <cstdio>

#include "app/exit_code.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace {

namespace json = boost::json;

consensus::Duty duty_of(const std::string& text) {
  if (text == "voter") return consensus::Duty::voter;
  if (text == "witness") return consensus::Duty::witness;
  if (text == "learner") return consensus::Duty::learner;
  throw CommandFailed(exit_failed, "'" + text + "' is no duty of a node");
}

std::string member_text(const json::object& row, const char* key) { return std::string(row.at(key).as_string()); }

json::array book_json(const std::vector<ClusterMember>& book) {
  json::array rows;
  for (const ClusterMember& member : book)
    rows.push_back(json::object{{"id", id_text(member.id)}, {"name", member.name}, {"address", member.address},
                                {"duty", text_of(member.duty)}, {"gone", member.gone}, {"version", member.version}});
  return rows;
}

std::vector<ClusterMember> book_from(const json::array& rows) {
  std::vector<ClusterMember> book;
  for (const json::value& value : rows) {
    const json::object& row = value.as_object();
    const auto id = id_of(member_text(row, "id"));
    if (!id) throw CommandFailed(exit_failed, "'" + member_text(row, "id") + "' is no node's id");
    book.push_back({*id, member_text(row, "name"), member_text(row, "address"), duty_of(member_text(row, "duty")),
                    row.at("gone").as_bool(), row.at("version").to_number<std::uint64_t>()});
  }
  return book;
}

}  // namespace

const ClusterMember* ClusterSettings::find(consensus::NodeId id) const {
  for (const ClusterMember& member : book)
    if (member.id == id) return &member;
  return nullptr;
}

const ClusterMember* ClusterSettings::find(const std::string& name_or_id) const {
  for (const ClusterMember& member : book)
    if (!member.gone && (member.name == name_or_id || id_text(member.id) == name_or_id)) return &member;
  return nullptr;
}

const std::string& ClusterSettings::reached_at(const ClusterMember& member) const {
  const auto found = reach.find(member.name);
  return found == reach.end() ? member.address : found->second;
}

bool ClusterSettings::merge(const std::vector<ClusterMember>& rows) {
  bool changed = false;
  for (const ClusterMember& row : rows) {
    auto* known = const_cast<ClusterMember*>(find(row.id));
    if (known && known->version >= row.version) continue;
    if (known) *known = row;
    else book.push_back(row);
    changed = true;
  }
  return changed;
}

std::string id_text(consensus::NodeId id) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(id));
  return text;
}

std::optional<consensus::NodeId> id_of(const std::string& text) {
  if (text.size() != 16 || text.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  return std::stoull(text, nullptr, 16);
}

const char* text_of(consensus::Duty duty) {
  switch (duty) {
    case consensus::Duty::voter: return "voter";
    case consensus::Duty::witness: return "witness";
    case consensus::Duty::learner: return "learner";
  }
  return "?";
}

std::filesystem::path cluster_file(const DataDirectory& data) { return data.path / "cluster.json"; }

std::optional<ClusterSettings> read_cluster_settings(const DataDirectory& data) {
  const auto file = cluster_file(data);
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const json::value parsed = json::parse(read_file(file));
    const json::object& row = parsed.as_object();
    ClusterSettings settings;
    settings.cluster = member_text(row, "cluster");
    settings.name = member_text(row, "name");
    settings.listen = member_text(row, "listen");
    settings.certificates = member_text(row, "certificates");
    settings.founder = row.at("founder").as_bool();
    for (const json::value& address : row.at("via").as_array()) settings.via.emplace_back(address.as_string());
    settings.book = book_from(row.at("book").as_array());
    if (const json::value* reach = row.if_contains("reach"))
      for (const auto& [name, address] : reach->as_object()) settings.reach[name] = std::string(address.as_string());
    return settings;
  } catch (const CommandFailed& failed) {
    throw CommandFailed(exit_failed, file.string() + ": " + failed.what());
  } catch (const std::exception& error) {
    throw CommandFailed(exit_failed, file.string() + " cannot be read: " + error.what());
  }
}

void write_cluster_settings(const DataDirectory& data, const ClusterSettings& settings) {
  json::array via;
  for (const std::string& address : settings.via) via.emplace_back(address);
  json::object row{{"cluster", settings.cluster}, {"name", settings.name},       {"listen", settings.listen},
                   {"certificates", settings.certificates}, {"founder", settings.founder}, {"via", std::move(via)},
                   {"book", book_json(settings.book)}};
  if (!settings.reach.empty()) {
    json::object reach;
    for (const auto& [name, address] : settings.reach) reach[name] = address;
    row["reach"] = std::move(reach);
  }
  write_file_atomically(cluster_file(data), json::serialize(row) + "\n");
}

std::string book_text(const std::vector<ClusterMember>& book) { return json::serialize(book_json(book)); }

std::vector<ClusterMember> book_of(const std::string& text) {
  try {
    return book_from(json::parse(text).as_array());
  } catch (const CommandFailed&) {
    throw;
  } catch (const std::exception& error) {
    throw CommandFailed(exit_usage, std::string("this is no address book: ") + error.what());
  }
}

}  // namespace tally
