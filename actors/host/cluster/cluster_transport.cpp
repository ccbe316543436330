#include "actors/host/cluster/cluster_transport.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/openssl/all.hpp>
#include <ctime>
#include <future>
#include <mutex>
#include <random>

#include "actors/host/cluster/certificate.hpp"
#include "actors/host/cluster/servants.hpp"

namespace tally::cluster {
namespace {

// The only message between nodes: a packet of the session layer.
using packet_atom = caf::atom_constant<caf::atom("tallypkt")>;
// Within a node.
using pump_atom = caf::atom_constant<caf::atom("pump")>;
using timer_atom = caf::atom_constant<caf::atom("timer")>;

struct Dialed {
  TargetId target = 0;
  caf::strong_actor_ptr door;   // null: `why`
  std::string why;
};
struct Stop {
  std::shared_ptr<std::promise<void>> stopped;
};

}  // namespace
}  // namespace tally::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tally::cluster::Dialed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tally::cluster::Stop)

namespace tally::cluster {
namespace {

constexpr auto dial_patience = std::chrono::milliseconds(2'000);
constexpr auto caf_heartbeat = std::chrono::seconds(5);

// Goes on while the machine sleeps: after a sleep everybody has been silent.
Nanoseconds boot_time() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

struct Configuration : caf::actor_system_config {
  explicit Configuration(const TransportSettings& settings) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", settings.threads);
    set("middleman.workers", std::size_t{1});
    set("middleman.heartbeat-interval", caf::timespan(caf_heartbeat));
    load<caf::io::middleman>();
    if (settings.certificates.empty()) return;
    openssl_certificate = (settings.certificates / node_file).string();
    openssl_key = openssl_certificate;
    openssl_cafile = (settings.certificates / authority_file).string();
    load<caf::openssl::manager>();
  }
};

// What the hub and callers from outside share. Never locked while a call of the user's runs.
struct Shared {
  Shared(const TransportSettings& settings_in, std::unique_ptr<Credentials> credentials_in, const MeshSettings& mesh_settings)
      : settings(settings_in),
        credentials(std::move(credentials_in)),
        mesh(mesh_settings, *credentials, std::random_device{}()) {}

  TransportSettings settings;
  std::unique_ptr<Credentials> credentials;
  std::mutex mutex;
  Mesh mesh;
  bool pumping = false;         // the hub was told, and did not look yet
  bool stopped = false;
  replication::Transport::Receive receive;
  replication::Transport::Reachable reachable;
};
using SharedPtr = std::shared_ptr<Shared>;

// Connects and hands the socket to CAF's broker; one a dial, so that one address that does not answer holds up no other.
class Dialer : public caf::event_based_actor {
 public:
  Dialer(caf::actor_config& config, SharedPtr shared, Mesh::Dial dial, caf::actor hub, caf::actor broker)
      : event_based_actor(config),
        shared_(std::move(shared)),
        dial_(std::move(dial)),
        hub_(std::move(hub)),
        broker_(std::move(broker)) {}

  const char* name() const override { return "dialer"; }

  caf::behavior make_behavior() override {
    try {
      const bool secure = !shared_->settings.certificates.empty();
      Socket socket = connected(dial_.address, dial_patience, !secure);
      handshake_ = socket.duplicate();
      auto scribe = scribe_of(system(), std::move(socket), secure);
      request(broker_, dial_patience, caf::connect_atom::value, std::move(scribe), dial_.address.port)
          .then(
                [this](caf::node_id&, caf::strong_actor_ptr& door, std::set<std::string>&) {
                  done(door, door ? "" : "nobody answers there");
                },
                [this](caf::error&) {
                  // It may be frozen, or refuse our certificate: CAF would keep the socket.
                  handshake_.shut_down();
                  done(nullptr, "no connection was made: it does not answer, or does not accept our certificate");
                });
    } catch (const std::exception& error) {
      done(nullptr, error.what());
    }
    return {};
  }

 private:
  void done(const caf::strong_actor_ptr& door, std::string why) {
    caf::anon_send(hub_, Dialed{dial_.target, door, std::move(why)});
    hub_ = nullptr;
    quit();
  }

  SharedPtr shared_;
  Mesh::Dial dial_;
  caf::actor hub_, broker_;
  Socket handshake_;            // a second handle of the socket, until the handshake is over
};

// Published at the node's port, and the sender of all packets: a channel is the hub of another process.
class Hub : public caf::event_based_actor {
 public:
  Hub(caf::actor_config& config, SharedPtr shared, caf::actor broker)
      : event_based_actor(config), shared_(std::move(shared)), broker_(std::move(broker)) {
    // Whoever is connected can send anything: only packets are heard.
    set_default_handler(caf::drop);
    set_error_handler([](caf::scheduled_actor*, caf::error&) {});
    set_exit_handler([](caf::scheduled_actor*, caf::exit_msg&) {});
    set_down_handler([this](caf::scheduled_actor*, caf::down_msg& down) { lost(down); });
    set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& thrown) -> caf::error {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& error) {
        spdlog::critical("cluster: the transport failed: {}", error.what());
      }
      std::terminate();
    });
  }

  const char* name() const override { return "cluster"; }

  caf::behavior make_behavior() override {
    pump();
    return {
        [this](packet_atom, const std::string& packet) {
          const ChannelId channel = channel_of(current_sender());
          if (channel == 0) return;
          {
            std::lock_guard lock(shared_->mutex);
            shared_->mesh.received(boot_time(), channel, packet);
          }
          pump();
        },
        [this](pump_atom) { pump(); },
        [this](timer_atom, std::uint64_t number) {
          if (number != timer_) return;   // one that was set for earlier has taken its place
          timer_at_ = never;
          pump();
        },
        [this](Dialed& dialed) {
          const ChannelId channel = dialed.door ? channel_of(dialed.door) : 0;
          {
            std::lock_guard lock(shared_->mutex);
            if (channel != 0) shared_->mesh.dialed(boot_time(), dialed.target, channel);
            else shared_->mesh.dial_failed(boot_time(), dialed.target, dialed.why);
          }
          pump();
        },
        [this](Stop& stop) {
          {
            std::lock_guard lock(shared_->mutex);
            shared_->mesh.leave(boot_time());
          }
          stopping_ = true;
          pump();
          broker_ = nullptr;
          stop.stopped->set_value();
          quit();
        },
    };
  }

 private:
  struct Door {
    caf::strong_actor_ptr hub;
    ChannelId id = 0;
  };
  using DoorKey = std::pair<caf::node_id, caf::actor_id>;

  ChannelId channel_of(const caf::strong_actor_ptr& hub) {
    if (!hub || stopping_) return 0;
    Door& door = doors_[{hub->nid, hub->aid}];
    if (door.hub != hub) {
      door.hub = hub;
      monitor(hub);
    }
    if (door.id == 0) {
      door.id = ++last_channel_;
      hubs_[door.id] = hub;
    }
    return door.id;
  }

  void lost(const caf::down_msg& down) {
    const auto door = doors_.find({down.source.node(), down.source.id()});
    if (door == doors_.end()) return;
    {
      std::lock_guard lock(shared_->mutex);
      shared_->mesh.closed(boot_time(), door->second.id);
    }
    forget(door->second.id);
    pump();
  }

  void forget(ChannelId channel) {
    const auto hub = hubs_.find(channel);
    if (hub == hubs_.end()) return;
    demonitor(hub->second->address());
    doors_.erase({hub->second->nid, hub->second->aid});
    hubs_.erase(hub);
  }

  // Does what the mesh says, and comes back when it wants to.
  void pump() {
    Nanoseconds wake = 0;
    Mesh::Output out;
    const Nanoseconds now = boot_time();
    {
      std::lock_guard lock(shared_->mutex);
      shared_->pumping = false;
      shared_->mesh.tick(now);
      out = shared_->mesh.take(now);
      wake = shared_->mesh.wake_at();
    }
    for (Mesh::Send& parcel : out.sends)
      if (const auto hub = hubs_.find(parcel.channel); hub != hubs_.end())
        send(caf::actor_cast<caf::actor>(hub->second), packet_atom::value, std::move(parcel.packet));
    for (Mesh::Dial& dial : out.dials)
      if (!stopping_) system().spawn<Dialer, caf::detached>(shared_, std::move(dial), caf::actor(this), broker_);
    for (const ChannelId channel : out.forgets) forget(channel);
    for (const Mesh::Note& note : out.notes)
      spdlog::log(note.warning ? spdlog::level::warn : spdlog::level::info, "cluster: {}", note.text);
    for (Mesh::Event& event : out.events) {
      if (event.change && shared_->reachable) shared_->reachable(event.change->peer, event.change->reachable);
      if (event.arrival && shared_->receive)
        shared_->receive(event.arrival->from, event.arrival->delivery.lane, std::move(event.arrival->delivery.frame));
    }
    if (stopping_ || wake >= timer_at_) return;
    timer_at_ = wake;
    delayed_send(this, std::chrono::nanoseconds(std::max<Nanoseconds>(wake - now, ms)), timer_atom::value, ++timer_);
  }

  SharedPtr shared_;
  caf::actor broker_;
  std::map<DoorKey, Door> doors_;
  std::map<ChannelId, caf::strong_actor_ptr> hubs_;
  ChannelId last_channel_ = 0;
  Nanoseconds timer_at_ = never;
  std::uint64_t timer_ = 0;   // the one that counts
  bool stopping_ = false;
};

std::unique_ptr<Credentials> credentials_for(const TransportSettings& settings) {
  if (settings.self == 0) throw TransportError("a node without an id takes no part in a cluster");
  if (settings.cluster.empty()) throw TransportError("no cluster is named");
  if (settings.certificates.empty()) return uncertified();
  try {
    return certified(settings.certificates, settings.self, settings.cluster);
  } catch (const CertificateError& error) {
    throw TransportError(error.what());
  }
}

}  // namespace

struct CafTransport::Body {
  explicit Body(TransportSettings settings_in) : settings(std::move(settings_in)), credentials(credentials_for(settings)) {}

  TransportSettings settings;
  std::unique_ptr<Credentials> credentials;   // until start
  Receive receive;
  Reachable reachable;
  SharedPtr shared;                           // from start on
  std::unique_ptr<Configuration> configuration;
  std::unique_ptr<caf::actor_system> system;
  caf::actor hub;
  std::uint16_t port = 0;

  // Changes the mesh, and has the hub do what follows.
  template <class Change>
  void change(const Change& what) {
    std::lock_guard lock(shared->mutex);
    if (shared->stopped) return;
    what(shared->mesh);
    if (!std::exchange(shared->pumping, true)) caf::anon_send(hub, pump_atom::value);
  }
};

CafTransport::CafTransport(TransportSettings settings) : body_(std::make_unique<Body>(std::move(settings))) {}

CafTransport::~CafTransport() { stop(); }

void CafTransport::on_receive(Receive call) { body_->receive = std::move(call); }
void CafTransport::on_reachable(Reachable call) { body_->reachable = std::move(call); }

void CafTransport::start() {
  Body& body = *body_;
  if (body.shared) throw TransportError("was started before");
  const bool secure = !body.settings.certificates.empty();
  Socket listener;
  try {
    listener = listening(body.settings.listen, !secure);
  } catch (const SocketError& error) {
    throw TransportError(error.what());
  }
  body.port = port_of(listener);
  MeshSettings mesh = body.settings.mesh;
  const Address& advertised = body.settings.advertised;
  const bool as_listening = advertised.host.empty();
  mesh.self = {body.settings.self, body.settings.cluster, body.settings.name, body.settings.version,
               {as_listening ? body.settings.listen.host : advertised.host, advertised.port != 0 ? advertised.port : body.port}};
  body.shared = std::make_shared<Shared>(body.settings, std::move(body.credentials), mesh);
  body.shared->receive = std::move(body.receive);
  body.shared->reachable = std::move(body.reachable);
  for (const auto& [id, address] : body.settings.peers) body.shared->mesh.add_peer(boot_time(), id, address);
  body.configuration = std::make_unique<Configuration>(body.settings);
  body.system = std::make_unique<caf::actor_system>(*body.configuration);
  auto broker = body.system->middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  body.hub = body.system->spawn<Hub>(body.shared, broker);
  caf::anon_send(broker, caf::publish_atom::value, doorman_of(*body.system, std::move(listener), secure), body.port,
                 caf::actor_cast<caf::strong_actor_ptr>(body.hub), std::set<std::string>{});
}

void CafTransport::stop() {
  Body& body = *body_;
  if (!body.system) return;
  {
    std::lock_guard lock(body.shared->mutex);
    body.shared->stopped = true;   // from here on nobody else speaks to the hub
  }
  auto stopped = std::make_shared<std::promise<void>>();
  auto done = stopped->get_future();
  caf::anon_send(body.hub, Stop{std::move(stopped)});
  done.wait();
  body.hub = nullptr;
  body.system.reset();
  body.configuration.reset();
}

void CafTransport::send(NodeId to, Lane lane, Frame frame) {
  if (!body_->shared) return;
  body_->change([&](Mesh& mesh) { mesh.send(to, lane, std::move(frame)); });
}

std::uint16_t CafTransport::port() const { return body_->port; }

void CafTransport::add_peer(NodeId id, const Address& address) {
  if (!body_->shared) body_->settings.peers[id] = address;
  else body_->change([&](Mesh& mesh) { mesh.add_peer(boot_time(), id, address); });
}

void CafTransport::remove_peer(NodeId id) {
  if (!body_->shared) body_->settings.peers.erase(id);
  else body_->change([&](Mesh& mesh) { mesh.remove_peer(boot_time(), id); });
}

void CafTransport::introduce(const Address& address) {
  if (!body_->shared) throw TransportError("not started");
  body_->change([&](Mesh& mesh) { mesh.introduce(boot_time(), address); });
}

std::vector<PeerStatus> CafTransport::peers() const {
  if (!body_->shared) return {};
  std::lock_guard lock(body_->shared->mutex);
  return body_->shared->mesh.status(boot_time());
}

}  // namespace tally::cluster
