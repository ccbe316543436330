#include "app/commands/cluster_commands.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <set>

#include "app/cluster/account_directory.hpp"
#include "app/cluster/cluster_settings.hpp"
#include "app/control_client.hpp"
#include "app/data_directory.hpp"
#include "app/node_access.hpp"
#include "app/profile.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/replication/identity.hpp"
#include "persistence/replication/recovery.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct ClusterArguments {
  std::string cluster = "tallystick";
  std::string name;
  std::string listen;
  std::string via;
  std::string certificates;
  std::string node;
  std::string duty = "voter";
  std::vector<std::string> profiles;
  bool all = false;
  bool witness = false;
};

DataDirectory named_directory(const CommandLine& line) {
  if (!line.where.data) throw CommandFailed(exit_usage, "name the node's --data directory");
  return {*line.where.data};
}

ControlClient running_node(const CommandLine& line) {
  const DataDirectory data = named_directory(line);
  auto client = ControlClient::connect(data.socket());
  if (!client) throw CommandFailed(exit_not_found, "no node runs on " + data.path.string() + ": start one with tallyd --data " + data.path.string());
  return std::move(*client);
}

ClusterSettings first_settings(const DataDirectory& data, const ClusterArguments& arguments) {
  if (read_cluster_settings(data))
    throw CommandFailed(exit_refused, data.path.string() + " belongs to a cluster already: see tally cluster status");
  if (ControlClient::connect(data.socket())) throw CommandFailed(exit_busy, "a node runs on " + data.path.string() + ": stop it first");
  make_directory(data);
  ClusterSettings settings;
  settings.cluster = arguments.cluster;
  settings.name = arguments.name;
  settings.listen = arguments.listen;
  if (!arguments.certificates.empty()) settings.certificates = std::filesystem::absolute(arguments.certificates);
  return settings;
}

void say_what_is_next(const CommandLine& line, const ClusterSettings& settings, const DataDirectory& data) {
  const std::string id = id_text(replication::node_identity(data.journal()));
  if (line.json) return print_json(json::object{{"cluster", settings.cluster}, {"name", settings.name}, {"id", id}, {"listen", settings.listen}});
  std::cout << "node " << settings.name << " of cluster " << settings.cluster << ", id " << id << ", listens on " << settings.listen << '\n'
            << "next: tallyd --data " << data.path.string() << '\n';
}

// Throws CommandFailed where one of them cannot be an account of a cluster.
std::string profile_for_cluster(const std::filesystem::path& file) {
  try {
    const Profile profile = read_profile(file);
    if (profile.venue_reach.address.empty())
      throw CommandFailed(exit_usage, file.string() + ": the venue of a cluster's account is outside of it: name venue.address");
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
  std::string text = read_file(file);
  if (text.size() > AccountDirectory::profile_bytes_max)
    throw CommandFailed(exit_refused, file.string() + " is larger than " + std::to_string(AccountDirectory::profile_bytes_max >> 10) + " KiB");
  return text;
}

Symbol account_of(const std::string& profile) { return read_profile_text(profile, "the profile").account.account.symbol(); }

// Those that are named, else the one that the directory or the surroundings keep. All are read before one is written.
std::vector<std::string> first_profiles(const DataDirectory& data, const std::vector<std::string>& named) {
  std::vector<std::string> texts;
  std::set<Symbol> accounts;
  const std::vector<std::string> files = named.empty() ? std::vector{profile_file(std::nullopt, data.path).string()} : named;
  if (files.size() > AccountDirectory::accounts_max)
    throw CommandFailed(exit_refused, "a cluster has " + std::to_string(AccountDirectory::accounts_max) + " accounts at most");
  for (const std::string& file : files) {
    texts.push_back(profile_for_cluster(file));
    const Symbol account = account_of(texts.back());
    if (!accounts.insert(account).second)
      throw CommandFailed(exit_usage, "two profiles are of the account '" + std::string(account.text()) + "'");
  }
  return texts;
}

// A directory that was a node alone may become a cluster's first, with all that it has.
void refuse_accounts_left_out(const DataDirectory& data, const std::vector<std::string>& profiles) {
  if (!data.has_journal()) return;
  const OpenedJournal opened = open_whole_journal({data.path, {}});
  for (const Symbol account : accounts_in(*opened.journal))
    if (std::none_of(profiles.begin(), profiles.end(), [&](const std::string& text) { return account_of(text) == account; }))
      throw CommandFailed(exit_refused, "the journal in " + data.path.string() + " is of the account '" + std::string(account.text()) +
                                            "': name its --profile, too");
}

void init(const CommandLine& line, const ClusterArguments& arguments) {
  const DataDirectory data = named_directory(line);
  ClusterSettings settings = first_settings(data, arguments);
  settings.founder = true;
  const std::vector<std::string> profiles = first_profiles(data, arguments.profiles);
  refuse_accounts_left_out(data, profiles);
  for (const std::string& text : profiles) keep_account_profile(data, text);
  write_cluster_settings(data, settings);
  say_what_is_next(line, settings, data);
}

void join(const CommandLine& line, const ClusterArguments& arguments) {
  const DataDirectory data = named_directory(line);
  ClusterSettings settings = first_settings(data, arguments);
  if (data.has_journal())
    throw CommandFailed(exit_refused, data.path.string() + " holds a journal of its own: a node joins with an empty directory");
  settings.via = {arguments.via};
  const consensus::Duty duty = arguments.witness ? consensus::Duty::witness : consensus::Duty::voter;
  settings.book = {{replication::node_identity(data.journal()), settings.name, settings.listen, duty, false, 0}};
  write_cluster_settings(data, settings);
  say_what_is_next(line, settings, data);
}

std::string text_at(const json::object& row, const char* key) { return std::string(row.at(key).as_string()); }

// Each with what is not as it is with everybody: "a, b (learner), c (3 behind, in doubt)". How far others are the leader alone knows.
std::string members_text(const json::object& group) {
  const auto committed = group.at("commit").to_number<std::uint64_t>();
  const bool known = text_at(group, "role") == "leader";
  std::string text;
  for (const json::value& value : group.at("members").as_array()) {
    const json::object& member = value.as_object();
    const auto has = member.at("match").to_number<std::uint64_t>();
    std::string notes = text_at(member, "duty") == "voter" ? "" : text_at(member, "duty");
    const auto note = [&](const std::string& what) { notes += (notes.empty() ? "" : ", ") + what; };
    if (known && has < committed) note(std::to_string(committed - has) + " behind");
    if (member.at("suspect").as_bool()) note("in doubt");
    text += (text.empty() ? "" : ", ") + text_at(member, "name") + (notes.empty() ? "" : " (" + notes + ")");
  }
  return text;
}

void status(const CommandLine& line) {
  json::object said = running_node(line).ask({{"op", "cluster_status"}});
  said.erase("ok");
  if (line.json) return print_json(said);
  Table nodes({{"NODE"}, {"ID"}, {"ADDRESS"}, {"DUTY"}, {"REACHABLE"}, {"ROUND TRIP", true}});
  for (const json::value& value : said.at("nodes").as_array()) {
    const json::object& row = value.as_object();
    const json::value* trip = row.if_contains("round_trip_us");
    nodes.row({text_at(row, "name") + (row.at("self").as_bool() ? " (this one)" : ""), text_at(row, "id"), text_at(row, "address"),
               row.at("gone").as_bool() ? "gone" : text_at(row, "duty"), row.at("reachable").as_bool() ? "yes" : "no",
               trip ? std::to_string(trip->to_number<std::int64_t>()) + " us" : ""});
  }
  nodes.print(std::cout, on_terminal());
  std::cout << '\n';
  Table shards({{"SHARD"}, {"LEADER"}, {"TERM", true}, {"COMMITTED", true}, {"LEASE"}, {"MEMBERS"}});
  for (const json::value& value : said.at("groups").as_array()) {
    const json::object& group = value.as_object();
    shards.row({text_at(group, "shard"), text_at(group, "leader"), std::to_string(group.at("term").to_number<std::uint64_t>()),
                std::to_string(group.at("commit").to_number<std::uint64_t>()), group.at("lease").as_bool() ? "held" : "", members_text(group)});
  }
  shards.print(std::cout, on_terminal());
  for (const json::value& value : said.at("groups").as_array())
    if (const std::string parked = text_at(value.as_object(), "parked"); !parked.empty())
      std::cout << '\n' << text_at(value.as_object(), "shard") << " is parked, because nodes fail to host it alike: " << parked << '\n';
}

// Whoever is lost stays out: should it come back, it is of the old generation.
void forget_others(const DataDirectory& data, consensus::NodeId self) {
  auto settings = read_cluster_settings(data);
  if (!settings) return;
  for (ClusterMember& member : settings->book)
    if (member.id != self) member.gone = true, ++member.version;
  write_cluster_settings(data, *settings);
}

void recover(const CommandLine& line, bool sure) {
  const DataDirectory data = named_directory(line);
  if (!sure)
    throw CommandFailed(exit_usage, "this gives up what only the other nodes have, and their right to vote, for good: say --yes if no majority comes back");
  if (ControlClient::connect(data.socket())) throw CommandFailed(exit_busy, "a node runs on " + data.path.string() + ": stop it first");
  json::array rows;
  Table table({{"SHARD"}, {"KEPT", true}, {"COMMITTED FOR CERTAIN", true}, {"GENERATION", true}});
  for (const replication::RecoveredShard& shard : replication::recover_alone(data.journal())) {
    rows.push_back(json::object{{"shard", shard.shard.text()}, {"end", shard.end}, {"committed", shard.committed}, {"generation", shard.generation}});
    table.row({std::string(shard.shard.text()), std::to_string(shard.end), std::to_string(shard.committed), std::to_string(shard.generation)});
  }
  forget_others(data, replication::node_identity(data.journal()));
  print(line, json::object{{"shards", std::move(rows)}}, table);
}

void add_account(const CommandLine& line) {
  if (!line.where.profile) throw CommandFailed(exit_usage, "name the account's --profile");
  const std::string text = profile_for_cluster(*line.where.profile);
  const json::object said = running_node(line).ask({{"op", "account_add"}, {"profile", text}});
  const std::string name = text_at(said, "account");
  const bool added = said.at("added").as_bool();
  if (line.json) return print_json(json::object{{"account", name}, {"added", added}});
  std::cout << name << (added ? " is an account of this cluster" : " was an account of this cluster already, with this profile") << '\n';
}

void list_accounts(const CommandLine& line) {
  const json::object said = running_node(line).ask({{"op", "cluster_accounts"}});
  Table table({{"ACCOUNT"}, {"LEADER"}, {"COMMITTED", true}});
  for (const json::value& value : said.at("accounts").as_array()) {
    const json::object& row = value.as_object();
    table.row({text_at(row, "account"), text_at(row, "leader"), std::to_string(row.at("committed").to_number<std::uint64_t>())});
  }
  print(line, said.at("accounts"), table);
}

void transfer(const CommandLine& line, const ClusterArguments& arguments) {
  if (arguments.all && line.where.account) throw CommandFailed(exit_usage, "--account names one, --all means all of them: say one of the two");
  ControlClient node = running_node(line);
  node.about(line.where.account);
  node.ask({{"op", "cluster_transfer"}, {"to", arguments.node}, {"all", arguments.all}});
  const std::string done = arguments.node + " is asked to lead" + (arguments.all ? " all accounts" : line.where.account ? " " + *line.where.account : "");
  if (line.json) print_json(json::object{{"done", done}});
  else std::cout << done << '\n';
}

void ask(const CommandLine& line, json::object request, const std::string& done) {
  running_node(line).ask(request);
  if (line.json) print_json(json::object{{"done", done}});
  else std::cout << done << '\n';
}

}  // namespace

void add_cluster_commands(Command& app, CommandLine& line) {
  Command group = add_group(app, "cluster", "A cluster of laptops: make one, join it, look at it, hand leadership on");
  const auto arguments = std::make_shared<ClusterArguments>();
  const auto add_node = [&](Command& command) {
    command.add_option("--name", arguments->name, "What people call this node").required();
    command.add_option("--listen", arguments->listen, "HOST:PORT that the other nodes reach it by").required();
    command.add_option("--cluster", arguments->cluster, "The cluster's name; nodes of others are not heard").shows_default();
    command.add_option("--certificates", arguments->certificates,
                       "Directory of this node's certificate (tally certs); without one only loopback addresses are allowed");
  };
  Command init_command = group.add_subcommand("init", "Found a cluster: this data directory is its first node");
  init_command.add_option("--data", line.where.data, "The node's data directory");
  init_command.add_option("--profile", arguments->profiles,
                          "An account's profile; may be repeated, one an account (default: the one kept in the data directory, else cfg/default.yaml)");
  init_command.add_flag("--json", line.json, "Print JSON instead of a table");
  add_node(init_command);
  init_command.callback([&line, arguments] { init(line, *arguments); });

  Command join_command = add_command(group, "join", "Make an empty data directory a node of a cluster; the node votes once it has caught up", line);
  add_node(join_command);
  join_command.add_option("--via", arguments->via, "HOST:PORT of a node of the cluster").required();
  join_command.add_flag("--witness", arguments->witness, "It votes and keeps the log, and hosts nothing");
  join_command.callback([&line, arguments] { join(line, *arguments); });

  Command status_command = add_command(group, "status", "Nodes and shards, as the node on --data sees them", line);
  status_command.callback([&line] { status(line); });

  Command transfer_command = add_account_command(group, "transfer", "Hand leadership to another node, without an order in doubt", line);
  transfer_command.add_option("--to", arguments->node, "Name or id of the node").required();
  transfer_command.add_flag("--all", arguments->all, "Of all accounts, one after the other");
  transfer_command.callback([&line, arguments] { transfer(line, *arguments); });

  Command account_group = add_group(group, "account", "The accounts that a cluster hosts");
  add_command(account_group, "add", "Add the account of --profile, to all nodes; again with the same profile changes nothing", line)
      .callback([&line] { add_account(line); });
  add_command(account_group, "list", "The accounts, who leads each, and how far it is", line).callback([&line] { list_accounts(line); });

  const auto sure = std::make_shared<bool>(false);
  Command recover_command = add_command(group, "recover", "Go on alone from this disk, where a majority is gone for good (node stopped)", line);
  recover_command.add_flag("--yes", *sure, "No majority comes back, and what only they had is given up");
  recover_command.callback([&line, sure] { recover(line, *sure); });

  Command leave_command = add_command(group, "leave", "Take a node out of the cluster for good", line);
  leave_command.add_option("NODE", arguments->node, "Name or id of the node").required();
  leave_command.callback([&line, arguments] { ask(line, {{"op", "cluster_leave"}, {"node", arguments->node}}, arguments->node + " leaves"); });

  Command promote_command = add_command(group, "promote", "Say what a node is for: a voter hosts shards, a witness only votes and keeps the log", line);
  promote_command.add_option("NODE", arguments->node, "Name or id of the node").required();
  promote_command.add_option("--to", arguments->duty, "voter or witness").one_of({"voter", "witness"}).shows_default();
  promote_command.callback([&line, arguments] {
    ask(line, {{"op", "cluster_promote"}, {"node", arguments->node}, {"duty", arguments->duty}}, arguments->node + " will be a " + arguments->duty);
  });
}

}  // namespace tally
