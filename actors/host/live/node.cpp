#include "actors/host/live/node.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <set>

#include "actors/host/live/protocol.hpp"
#include "actors/host/live/shard_actor.hpp"
#include "persistence/rocksdb_journal.hpp"

namespace tally {
namespace live {
namespace {

struct StartShard {
  ShardOptions options;
  std::shared_ptr<std::promise<void>> started;
};
struct StartAgain {
  Symbol shard;
};
struct FindShard {
  Symbol shard;
  std::shared_ptr<std::promise<caf::actor>> answer;
};

}  // namespace
}  // namespace live
}  // namespace tally

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tally::live::StartShard)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tally::live::StartAgain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tally::live::FindShard)

namespace tally {
namespace live {
namespace {

// The root of the tree: starts shards and starts them anew where they fail. Over budget the process ends; where other nodes have the
// log, too, only the leadership of it.
class NodeSupervisor : public caf::event_based_actor {
 public:
  static constexpr std::size_t restarts_max = 5;  // of one shard within a minute
  static constexpr int exit_code = 71;

  NodeSupervisor(caf::actor_config& config, ShardServices services)
      : caf::event_based_actor(config), services_(std::move(services)) {
    set_down_handler([this](caf::down_msg& down) { failed(down); });
  }

  caf::behavior make_behavior() override {
    return {
        [this](const StartShard& start) {
          Shard& shard = shards_[start.options.shard];
          shard.options = start.options;
          services_.journal->on_commit(start.options.shard, [relay = shard.relay](Offset offset) { relay->committed(offset); });
          spawn_shard(start.options.shard);
          start.started->set_value();
        },
        [this](const FindShard& find) {
          const auto it = shards_.find(find.shard);
          find.answer->set_value(it == shards_.end() ? caf::actor() : it->second.actor);
        },
        [this](const StartAgain& again) { spawn_shard(again.shard); },
        [this](const LookAtClock& look) {
          for (auto& [name, shard] : shards_) send(shard.actor, look);
        },
    };
  }

  void on_exit() override {
    for (auto& [name, shard] : shards_) {
      // From here on the journal's thread holds no actor, and so can never be the last to let go of the journal itself.
      shard.relay->lead_to({});
      anon_send_exit(shard.actor, caf::exit_reason::user_shutdown);
    }
    shards_.clear();
  }

 private:
  struct Shard {
    ShardOptions options;
    caf::actor actor;
    std::shared_ptr<CommitRelay> relay = std::make_shared<CommitRelay>();
    std::vector<std::chrono::steady_clock::time_point> failures;
  };

  void spawn_shard(Symbol name) {
    Shard& shard = shards_.at(name);
    shard.actor = spawn<ShardActor>(shard.options, services_, shard.relay);
    monitor(shard.actor);
  }

  void failed(const caf::down_msg& down) {
    for (auto& [name, shard] : shards_) {
      if (shard.actor.address() != down.source) continue;
      if (down.reason == caf::exit_reason::user_shutdown) {
        spdlog::warn("shard {} is not led here any more", name.text());
        return;
      }
      const auto now = std::chrono::steady_clock::now();
      std::erase_if(shard.failures, [&](auto at) { return at < now - std::chrono::minutes(1); });
      shard.failures.push_back(now);
      spdlog::error("shard {} failed: {}", name.text(), system().render(down.reason));
      if (shard.failures.size() > restarts_max) {
        if (auto* shared = dynamic_cast<RocksDbJournal*>(services_.journal.get()); shared && shared->replicated()) {
          spdlog::critical("shard {} failed {} times within a minute; this node gives up leading it", name.text(), shard.failures.size());
          return shared->resign(name, "it fails here again and again");  // other accounts of this process go on
        }
        spdlog::critical("shard {} failed {} times within a minute; this node gives up", name.text(), shard.failures.size());
        spdlog::shutdown();
        std::_Exit(exit_code);
      }
      delayed_send(this, std::chrono::milliseconds(100) * (1u << shard.failures.size()), StartAgain{name});
    }
  }

  ShardServices services_;
  std::map<Symbol, Shard> shards_;
};

// The 0.17 configuration: shared queue, because work stealing costs a quarter of a millisecond a hop when idle.
struct Configuration : caf::actor_system_config {
  explicit Configuration(std::size_t threads) {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", threads);
  }
};

}  // namespace
}  // namespace live

using namespace live;

struct Node::Body {
  Body(std::string name, std::shared_ptr<Journal> journal, std::shared_ptr<TimeAuthority> time, std::size_t threads)
      : configuration(threads), system(configuration), work(std::make_shared<Work>()) {
    services.node = std::move(name);
    services.journal = std::move(journal);
    services.time = std::move(time);
    services.build = TALLY_VERSION;
    services.work = work;
    supervisor = system.spawn<NodeSupervisor>(services);
  }

  // Found anew at each call: a shard that was restarted is another actor.
  caf::actor shard(Symbol name) {
    FindShard find{name, std::make_shared<std::promise<caf::actor>>()};
    auto answer = find.answer->get_future();
    caf::anon_send(supervisor, std::move(find));
    caf::actor found = answer.get();
    if (!found) throw std::invalid_argument("this node has no shard '" + std::string(name.text()) + "'");
    return found;
  }

  Configuration configuration;
  caf::actor_system system;
  std::shared_ptr<Work> work;
  ShardServices services;
  std::set<Symbol> started;
  caf::actor supervisor;
};

Node::Node(std::string name, std::shared_ptr<Journal> journal, std::shared_ptr<TimeAuthority> time, std::size_t threads)
    : body_(std::make_unique<Body>(std::move(name), std::move(journal), std::move(time), threads)) {}

Node::~Node() {
  caf::anon_send_exit(body_->supervisor, caf::exit_reason::user_shutdown);
  body_->supervisor = nullptr;
  body_->system.await_all_actors_done();
  for (Symbol shard : body_->started) {
    try {
      body_->services.journal->wait_committed(shard, journal().end(shard));
    } catch (const JournalError& error) {
      spdlog::warn("{}", error.what());  // another node leads: what becomes of the last entries is decided there
    }
  }
}

void Node::start_shard(ShardOptions options) {
  body_->started.insert(options.shard);
  StartShard start{std::move(options), std::make_shared<std::promise<void>>()};
  auto started = start.started->get_future();
  caf::anon_send(body_->supervisor, std::move(start));
  started.get();
}

void Node::submit(Symbol shard, std::vector<Message> messages, std::string producer, Done done) {
  if (messages.empty()) throw std::invalid_argument("an input without a message");
  Submit input{std::move(messages.front()), {}, std::move(producer), std::make_shared<Ticket>(body_->work, std::move(done))};
  input.more.assign(std::make_move_iterator(messages.begin() + 1), std::make_move_iterator(messages.end()));
  caf::anon_send(body_->shard(shard), std::move(input));
}

std::future<Outcome> Node::submit_for(Symbol shard, Message message, std::string producer) {
  auto promise = std::make_shared<std::promise<Outcome>>();
  auto answer = promise->get_future();
  std::vector<Message> messages;
  messages.push_back(std::move(message));
  submit(shard, std::move(messages), std::move(producer), [promise](const Outcome& outcome) { promise->set_value(outcome); });
  return answer;
}

void Node::clock_moved() { caf::anon_send(body_->supervisor, LookAtClock{}); }
void Node::settle() { body_->work->settle(); }
void Node::port_work_begun() { body_->work->begun(); }
void Node::port_work_finished() { body_->work->finished(); }

std::vector<TreeRow> Node::tree(Symbol shard) {
  AskTree ask{std::make_shared<TreeRows>()};
  auto answer = ask.rows->answer.get_future();
  caf::anon_send(body_->shard(shard), ask);
  return answer.get();
}

boost::json::value Node::state_of(Symbol shard, const EntityRef& entity) {
  AskState ask{entity, std::make_shared<std::promise<boost::json::value>>()};
  auto answer = ask.answer->get_future();
  caf::anon_send(body_->shard(shard), ask);
  return answer.get();
}

void Node::inject_fault(Symbol shard, const EntityRef& entity, std::uint32_t times, std::string cause) {
  caf::anon_send(body_->shard(shard), InjectFault{entity, times, std::move(cause)});
}

const Journal& Node::journal() const { return *body_->services.journal; }
TimeAuthority& Node::time() { return *body_->services.time; }

}  // namespace tally
