// Certificates of a cluster, read and judged (OpenSSL). A node's certificate names the cluster (O) and the node's id (CN, 16
// lower-case hexadecimal digits) in its subject, and is signed by the cluster's own authority.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "actors/host/cluster/session/hello.hpp"

namespace tally::cluster {

struct CertificateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// In a node's certificate directory.
constexpr const char* authority_file = "ca.pem";   // the authority's certificate
constexpr const char* node_file = "node.pem";      // the node's certificate and private key, one file: replaced as one

struct CertificateFacts {
  std::string cluster;
  std::optional<NodeId> node;        // the authority has none
  std::string serial;                // hexadecimal
  std::int64_t not_before_s = 0;     // since 1970
  std::int64_t not_after_s = 0;
  bool authority = false;
};

std::optional<NodeId> parsed_node(std::string_view text);   // of 16 lower-case hexadecimal digits

// Of the first certificate in a PEM text. Throws CertificateError.
CertificateFacts facts_of(std::string_view pem);

// Proves this node by the files of `directory`, and judges others by its authority. Files are read anew for each
// conversation, so that a rotated certificate is used from the next connection on; where that fails, what was read last
// stays. Throws CertificateError: a file is missing or unreadable, the certificate is not of the authority, not of this
// node or cluster, not valid now, or its key is another's.
std::unique_ptr<Credentials> certified(const std::filesystem::path& directory, NodeId self, const std::string& cluster);

// States an id without proof: for loopback alone.
std::unique_ptr<Credentials> uncertified();

}  // namespace tally::cluster
