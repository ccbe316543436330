#include "actors/host/cluster/session/hello.hpp"

namespace tally::cluster {
namespace {

constexpr std::string_view magic = "tally";
constexpr std::size_t refusal_bytes_max = 300;

void write_text(Packet& packet, std::string_view text) {
  wire::append_varint(packet, text.size());
  packet += text;
}
std::string read_text(wire::Reader& reader) { return std::string(reader.take(reader.varint())); }

// After the kind: magic, generation, then what this generation says.
void write_body(Packet& packet, const Hello& hello) {
  packet += magic;
  wire::append_be(packet, hello_generation);
  wire::append_be(packet, hello.who.version);
  wire::append_be(packet, hello.who.id);
  write_text(packet, hello.who.cluster);
  write_text(packet, hello.who.name);
  write_text(packet, hello.who.address.host);
  wire::append_be(packet, hello.who.address.port);
  write_text(packet, hello.nonce);
  write_text(packet, hello.certificate);
}

std::optional<Hello> read_body(wire::Reader& reader, std::uint16_t& generation) {
  if (reader.take(magic.size()) != magic) return std::nullopt;
  generation = reader.be<std::uint16_t>();
  Hello hello;
  if (!reader.ok() || generation != hello_generation) return std::nullopt;
  hello.who.version = reader.be<std::uint32_t>();
  hello.who.id = reader.be<std::uint64_t>();
  hello.who.cluster = read_text(reader);
  hello.who.name = read_text(reader);
  hello.who.address.host = read_text(reader);
  hello.who.address.port = reader.be<std::uint16_t>();
  hello.nonce = read_text(reader);
  hello.certificate = read_text(reader);
  if (!reader.ok() || hello.nonce.size() != Credentials::nonce_bytes) return std::nullopt;
  return hello;
}

Packet body_of_welcome(const Hello& hello) {
  Packet packet(1, static_cast<char>(PacketKind::welcome));
  write_body(packet, hello);
  return packet;
}

// Each part with its length, so that no two transcripts read alike.
std::string transcript(std::string_view role, std::string_view first, std::string_view second) {
  std::string text;
  for (const std::string_view part : {role, first, second}) write_text(text, part);
  return text;
}

// What a stranger says goes to a log: no control characters.
std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

}  // namespace

std::string node_text(NodeId id) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; id >>= 4) text[i] = "0123456789abcdef"[id & 15];
  return text;
}

std::string text_of(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Packet written_hello(const Hello& hello) {
  Packet packet(1, static_cast<char>(PacketKind::hello));
  write_body(packet, hello);
  return packet;
}

std::optional<Hello> read_hello(std::string_view packet, std::uint16_t& generation) {
  generation = 0;
  if (packet.size() > hello_bytes_max || packet.empty()) return std::nullopt;
  wire::Reader reader(packet.substr(1));
  auto hello = read_body(reader, generation);
  if (!hello || !reader.at_end()) return std::nullopt;
  return hello;
}

std::string Welcome::signed_text(std::string_view caller_hello) const { return transcript("tally answerer", caller_hello, body_of_welcome(hello)); }

Packet written_welcome(const Welcome& welcome) {
  Packet packet = body_of_welcome(welcome.hello);
  write_text(packet, welcome.signature);
  return packet;
}

std::optional<Welcome> read_welcome(std::string_view packet, std::uint16_t& generation) {
  generation = 0;
  if (packet.size() > hello_bytes_max || packet.empty()) return std::nullopt;
  wire::Reader reader(packet.substr(1));
  auto hello = read_body(reader, generation);
  if (!hello) return std::nullopt;
  Welcome welcome{std::move(*hello), read_text(reader)};
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return welcome;
}

std::string confirm_text(std::string_view caller_hello, std::string_view welcome) { return transcript("tally caller", caller_hello, welcome); }

Packet written_confirm(std::string_view signature) {
  Packet packet(1, static_cast<char>(PacketKind::confirm));
  write_text(packet, signature);
  return packet;
}

std::optional<std::string> read_confirm(std::string_view packet) {
  if (packet.size() > hello_bytes_max || packet.empty()) return std::nullopt;
  wire::Reader reader(packet.substr(1));
  std::string signature = read_text(reader);
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return signature;
}

Packet written_refusal(std::string_view why) {
  Packet packet(1, static_cast<char>(PacketKind::refusal));
  write_text(packet, why.substr(0, refusal_bytes_max));
  return packet;
}

std::optional<std::string> read_refusal(std::string_view packet) {
  if (packet.size() > hello_bytes_max || packet.empty()) return std::nullopt;
  wire::Reader reader(packet.substr(1));
  std::string why = read_text(reader);
  if (!reader.ok() || why.size() > refusal_bytes_max) return std::nullopt;
  return printable(std::move(why));
}

std::uint64_t epoch_of_nonces(std::string_view caller, std::string_view answerer) {
  std::uint64_t hash = 0xcbf29ce484222325;   // FNV-1a: a name, no secret
  for (const std::string_view nonce : {caller, answerer})
    for (const char c : nonce) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash == 0 ? 1 : hash;
}

std::string objection(const Party& self, const Party& other) {
  if (other.id == 0) return "a node without an id";
  if (other.id == self.id) return "it claims our own id";
  if (other.cluster != self.cluster) return "it belongs to cluster '" + printable(other.cluster) + "', not '" + self.cluster + "'";
  if (other.version != self.version)
    return "it speaks version " + std::to_string(other.version) + ", we speak " + std::to_string(self.version);
  return {};
}

}  // namespace tally::cluster
