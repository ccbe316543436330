#include "persistence/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace tally {

struct Sha256::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(evp); }
};

namespace {
void must(int ok) {
  if (ok != 1) throw std::runtime_error("OpenSSL could not compute SHA-256");
}
}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) { must(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr)); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) { must(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size())); }

Digest Sha256::finish() {
  Digest digest;
  must(EVP_DigestFinal_ex(context_->evp, reinterpret_cast<unsigned char*>(digest.data()), nullptr));
  must(EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr));
  return digest;
}

Digest sha256(std::span<const std::byte> bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte b : bytes) {
    text += digits[std::to_integer<unsigned>(b) >> 4];
    text += digits[std::to_integer<unsigned>(b) & 15];
  }
  return text;
}

std::uint64_t state_hash(std::span<const std::byte> state) {
  const Digest digest = sha256(state);
  std::uint64_t hash = 0;
  for (int i = 0; i < 8; ++i) hash = hash << 8 | std::to_integer<std::uint64_t>(digest[i]);
  return hash;
}

}  // namespace tally
