#include "app/cluster/hosting_failures.hpp"

#include <algorithm>

namespace tally {

std::string failure_signature(std::string why, const std::string& data_directory) {
  for (auto at = why.find(data_directory); !data_directory.empty() && at != std::string::npos; at = why.find(data_directory, at))
    why.replace(at, data_directory.size(), "<data>");
  why.resize(std::min(why.size(), signature_bytes_max));
  return why;
}

void HostingFailures::failed(consensus::NodeId node, std::string signature) {
  if (signatures_.size() >= kept_max && !signatures_.contains(node)) return;
  signature.resize(std::min(signature.size(), signature_bytes_max));
  signatures_[node] = std::move(signature);
}

std::optional<consensus::NodeId> HostingFailures::same_elsewhere(consensus::NodeId self) const {
  const auto own = signatures_.find(self);
  if (own == signatures_.end()) return std::nullopt;
  for (const auto& [node, signature] : signatures_)
    if (node != self && signature == own->second) return node;
  return std::nullopt;
}

}  // namespace tally
