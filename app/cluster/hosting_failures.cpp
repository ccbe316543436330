#include "app/cluster/hosting_failures.hpp"

#include <algorithm>

namespace tally {

std::string failure_signature(std::string why, const std::string& data_directory) {
  for (auto at = why.find(data_directory); !data_directory.empty() && at != std::string::npos; at = why.find(data_directory, at))
    why.replace(at, data_directory.size(), "<data>");
  why.resize(std::min(why.size(), signature_bytes_max));
  return why;
}

bool HostingFailures::failed(Symbol account, consensus::NodeId node, std::string signature) {
  if (signatures_.size() >= kept_max && !signatures_.contains({account, node})) return false;
  signature.resize(std::min(signature.size(), signature_bytes_max));
  std::string& kept = signatures_[{account, node}];
  if (kept == signature) return false;
  kept = std::move(signature);
  return true;
}

void HostingFailures::over(Symbol account) {
  std::erase_if(signatures_, [&](const auto& row) { return row.first.first == account; });
}

std::optional<consensus::NodeId> HostingFailures::same_elsewhere(Symbol account, consensus::NodeId self) const {
  const std::string* own = of(account, self);
  if (!own) return std::nullopt;
  for (const auto& [key, signature] : signatures_)
    if (key.first == account && key.second != self && signature == *own) return key.second;
  return std::nullopt;
}

const std::string* HostingFailures::of(Symbol account, consensus::NodeId node) const {
  const auto found = signatures_.find({account, node});
  return found == signatures_.end() ? nullptr : &found->second;
}

std::vector<std::pair<consensus::NodeId, std::string>> HostingFailures::all(Symbol account) const {
  std::vector<std::pair<consensus::NodeId, std::string>> rows;
  for (const auto& [key, signature] : signatures_)
    if (key.first == account) rows.emplace_back(key.second, signature);
  return rows;
}

}  // namespace tally
