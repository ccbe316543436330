// A cluster's own certificate authority (EC P-256, OpenSSL): a directory with ca.pem and ca.key, from which every node gets a
// directory with ca.pem and node.pem. Every file appears whole or not at all; private keys are readable by their owner only.
// All throw cluster::CertificateError with one line, or std::system_error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "actors/host/cluster/certificate.hpp"

namespace tally {

constexpr const char* authority_key_file = "ca.key";

struct Validity {
  std::int64_t not_before_s = 0;   // since 1970
  std::int64_t not_after_s = 0;
};
// From an hour ago, for clocks that differ, to that many days from now.
Validity valid_for(int days);

// Refuses where an authority is already.
void create_authority(const std::filesystem::path& directory, const std::string& cluster, Validity validity);

// Makes a key and a certificate for `node`, and writes them with the authority's certificate to `out`. Refuses where a node
// certificate is already, and a certificate that would outlive its authority.
void issue_certificate(const std::filesystem::path& authority, cluster::NodeId node, const std::filesystem::path& out, Validity validity);

// A new key and certificate for the node whose certificate is in `out`, from the same authority. Returns where the old one
// is kept: node.<serial>.pem beside it.
std::filesystem::path rotate_certificate(const std::filesystem::path& authority, const std::filesystem::path& out, Validity validity);

struct CertificateRow {
  std::filesystem::path file;
  cluster::CertificateFacts facts;
};
// Every certificate in `directory`: the authority's first, then by name.
std::vector<CertificateRow> certificates_in(const std::filesystem::path& directory);

// Whole days until it expires; negative once it has.
std::int64_t days_left(const cluster::CertificateFacts& facts, std::int64_t now_s);
constexpr std::int64_t warning_days = 30;

}  // namespace tally
