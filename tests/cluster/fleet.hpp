// Three nodes of a cluster in this process, each with its own directory and its own sockets on loopback, and a venue that all
// accounts share.
#pragma once

#include <boost/json.hpp>
#include <random>
#include <set>

#include "app/cluster/cluster_node.hpp"
#include "app/hex.hpp"
#include "messages/json.hpp"
#include "messages/stored.hpp"
#include "persistence/atomic_file.hpp"
#include "tests/venue_process/venue_at_home.hpp"

namespace tally {

namespace json = boost::json;

// One that nobody has, below those that the system gives to whoever connects. None is given twice: who got it may not listen yet.
inline std::string free_loopback_address() {
  static std::minstd_rand random{std::random_device{}()};
  static std::set<std::string> given;
  for (int tries = 0; tries < 100; ++tries) {
    const std::string address = "127.0.0.1:" + std::to_string(20'000 + random() % 12'000);
    if (given.contains(address)) continue;
    try {
      LineSocket::listen_tcp(address);
      given.insert(address);
      return address;
    } catch (const SocketError&) {
    }
  }
  throw std::runtime_error("no port is free");
}

class FleetNode {
 public:
  FleetNode(std::filesystem::path where, std::string name, bool founds, const std::string& via) : data_{std::move(where)} {
    make_directory(data_);
    ClusterSettings settings;
    settings.cluster = "fleet";
    settings.name = std::move(name);
    settings.listen = free_loopback_address();
    settings.founder = founds;
    if (!founds) settings.via = {via};
    write_cluster_settings(data_, settings);
  }

  const DataDirectory& data() const { return data_; }
  std::string listens() const { return read_cluster_settings(data_)->listen; }
  void start() {
    node_ = std::make_unique<ClusterNode>(*read_cluster_settings(data_), data_, [] {});
    operations_ = node_->operations();
  }
  // Without handing anything on, as a process that dies does.
  void fall() { node_.reset(); }
  void step_aside() { node_->step_aside(); }
  void stop() {
    step_aside();
    node_.reset();
  }
  bool up() const { return node_ != nullptr; }
  json::object ask(const json::object& request) const { return operations_.find(std::string_view(request.at("op").as_string()))->second(request); }
  std::string refusal(const json::object& request) const {
    try {
      return json::serialize(ask(request));
    } catch (const CommandFailed& failed) {
      return failed.what();
    }
  }

  // What it says of one shard; empty where it has none of it.
  json::object group(const std::string& shard) const {
    const json::object status = ask({{"op", "cluster_status"}});
    for (const json::value& group : status.at("groups").as_array())
      if (group.as_object().at("shard").as_string() == shard) return group.as_object();
    return {};
  }
  bool hosts(const std::string& account) const {
    const json::object said = group(account);
    return !said.empty() && said.at("role").as_string() == "leader" && said.at("hosted").as_bool();
  }

 private:
  DataDirectory data_;
  std::unique_ptr<ClusterNode> node_;
  ControlServer::Operations operations_;
};

class Fleet {
 public:
  explicit Fleet(const std::vector<std::string>& accounts) : venue_(venue_test_profile()) {
    for (const char* name : {"a", "b", "c"})
      nodes_.push_back(std::make_unique<FleetNode>(root_.path() / name, name, nodes_.empty(), nodes_.empty() ? "" : nodes_.front()->listens()));
    for (const std::string& account : accounts) keep_account_profile(nodes_.front()->data(), profile(account));
    for (const auto& node : nodes_) node->start();
    for (const std::string& account : accounts) await_voters(account);
    await_voters("accounts");
  }

  FleetNode& operator[](std::size_t at) { return *nodes_[at]; }
  const std::vector<std::unique_ptr<FleetNode>>& nodes() const { return nodes_; }

  std::string profile(const std::string& account) const {
    std::string text = read_file(TALLY_SOURCE_DIR "/cfg/default.yaml");
    const auto put = [&](const std::string& before, const std::string& after) { text.replace(text.find(before), before.size(), after); };
    put("account: demo", "account: " + account);
    put("venue: paper", "venue: paper\n  address: " + venue_.server.address());
    return text;
  }

  // All three vote on it, as whoever leads it says.
  void await_voters(const std::string& shard) {
    REQUIRE(eventually([&] {
      for (const auto& node : nodes_) {
        if (!node->up()) continue;
        const json::object group = node->group(shard);
        if (group.empty() || group.at("role").as_string() != "leader") continue;
        std::size_t voters = 0;
        for (const json::value& member : group.at("members").as_array()) voters += member.as_object().at("duty").as_string() == "voter";
        return voters == nodes_.size();
      }
      return false;
    }));
  }
  FleetNode& await_host(const std::string& account) {
    FleetNode* host = nullptr;
    REQUIRE(eventually([&] {
      for (const auto& node : nodes_)
        if (node->up() && node->hosts(account)) host = node.get();
      return host != nullptr;
    }));
    return *host;
  }
  void lead(const std::string& account, FleetNode& node, const char* name) {
    REQUIRE(eventually([&] {
      if (node.hosts(account)) return true;
      nodes_.front()->refusal({{"op", "cluster_transfer"}, {"account", account}, {"to", name}});
      return false;
    }));
  }

  static json::object deposit(const std::string& account, const std::string& key) {
    DepositFunds deposit;
    deposit.key = IdempotencyKey(key);
    deposit.investor = InvestorId("ada");
    deposit.amount = Money::whole(100);
    return {{"op", "submit"}, {"account", account}, {"message", to_json(Message(deposit))}, {"producer", "test"}};
  }
  // Keys of deposits that `node` has of the account, committed, in order.
  static std::vector<std::string> deposits(const FleetNode& node, const std::string& account) {
    std::vector<std::string> keys;
    for (std::uint64_t from = 1;;) {
      const json::object said = node.ask({{"op", "entries"}, {"shard", account}, {"from", from}, {"count", 1'024}});
      const json::array& entries = said.at("entries").as_array();
      if (entries.empty()) return keys;
      for (const json::value& text : entries) {
        const auto bytes = from_hex(std::string_view(text.as_string()));
        const Entry entry = read_entry(*bytes);
        for (const Event& event : entry.events)
          if (const auto* deposit = std::get_if<DepositFunds>(&event.body)) keys.emplace_back(deposit->key.text());
        from = entry.offset + 1;
      }
    }
  }

 private:
  TemporaryDirectory root_;
  VenueAtHome venue_;
  std::vector<std::unique_ptr<FleetNode>> nodes_;
};

}  // namespace tally
