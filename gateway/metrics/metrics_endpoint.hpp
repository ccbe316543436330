// An HTTP endpoint, /metrics, for Prometheus. It follows the journal when it is asked and owns no thread that works between.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/metrics/account_metrics.hpp"
#include "persistence/journal.hpp"

namespace tally {

class MetricsEndpoint {
 public:
  struct Shards {
    Symbol account;
    Symbol venue;
  };

  // Listens on `address`, e.g. "127.0.0.1:9464", and reads the journal once, so that the first answer is quick. Throws
  // std::runtime_error where the address cannot be had. `now` is called by the endpoint's threads, and so is `more`: what else
  // there is to say.
  using More = std::function<std::vector<MetricFamilyOf>()>;
  MetricsEndpoint(const std::string& address, std::shared_ptr<const Journal> journal, Shards shards, std::size_t top_symbols,
                  std::function<Time()> now, More more = nullptr);
  ~MetricsEndpoint();

  int port() const;

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace tally
