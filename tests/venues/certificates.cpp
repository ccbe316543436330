#include "tests/venues/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace tally::test {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* one) const { free(one); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

void must(bool done) {
  if (!done) throw std::runtime_error("OpenSSL refused to make a certificate for a test");
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  must(extension && X509_add_ext(certificate, extension, -1));
  X509_EXTENSION_free(extension);
}

// Valid from an hour ago for a day.
Certificate unsigned_certificate(const std::string& name, EVP_PKEY* key, long serial) {
  Certificate made(X509_new());
  must(made != nullptr);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

std::string pem_of(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(memory.get(), certificate));
  return text_of(memory.get());
}

}  // namespace

struct Authority::Keys {
  Key key;
  Certificate certificate;
};

Authority::Authority(const std::string& name) : keys_(std::make_unique<Keys>()) {
  keys_->key.reset(EVP_EC_gen("P-256"));
  must(keys_->key != nullptr);
  keys_->certificate = unsigned_certificate(name, keys_->key.get(), 1);
  X509* own = keys_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  extend(own, own, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  must(X509_sign(own, keys_->key.get(), EVP_sha256()) > 0);
  certificate_ = pem_of(own);
}

Authority::~Authority() = default;

HostCertificate Authority::host(const std::string& dns_name) const {
  const Key key(EVP_EC_gen("P-256"));
  must(key != nullptr);
  const Certificate made = unsigned_certificate(dns_name, key.get(), 2);
  X509_set_issuer_name(made.get(), X509_get_subject_name(keys_->certificate.get()));
  extend(made.get(), keys_->certificate.get(), NID_subject_alt_name, "DNS:" + dns_name);
  must(X509_sign(made.get(), keys_->key.get(), EVP_sha256()) > 0);
  const Memory memory(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
  return {pem_of(made.get()), text_of(memory.get())};
}

}  // namespace tally::test
