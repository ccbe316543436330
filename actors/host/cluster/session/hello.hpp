// How two nodes prove to each other who they are before a session begins; docs/cluster-transport.md draws it.
//
//   caller                                  answerer
//     hello   {who, nonce}          ──────>
//             <──────  welcome {who, nonce, signature over both}
//     confirm {signature over both} ──────>
//
// Either refuses by saying why. Pure: nonces and keys belong to the Credentials it is given.
#pragma once

#include <optional>
#include <string>

#include "actors/host/cluster/session/packet.hpp"

namespace tally::cluster {

// Where a node listens.
struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};
std::string text_of(const Address& address);

std::string node_text(NodeId id);   // 16 lower-case hexadecimal digits

// What a node says of itself.
struct Party {
  NodeId id = 0;
  std::string cluster;          // who belongs together
  std::string name;             // for people
  std::uint32_t version = 1;    // of what the frames hold; nodes of different versions do not talk
  Address address;              // where it can be dialed; port 0: nowhere
};

// How a node proves that it is `id`: by a key and a certificate, or not at all (loopback).
class Credentials {
 public:
  static constexpr std::size_t nonce_bytes = 32;

  virtual ~Credentials() = default;
  virtual std::string nonce() = 0;                             // nonce_bytes fresh random ones
  virtual std::string certificate() = 0;                       // sent along; may be empty
  virtual std::string sign(std::string_view text) = 0;
  // Empty, or why `certificate` does not prove that the signer of `text` is this node of this cluster.
  virtual std::string objection(NodeId id, std::string_view cluster, std::string_view certificate, std::string_view text,
                                std::string_view signature) = 0;
};

constexpr std::uint16_t hello_generation = 1;
constexpr std::size_t hello_bytes_max = 16u << 10;

struct Hello {
  Party who;
  std::string nonce;
  std::string certificate;
};

Packet written_hello(const Hello& hello);
// nullopt: not in the grammar. A hello of another generation is read as far as that: `generation` says so.
std::optional<Hello> read_hello(std::string_view packet, std::uint16_t& generation);

// A welcome is a hello with a signature over the caller's hello and the rest of itself.
struct Welcome {
  Hello hello;
  std::string signature;
  std::string signed_text(std::string_view caller_hello) const;
};
Packet written_welcome(const Welcome& welcome);
std::optional<Welcome> read_welcome(std::string_view packet, std::uint16_t& generation);

// Over the caller's hello and the whole welcome.
std::string confirm_text(std::string_view caller_hello, std::string_view welcome);
Packet written_confirm(std::string_view signature);
std::optional<std::string> read_confirm(std::string_view packet);

Packet written_refusal(std::string_view why);
std::optional<std::string> read_refusal(std::string_view packet);   // printable characters only

// What both ends call the session: from both nonces, never 0.
std::uint64_t epoch_of_nonces(std::string_view caller, std::string_view answerer);

// Why `self` does not talk to `other`, before any signature; empty: nothing against it.
std::string objection(const Party& self, const Party& other);

}  // namespace tally::cluster
