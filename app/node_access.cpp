#include "app/node_access.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "app/account_choice.hpp"
#include "app/account_node.hpp"
#include "app/cluster/cluster_settings.hpp"
#include "app/control_client.hpp"
#include "app/exit_code.hpp"
#include "app/remote_journal.hpp"
#include "messages/json.hpp"
#include "persistence/rocksdb_journal.hpp"

namespace tally {
namespace {

namespace json = boost::json;

std::shared_ptr<RocksDbJournal> open_rocksdb(const DataDirectory& data, std::uint64_t disk_reserve_bytes) {
  RocksDbOptions options;
  options.disk_reserve_bytes = disk_reserve_bytes;
  try {
    return std::make_shared<RocksDbJournal>(data.journal(), options);
  } catch (const JournalDamaged& damage) {
    throw CommandFailed(exit_differs, std::string(damage.what()) + "; see tally journal verify");
  } catch (const JournalError& error) {
    const std::string why = error.what();
    const bool locked = why.find("lock") != std::string::npos;
    throw CommandFailed(locked ? exit_busy : exit_failed,
                        locked ? data.path.string() + " is held by another process that does not answer on its socket" : why);
  }
}

class RunningNode final : public NodeAccess {
 public:
  RunningNode(ControlClient client, std::filesystem::path socket, const std::optional<std::string>& named)
      : client_(std::move(client)), socket_(std::move(socket)) {
    std::vector<Symbol> accounts;
    const json::object first = client_.ask({{"op", "ping"}});
    for (const json::value& account : first.at("accounts").as_array()) accounts.emplace_back(std::string_view(account.as_string()));
    account_ = chosen_account(accounts, named);
    client_.about(std::string(account_.text()));
    const json::object answer = client_.ask({{"op", "ping"}});
    if (const std::string_view venue = answer.at("venue").as_string(); !venue.empty()) venue_ = Symbol(venue);
  }

  Symbol account() const override { return account_; }
  Symbol venue() const override { return venue_; }

  std::vector<EntryPtr> submit(const Message& message, const std::string& producer) override {
    const json::object answer = client_.ask({{"op", "submit"}, {"message", to_json(message)}, {"producer", producer}});
    std::vector<EntryPtr> cascade;
    for (const json::value& entry : answer.at("cascade").as_array())
      cascade.push_back(std::make_shared<const Entry>(entry_from_json(entry)));
    return cascade;
  }

  std::vector<TreeRow> tree(Symbol shard) override {
    std::vector<TreeRow> rows;
    const json::object answer = client_.ask({{"op", "tree"}, {"shard", shard.text()}});
    for (const json::value& row : answer.at("rows").as_array())
      rows.push_back({std::string(row.at("path").as_string()), std::string(row.at("state").as_string()),
                      row.at("restarts").to_number<std::uint64_t>(), row.at("stream_version").to_number<std::uint64_t>(),
                      row.at("mailbox").to_number<std::uint64_t>(), row.at("last_input").to_number<Offset>()});
    return rows;
  }

  void fail(const EntityRef& entity, std::uint32_t times, const std::string& cause) override {
    client_.ask({{"op", "fail"}, {"entity", text_of(entity)}, {"times", times}, {"cause", cause}});
  }

  std::shared_ptr<const Journal> journal() override {
    auto client = ControlClient::connect(socket_);
    if (!client) throw CommandFailed(exit_busy, "the node went away");
    return std::make_shared<RemoteJournal>(std::move(*client));
  }

 private:
  ControlClient client_;
  std::filesystem::path socket_;
  Symbol account_;
  Symbol venue_;
};

class EmbeddedNode final : public NodeAccess {
 public:
  explicit EmbeddedNode(std::unique_ptr<AccountNode> node) : node_(std::move(node)) {}
  ~EmbeddedNode() override { node_->node().settle(); }

  Symbol account() const override { return node_->account(); }
  Symbol venue() const override { return node_->venue_is_remote() ? Symbol() : node_->venue(); }

  std::vector<EntryPtr> submit(const Message& message, const std::string& producer) override {
    const Outcome outcome = node_->command(message, producer);
    if (!outcome.accepted) throw CommandFailed(exit_refused, outcome.refusal);
    node_->node().settle();
    return outcome.cascade;
  }

  std::vector<TreeRow> tree(Symbol shard) override { return node_->node().tree(shard); }

  void fail(const EntityRef&, std::uint32_t, const std::string&) override {
    throw CommandFailed(exit_failed, "no node runs on this data directory: a drill needs tallyd or tally run");
  }

  std::shared_ptr<const Journal> journal() override {
    node_->node().settle();
    return {std::shared_ptr<void>(), &node_->journal()};
  }

 private:
  std::unique_ptr<AccountNode> node_;
};

std::filesystem::path named_profile(const Where& where) { return profile_file(where.profile, where.data, where.account); }

// Another command may hold the directory for a moment: waits for it, but not for ever.
template <class Open>
auto patiently(Open open) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    try {
      return open();
    } catch (const CommandFailed& failed) {
      if (failed.code != exit_busy || std::chrono::steady_clock::now() > until) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}

void refuse_cluster_directory(const DataDirectory& data) {
  if (std::filesystem::exists(cluster_file(data)))
    throw CommandFailed(exit_not_found, data.path.string() + " is a node of a cluster and does not run: tallyd --data " + data.path.string());
}

}  // namespace

DataDirectory data_directory(const Where& where) {
  if (where.data) return {*where.data};
  try {
    return {read_profile(named_profile(where)).storage.data_directory};
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  }
}

std::unique_ptr<AccountNode> start_node(const Where& where, const std::string& name) {
  try {
    const std::filesystem::path file = named_profile(where);
    Profile profile = read_profile(file);
    const DataDirectory data{where.data ? *where.data : std::filesystem::path(profile.storage.data_directory)};
    refuse_cluster_directory(data);
    make_directory(data);
    auto journal = open_rocksdb(data, profile.storage.disk_reserve_mb << 20);
    chosen_account({profile.account.account.symbol()}, where.account);
    auto node = std::make_unique<AccountNode>(std::move(profile), std::move(journal), name);
    keep_profile(data, file);
    return node;
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    throw CommandFailed(exit_failed, error.what());
  }
}

std::unique_ptr<NodeAccess> open_node(const Where& where) {
  const DataDirectory data = data_directory(where);
  return patiently([&]() -> std::unique_ptr<NodeAccess> {
    if (auto client = ControlClient::connect(data.socket())) return std::make_unique<RunningNode>(std::move(*client), data.socket(), where.account);
    return std::make_unique<EmbeddedNode>(start_node(where, "cli"));
  });
}

OpenedJournal open_journal(const Where& where) {
  OpenedJournal opened = open_whole_journal(where);
  const auto accounts = accounts_in(*opened.journal);
  if (accounts.empty()) throw CommandFailed(exit_not_found, "the journal is empty: nothing was recorded yet");
  opened.account = chosen_account(accounts, where.account);
  for (const Symbol shard : opened.journal->shards())
    if (is_venue_shard(shard)) opened.venue = shard;
  return opened;
}

std::vector<Symbol> accounts_in(const Journal& journal) {
  std::vector<Symbol> accounts;
  for (const Symbol shard : journal.shards())
    if (is_account_shard(shard)) accounts.push_back(shard);
  return accounts;
}

OpenedJournal open_whole_journal(const Where& where) {
  const DataDirectory data = data_directory(where);
  return patiently([&] {
    if (auto client = ControlClient::connect(data.socket()))
      return OpenedJournal{std::make_shared<RemoteJournal>(std::move(*client)), {}, {}, true};
    if (!data.has_journal())
      throw CommandFailed(exit_not_found, "no journal in " + data.path.string() + ": start with tally run, or name one with --data");
    return OpenedJournal{open_rocksdb(data, 0), {}, {}, false};
  });
}

}  // namespace tally
