// An account's node for one leadership, and what it answers. Internal to the hosted account.
#pragma once

#include "app/account_node.hpp"
#include "app/cluster/hosted_account.hpp"
#include "app/feeds/feed_follower.hpp"

namespace tally {

struct HostedAccount::Hosting {
  std::uint64_t term = 0;
  std::unique_ptr<AccountNode> node;
  FeedFollowers feeds;
  ControlServer::Operations operations;
};

}  // namespace tally
