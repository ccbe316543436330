// SHA-256 (OpenSSL), for the hash chain and state hashes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace tally {

using Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  Digest finish();  // and begins anew

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(std::span<const std::byte> bytes);
std::string hex(std::span<const std::byte> bytes);

// The first eight bytes, big-endian: what identifies a state among replicas and in snapshot rows.
std::uint64_t state_hash(std::span<const std::byte> state);

}  // namespace tally
