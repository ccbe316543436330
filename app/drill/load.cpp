#include "app/drill/load.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <random>

#include "app/control_client.hpp"
#include "app/drill/entry_hash.hpp"
#include "app/exit_code.hpp"
#include "app/fresh_key.hpp"
#include "app/hex.hpp"
#include "messages/json.hpp"

namespace tally::drill {
namespace {

namespace json = boost::json;

constexpr std::string_view producer = "drill:load";

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// One attempt's end.
struct Answer {
  bool answered = false;   // somebody said yes or no
  bool accepted = false;
  bool final = false;      // no attempt can end otherwise
  std::uint64_t offset = 0;
  std::string said;
};

Answer ask(const Target& target, const json::object& request, int patience_ms) {
  try {
    auto node = ControlClient::connect(target.socket, std::max(1, patience_ms / 1'000));
    if (!node) return {true, false, false, 0, "nobody listens"};  // nothing was written
    const json::object answer = node->ask(request);
    return {true, true, true, answer.at("offset").to_number<std::uint64_t>(), ""};
  } catch (const CommandFailed& failed) {
    const std::string said = failed.what();
    const bool unknown = failed.code == exit_busy || said.find("UNKNOWN") != std::string::npos;
    return {!unknown, false, failed.code == exit_usage || failed.code == exit_denied, 0, said};
  } catch (const std::exception& error) {
    return {false, false, false, 0, error.what()};
  }
}

}  // namespace

// Every attempt as it was made, for whoever wants to judge again.
struct Load::Attempts {
  explicit Attempts(const std::filesystem::path& file) : out(file, std::ios::app) {}

  void add(const std::string& key, const char* what, const Target& target, Ms sent, Ms ended, const Answer& answer) {
    const json::object line{{"key", key},
                            {"what", what},
                            {"node", target.name},
                            {"sent", sent},
                            {"ended", ended},
                            {"answered", answer.answered},
                            {"accepted", answer.accepted},
                            {"offset", answer.offset},
                            {"said", answer.said}};
    std::lock_guard lock(mutex);
    out << json::serialize(line) << '\n' << std::flush;
  }

  std::mutex mutex;
  std::ofstream out;
};

std::string drill_source(ProductId product) { return "drill-" + std::string(product.text()); }

Load::Load(LoadSettings settings) : settings_(std::move(settings)), attempts_(std::make_unique<Attempts>(settings_.record)) {}
Load::~Load() { stop(); }

CommandSeen Load::see_through(const Message& message, const std::string& key, const char* what, std::size_t& target) {
  const json::object request{{"op", "submit"}, {"message", to_json(message)}, {"producer", producer}};
  CommandSeen seen;
  seen.key = key;
  seen.what = what;
  seen.sent = settings_.now();
  seen.fate = Fate::refused;
  while (settings_.now() - seen.sent < settings_.patience_ms) {
    const Target& node = settings_.targets[target % settings_.targets.size()];
    const Ms sent = settings_.now();
    const Answer answer = ask(node, request, settings_.attempt_ms);
    const Ms ended = settings_.now();
    attempts_->add(key, what, node, sent, ended, answer);
    ++seen.attempts;
    seen.said = answer.said;
    if (answer.answered) {
      seen.node = node.name;
      seen.answered = ended;
      seen.waited = ended - sent;
    }
    if (answer.accepted) {
      seen.fate = Fate::acknowledged;
      seen.offset = answer.offset;
      ++acknowledged_;
      return seen;
    }
    if (!answer.answered) seen.fate = Fate::unknown;
    if (answer.final) return seen;
    ++target;  // another one may know the leader
    sleep_ms(20);
  }
  return seen;
}

void Load::prepare() {
  std::size_t target = 0;
  const auto must = [&](const Message& message, const std::string& key, const char* what) {
    CommandSeen seen = see_through(message, key, what, target);
    if (seen.fate != Fate::acknowledged)
      throw CommandFailed(exit_failed, std::string("the cluster did not take the drill's ") + what + ": " + seen.said);
    std::lock_guard lock(mutex_);
    commands_.push_back(std::move(seen));
  };
  DepositFunds deposit;
  deposit.key = fresh_key();
  deposit.investor = InvestorId("drill");
  deposit.amount = Money::whole(1'000'000);
  must(deposit, std::string(deposit.key.text()), "deposit");
  for (const ProductId product : settings_.products) {
    AddSubscription add;
    add.key = fresh_key();
    add.subscription = SubscriptionId(drill_source(product));
    add.investor = deposit.investor;
    add.source = SignalSourceId(drill_source(product));
    add.product = product;
    add.capital = Money::whole(100'000);
    add.terms.risk_fraction = Ratio::parse("0.02");
    add.terms.leverage_max = Ratio::parse("2");
    must(add, std::string(add.key.text()), "subscription");
  }
}

void Load::start() {
  for (std::size_t sender = 0; sender < settings_.senders; ++sender)
    threads_.emplace_back([this, sender] { send_until_stopped(sender); });
  if (settings_.consumes) threads_.emplace_back([this] { consume_until_stopped(); });
}

void Load::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

// Signals that change their mind, and now and then a deposit.
void Load::send_until_stopped(std::size_t sender) {
  std::minstd_rand random(static_cast<std::uint32_t>(sender + 1));
  for (std::size_t target = sender; !stopping_; sleep_ms(settings_.pause_ms)) {
    const IdempotencyKey key = fresh_key();
    CommandSeen seen;
    if (random() % 4 == 0) {
      DepositFunds deposit;
      deposit.key = key;
      deposit.investor = InvestorId("drill");
      deposit.amount = Money::whole(1 + random() % 100);
      seen = see_through(deposit, std::string(key.text()), "deposit", target);
    } else {
      const ProductId product = settings_.products[random() % settings_.products.size()];
      SendSignal signal;
      signal.key = key;
      signal.source = SignalSourceId(drill_source(product));
      signal.product = product;
      signal.direction.value = static_cast<std::int8_t>(static_cast<int>(random() % 3) - 1);
      signal.stop_loss_ratio = Ratio::parse("0.03");
      seen = see_through(signal, std::string(key.text()), "signal", target);
    }
    std::lock_guard lock(mutex_);
    commands_.push_back(std::move(seen));
  }
}

// From whichever node answers; the cursor is this consumer's own.
void Load::consume_until_stopped() {
  std::uint64_t next = 1;
  for (std::size_t target = 0; !stopping_; sleep_ms(50)) {
    const Target& node = settings_.targets[target % settings_.targets.size()];
    try {
      auto client = ControlClient::connect(node.socket, std::max(1, settings_.attempt_ms / 1'000));
      if (!client) throw CommandFailed(exit_busy, "nobody listens");
      const json::object answer =
          client->ask({{"op", "entries"}, {"shard", settings_.account.text()}, {"from", next}, {"count", 1'024}});
      std::lock_guard lock(mutex_);
      for (const json::value& row : answer.at("entries").as_array()) {
        const auto bytes = from_hex(std::string_view(row.as_string()));
        if (!bytes) continue;
        const auto [offset, hash] = offset_and_hash(*bytes);
        consumed_.push_back({offset, hash});
        next = offset + 1;
      }
    } catch (const std::exception&) {
      ++target;
    }
  }
}

std::vector<CommandSeen> Load::commands() const {
  std::lock_guard lock(mutex_);
  return commands_;
}

std::vector<ConsumedSeen> Load::consumed() const {
  std::lock_guard lock(mutex_);
  return consumed_;
}

Ms Load::acknowledged_after(Ms at) const {
  std::lock_guard lock(mutex_);
  Ms first = -1;
  for (const CommandSeen& command : commands_)
    if (command.fate == Fate::acknowledged && command.answered >= at && (first < 0 || command.answered < first))
      first = command.answered;
  return first;
}

}  // namespace tally::drill
