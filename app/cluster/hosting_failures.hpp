// Why nodes could not host one account, as far as this node was told: so that a failure which travels with the account is known
// where it comes by a second time. Values only; no clock, no thread.
//
// A node that fails to host tells the others its *signature*: what went wrong, in words that are the same wherever the same thing
// goes wrong. Two nodes with one signature: it lies in the account (its journal, its profile), not in a node, and another node would
// fail like them. Then nothing is handed over any more.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "persistence/consensus/types.hpp"

namespace tally {

// `why` without what differs between nodes: paths of this one's directory, as it was named, begin with "<data>/". At most
// signature_bytes_max.
constexpr std::size_t signature_bytes_max = 1'024;
std::string failure_signature(std::string why, const std::string& data_directory);

class HostingFailures {
 public:
  static constexpr std::size_t kept_max = 64;   // nodes; beyond, new ones are not kept

  void failed(consensus::NodeId node, std::string signature);   // a node's newest
  // It is hosted, and has been for a while: whatever it was is over.
  void over() { signatures_.clear(); }

  // Another node that failed with the signature of this node's own failure; none: it may well be this node alone.
  std::optional<consensus::NodeId> same_elsewhere(consensus::NodeId self) const;
  std::vector<std::pair<consensus::NodeId, std::string>> all() const { return {signatures_.begin(), signatures_.end()}; }

 private:
  std::map<consensus::NodeId, std::string> signatures_;
};

}  // namespace tally
