// The transport between nodes over CAF: one actor system a node, TLS with certificates on both sides, and above it the
// sessions of session/. Users need not see CAF.
//
// Laws, beside those of the port
//  - Without certificates it listens on loopback addresses only, dials loopback addresses only, and does not start otherwise.
//  - A node that nobody added may connect, if its certificate proves it: its frames are delivered, and it can be answered.
//  - Of a peer that does not read, at most the session's window is in CAF's hands; see docs/cluster-transport.md.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "actors/host/cluster/session/mesh.hpp"
#include "persistence/replication/transport.hpp"

namespace tally::cluster {

struct TransportError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TransportSettings {
  NodeId self = 0;
  std::string cluster;                           // who belongs together; it stands in the certificates, too
  std::string name;                              // for people
  std::uint32_t version = 1;                     // of what the frames hold
  Address listen{"127.0.0.1", 0};                // port 0: any; port() tells which
  Address advertised{};                          // where others dial us; host empty: as `listen`
  std::filesystem::path certificates;            // empty: none, loopback only
  std::map<NodeId, Address> peers;
  MeshSettings mesh;                             // bounds and times; its `self` is filled in from the above
  std::size_t threads = 2;
};

class CafTransport final : public replication::Transport {
 public:
  // Throws TransportError: no id, no cluster, certificates that do not prove this node.
  explicit CafTransport(TransportSettings settings);
  ~CafTransport() override;

  void on_receive(Receive call) override;
  void on_reachable(Reachable call) override;
  void start() override;                         // throws TransportError: cannot listen there
  void stop() override;                          // not from within a call
  void send(NodeId to, Lane lane, Frame frame) override;

  std::uint16_t port() const;                    // once started

  // At any time. A changed address is dialed from now on; removing ends the link.
  void add_peer(NodeId id, const Address& address);
  void remove_peer(NodeId id);
  // Dials an address whose node is not known; who it is, on_reachable() and peers() tell once it is proven.
  void introduce(const Address& address);

  // Everybody known, connected, or dialed.
  std::vector<PeerStatus> peers() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace tally::cluster
