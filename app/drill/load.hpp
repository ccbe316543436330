// The load of a drill: commands through any node's control socket, retried under their own keys until a node answers, and a record
// of every attempt that is the drill's own. And a consumer that follows the account's entries with a cursor.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "app/drill/evidence.hpp"
#include "messages/message.hpp"

namespace tally::drill {

// A node as the load reaches it.
struct Target {
  std::string name;
  std::filesystem::path socket;
};

// The source of signals, and the subscription to it, that the load has for a product.
std::string drill_source(ProductId product);

struct LoadSettings {
  std::vector<Target> targets;
  Symbol account;
  std::vector<ProductId> products;
  std::size_t senders = 3;
  int pause_ms = 20;                     // between a sender's commands
  bool consumes = true;                  // follows the entries, too
  int patience_ms = 20'000;              // of one command, retries included
  int attempt_ms = 2'000;                // of one attempt; then its fate is unknown and it is tried again
  std::filesystem::path record;          // one JSON object an attempt
  std::function<Ms()> now;
};

class Load {
 public:
  explicit Load(LoadSettings settings);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // An investor with a subscription a product. Throws CommandFailed where the cluster does not take it.
  void prepare();
  void start();
  // Ends when every command under way has its fate.
  void stop();

  std::vector<CommandSeen> commands() const;
  std::vector<ConsumedSeen> consumed() const;
  // Commands acknowledged so far.
  std::size_t acknowledged() const { return acknowledged_; }
  // When the first acknowledgement at or after `at` came; -1 where none did yet.
  Ms acknowledged_after(Ms at) const;

 private:
  struct Attempts;

  void send_until_stopped(std::size_t sender);
  void consume_until_stopped();
  CommandSeen see_through(const Message& message, const std::string& key, const char* what, std::size_t& target);

  LoadSettings settings_;
  std::unique_ptr<Attempts> attempts_;
  mutable std::mutex mutex_;
  std::vector<CommandSeen> commands_;
  std::vector<ConsumedSeen> consumed_;
  std::atomic<std::size_t> acknowledged_{0};
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace tally::drill
