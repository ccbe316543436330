#include "actors/host/cluster/certificate.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <fstream>
#include <sstream>

#include "actors/host/cluster/openssl_handles.hpp"

namespace tally::cluster {
namespace {

using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Check = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using Digesting = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

Bio reading(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Certificate certificate_of(std::string_view pem) {
  Certificate certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

Key key_of(std::string_view pem) {
  // An encrypted key is not asked a password for: there is nobody to answer.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  Key key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  return key;
}

// The subject's one entry of that kind; empty where there is none or more than one.
std::string subject_entry(const X509* certificate, int nid) {
  const X509_NAME* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string entry(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return entry;
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

CertificateFacts facts_of(const X509* certificate) {
  CertificateFacts facts;
  facts.cluster = subject_entry(certificate, NID_organizationName);
  facts.authority = X509_check_ca(const_cast<X509*>(certificate)) > 0;
  if (!facts.authority) facts.node = parsed_node(subject_entry(certificate, NID_commonName));
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* digits = number ? BN_bn2hex(number.get()) : nullptr;
  facts.serial = digits ? digits : "";
  OPENSSL_free(digits);
  facts.not_before_s = seconds_of(X509_get0_notBefore(certificate));
  facts.not_after_s = seconds_of(X509_get0_notAfter(certificate));
  return facts;
}

// Empty, or why the authority does not vouch, now, for this certificate as that node's.
std::string objection_to(X509* certificate, X509* authority, NodeId id, std::string_view cluster) {
  const Store store(X509_STORE_new());
  const Check check(X509_STORE_CTX_new());
  if (!store || !check || X509_STORE_add_cert(store.get(), authority) != 1 ||
      X509_STORE_CTX_init(check.get(), store.get(), certificate, nullptr) != 1)
    return "its certificate cannot be checked: out of memory";
  X509_STORE_set_flags(store.get(), X509_V_FLAG_X509_STRICT);
  const int verdict = X509_verify_cert(check.get());
  ERR_clear_error();
  if (verdict != 1) return std::string("its certificate is not valid: ") + X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
  const CertificateFacts facts = facts_of(certificate);
  if (facts.authority) return "its certificate is the authority's, not a node's";
  if (facts.cluster != cluster) return "its certificate is of cluster '" + facts.cluster + "', not '" + std::string(cluster) + "'";
  if (facts.node != id)
    return "its certificate is of node " + (facts.node ? node_text(*facts.node) : std::string("?")) + ", it says it is " + node_text(id);
  return {};
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw CertificateError(file.string() + ": cannot be read");
  return text.str();
}

std::string random_nonce() {
  std::string nonce(Credentials::nonce_bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(nonce.data()), static_cast<int>(nonce.size())) != 1)
    throw CertificateError("the kernel gives no random bytes");
  return nonce;
}

class Certified : public Credentials {
 public:
  Certified(std::filesystem::path directory, NodeId self, std::string cluster)
      : directory_(std::move(directory)), self_(self), cluster_(std::move(cluster)) {
    read();
  }

  std::string nonce() override {
    try {
      read();
    } catch (const CertificateError&) {
      // What was read before still proves us, as long as it is valid; others judge that.
    }
    return random_nonce();
  }

  std::string certificate() override { return pem_; }

  std::string sign(std::string_view text) override {
    const Digesting digest(EVP_MD_CTX_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    std::string signature;
    if (digest && EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
        EVP_DigestSign(digest.get(), nullptr, &size, bytes, text.size()) == 1) {
      signature.resize(size);
      if (EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1) {
        signature.resize(size);
        return signature;
      }
    }
    ERR_clear_error();
    return {};   // proves nothing: we are refused, by name
  }

  std::string objection(NodeId id, std::string_view cluster, std::string_view certificate, std::string_view text,
                        std::string_view signature) override {
    const Certificate other = certificate_of(certificate);
    if (!other) return "it has no certificate that can be read";
    if (std::string why = objection_to(other.get(), authority_.get(), id, cluster); !why.empty()) return why;
    const Digesting digest(EVP_MD_CTX_new());
    const bool good = digest && EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, X509_get0_pubkey(other.get())) == 1 &&
                      EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
    ERR_clear_error();
    return good ? "" : "it does not hold the key of its certificate";
  }

 private:
  void read() {
    const auto file = directory_ / node_file;
    const std::string text = read_file(file);
    Certificate authority = certificate_of(read_file(directory_ / authority_file));
    Certificate own = certificate_of(text);
    Key key = key_of(text);
    if (!authority) throw CertificateError((directory_ / authority_file).string() + ": holds no certificate");
    if (!own) throw CertificateError(file.string() + ": holds no certificate");
    if (!key) throw CertificateError(file.string() + ": holds no private key without a password");
    if (X509_check_private_key(own.get(), key.get()) != 1) {
      ERR_clear_error();
      throw CertificateError(file.string() + ": the key is not the certificate's");
    }
    if (const std::string why = objection_to(own.get(), authority.get(), self_, cluster_); !why.empty())
      throw CertificateError(file.string() + ": " + why);
    const Bio out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), own.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out.get(), &bytes);
    pem_.assign(bytes, static_cast<std::size_t>(size));
    authority_ = std::move(authority);
    key_ = std::move(key);
  }

  std::filesystem::path directory_;
  NodeId self_;
  std::string cluster_;
  Certificate authority_;
  Key key_;
  std::string pem_;
};

class Uncertified : public Credentials {
 public:
  std::string nonce() override { return random_nonce(); }
  std::string certificate() override { return {}; }
  std::string sign(std::string_view) override { return {}; }
  std::string objection(NodeId, std::string_view, std::string_view, std::string_view, std::string_view) override { return {}; }
};

}  // namespace

std::optional<NodeId> parsed_node(std::string_view text) {
  if (text.size() != 16) return std::nullopt;
  NodeId id = 0;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    id = id << 4 | static_cast<NodeId>(digit);
  }
  return id;
}

CertificateFacts facts_of(std::string_view pem) {
  const Certificate certificate = certificate_of(pem);
  if (!certificate) throw CertificateError("holds no certificate");
  return facts_of(certificate.get());
}

std::unique_ptr<Credentials> certified(const std::filesystem::path& directory, NodeId self, const std::string& cluster) {
  return std::make_unique<Certified>(directory, self, cluster);
}

std::unique_ptr<Credentials> uncertified() { return std::make_unique<Uncertified>(); }

}  // namespace tally::cluster
