#include "app/certificates/authority.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <system_error>

#include "actors/host/cluster/openssl_handles.hpp"
#include "persistence/atomic_file.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
using cluster::CertificateError;
using cluster::CertificateFacts;

using cluster::Bio;
using cluster::Certificate;
using cluster::Freed;
using cluster::Key;

constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t clocks_differ_s = 3'600;

void need(bool done, const char* what) {
  if (done) return;
  char reason[256] = "unknown";
  if (const unsigned long code = ERR_get_error()) ERR_error_string_n(code, reason, sizeof reason);
  ERR_clear_error();
  throw CertificateError(std::string(what) + " failed: " + reason);
}

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  need(bio && PEM_write_bio_X509(bio.get(), certificate) == 1, "writing a certificate");
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  need(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "writing a key");
  return text_of(bio.get());
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  need(key != nullptr, "making a key");
  return key;
}

// Positive, 16 bytes, never the same twice.
void set_random_serial(X509* certificate) {
  unsigned char bytes[16];
  need(RAND_bytes(bytes, sizeof bytes) == 1, "taking random bytes");
  bytes[0] = (bytes[0] & 0x7F) | 0x40;
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  need(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "numbering a certificate");
}

void add_entry(X509_NAME* name, const char* field, const std::string& text) {
  need(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()),
                                  -1, 0) == 1,
       "naming a certificate");
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  need(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extending a certificate");
}

Certificate drafted(EVP_PKEY* key, const std::string& cluster, const std::string& common_name, const Validity& validity) {
  Certificate certificate(X509_new());
  need(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 && X509_set_pubkey(certificate.get(), key) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(certificate.get()), validity.not_before_s) != nullptr &&
           ASN1_TIME_set(X509_getm_notAfter(certificate.get()), validity.not_after_s) != nullptr,
       "drafting a certificate");
  set_random_serial(certificate.get());
  add_entry(X509_get_subject_name(certificate.get()), "O", cluster);
  add_entry(X509_get_subject_name(certificate.get()), "CN", common_name);
  return certificate;
}

void sign(X509* certificate, EVP_PKEY* key) { need(X509_sign(certificate, key, EVP_sha256()) > 0, "signing a certificate"); }

struct Authority {
  Certificate certificate;
  Key key;
  std::string pem;
  CertificateFacts facts;
};

Authority read_authority(const fs::path& directory) {
  Authority authority;
  try {
    authority.pem = read_file(directory / cluster::authority_file);
    const std::string key = read_file(directory / authority_key_file);
    const Bio certificate_in(BIO_new_mem_buf(authority.pem.data(), static_cast<int>(authority.pem.size())));
    const Bio key_in(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
    authority.certificate.reset(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
    authority.key.reset(PEM_read_bio_PrivateKey(key_in.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  } catch (const std::system_error& error) {
    throw CertificateError(std::string("no authority: ") + error.what() + "; see `tally certs init`");
  }
  ERR_clear_error();
  if (!authority.certificate || !authority.key || X509_check_private_key(authority.certificate.get(), authority.key.get()) != 1) {
    ERR_clear_error();
    throw CertificateError(directory.string() + ": " + cluster::authority_file + " and " + authority_key_file + " are not one authority");
  }
  authority.facts = cluster::facts_of(authority.pem);
  if (!authority.facts.authority) throw CertificateError((directory / cluster::authority_file).string() + ": is not an authority's certificate");
  return authority;
}

// Certificate and key in one text, as node.pem holds them.
std::string node_pem(const Authority& authority, cluster::NodeId node, const Validity& validity) {
  if (validity.not_after_s > authority.facts.not_after_s) throw CertificateError("the certificate would outlive its authority: choose fewer days");
  const Key key = new_key();
  const Certificate certificate = drafted(key.get(), authority.facts.cluster, cluster::node_text(node), validity);
  X509* issuer = authority.certificate.get();
  need(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1, "naming the issuer");
  add_extension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(certificate.get(), issuer, NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), issuer, NID_authority_key_identifier, "keyid:always");
  sign(certificate.get(), authority.key.get());
  return pem_of(certificate.get()) + pem_of(key.get());
}

void write_node(const Authority& authority, const fs::path& out, const std::string& pem) {
  fs::create_directories(out);
  write_file_atomically(out / cluster::authority_file, authority.pem);
  write_private_file_atomically(out / cluster::node_file, pem);
}

}  // namespace

Validity valid_for(int days) {
  const std::int64_t now = std::time(nullptr);
  return {now - clocks_differ_s, now + days * seconds_a_day};
}

void create_authority(const fs::path& directory, const std::string& cluster, Validity validity) {
  if (cluster.empty() || cluster.size() > 64) throw CertificateError("a cluster's name has 1 to 64 characters");   // O, in X.520
  for (const char* file : {cluster::authority_file, authority_key_file})
    if (fs::exists(directory / file)) throw CertificateError((directory / file).string() + ": there is an authority already; it is not replaced");
  const Key key = new_key();
  const Certificate certificate = drafted(key.get(), cluster, cluster + " authority", validity);
  X509* self = certificate.get();
  need(X509_set_issuer_name(self, X509_get_subject_name(self)) == 1, "naming the issuer");
  add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(self, self, NID_subject_key_identifier, "hash");
  add_extension(self, self, NID_authority_key_identifier, "keyid:always");
  sign(self, key.get());
  fs::create_directories(directory);
  // The key first: an authority without its key could be taken for one.
  write_private_file_atomically(directory / authority_key_file, pem_of(key.get()));
  write_file_atomically(directory / cluster::authority_file, pem_of(self));
}

void issue_certificate(const fs::path& from, cluster::NodeId node, const fs::path& out, Validity validity) {
  if (node == 0) throw CertificateError("0 is nobody's id");
  if (fs::exists(out / cluster::node_file))
    throw CertificateError((out / cluster::node_file).string() + ": there is a node's certificate already; `tally certs rotate` replaces it");
  const Authority authority = read_authority(from);
  write_node(authority, out, node_pem(authority, node, validity));
}

fs::path rotate_certificate(const fs::path& from, const fs::path& out, Validity validity) {
  const fs::path file = out / cluster::node_file;
  if (!fs::exists(file)) throw CertificateError(file.string() + ": there is none; `tally certs issue` makes one");
  const Authority authority = read_authority(from);
  const std::string old = read_file(file);
  const CertificateFacts facts = cluster::facts_of(old);
  if (!facts.node || facts.cluster != authority.facts.cluster)
    throw CertificateError(file.string() + ": is not a node's certificate of cluster '" + authority.facts.cluster + "'");
  const std::string pem = node_pem(authority, *facts.node, validity);
  const fs::path kept = out / ("node." + facts.serial + ".pem");
  write_private_file_atomically(kept, old);
  write_node(authority, out, pem);
  return kept;
}

std::vector<CertificateRow> certificates_in(const fs::path& directory) {
  if (!fs::is_directory(directory)) throw CertificateError(directory.string() + ": is no directory");
  std::vector<CertificateRow> rows;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".pem" || !entry.is_regular_file()) continue;
    try {
      rows.push_back({entry.path(), cluster::facts_of(read_file(entry.path()))});
    } catch (const CertificateError& error) {
      throw CertificateError(entry.path().string() + ": " + error.what());
    }
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.facts.authority != b.facts.authority ? a.facts.authority : a.file < b.file;
  });
  return rows;
}

std::int64_t days_left(const CertificateFacts& facts, std::int64_t now_s) {
  const std::int64_t left = facts.not_after_s - now_s;
  return left >= 0 ? left / seconds_a_day : -((-left + seconds_a_day - 1) / seconds_a_day);
}

}  // namespace tally
