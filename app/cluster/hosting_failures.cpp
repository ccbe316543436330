#include "app/cluster/hosting_failures.hpp"

#include <algorithm>
#include <string_view>

namespace tally {

std::string failure_signature(std::string why, const std::string& data_directory) {
  constexpr std::string_view instead = "<data>/";
  const auto begins_a_path = [&](std::size_t at) { return at == 0 || why[at - 1] == ' ' || why[at - 1] == '\'' || why[at - 1] == '"'; };
  for (std::size_t at = 0; (at = why.find(data_directory + "/", at)) != std::string::npos;) {
    if (!begins_a_path(at)) {
      ++at;   // "data/" within "metadata/" is another one
      continue;
    }
    why.replace(at, data_directory.size() + 1, instead);
    at += instead.size();
  }
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
