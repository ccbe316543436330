#include "gateway/metrics/metrics_endpoint.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <mutex>

namespace tally {
namespace {

prometheus::MetricFamily exported(const MetricFamilyOf& family) {
  const bool counts = family.kind == MetricFamilyOf::Kind::counter;
  prometheus::MetricFamily out;
  out.name = family.name;
  out.help = family.help;
  out.type = counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  for (const MetricSample& sample : family.samples) {
    prometheus::ClientMetric& metric = out.metric.emplace_back();
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    if (counts) metric.counter.value = sample.value;
    else metric.gauge.value = sample.value;
  }
  return out;
}

// Scrapes may overlap; each sees what is committed by then.
class Collector final : public prometheus::Collectable {
 public:
  Collector(std::shared_ptr<const Journal> journal, MetricsEndpoint::Shards shards, std::size_t top_symbols, std::function<Time()> now,
            MetricsEndpoint::More more)
      : journal_(std::move(journal)), shards_(shards), now_(std::move(now)), more_(std::move(more)), metrics_(top_symbols) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::lock_guard lock(mutex_);
    catch_up();
    std::vector<prometheus::MetricFamily> out;
    for (const MetricFamilyOf& family : metrics_.at(now_())) out.push_back(exported(family));
    MetricFamilyOf behind{"tally_commit_lag_entries", "Entries that are sequenced and not durable yet", MetricFamilyOf::Kind::gauge, {}};
    MetricFamilyOf commands{"tally_accepts_commands", "0 while the disk is below its reserve", MetricFamilyOf::Kind::gauge, {}};
    for (const Symbol shard : {shards_.account, shards_.venue})
      behind.samples.push_back({{{"shard", std::string(shard.text())}}, static_cast<double>(journal_->end(shard) - journal_->committed(shard))});
    commands.samples.push_back({{}, journal_->accepts_commands() ? 1.0 : 0.0});
    out.push_back(exported(behind));
    out.push_back(exported(commands));
    if (more_)
      for (const MetricFamilyOf& family : more_()) out.push_back(exported(family));
    return out;
  }

 private:
  void catch_up() const {
    const auto follow = [this](Symbol shard, Offset& next, auto fold) {
      const Offset end = journal_->committed(shard);
      for_each_entry(*journal_, shard, next, end, fold);
      next = std::max(next, end + 1);
    };
    follow(shards_.venue, next_of_venue_, [this](const Entry& entry) { metrics_.fold_venue(entry); });
    follow(shards_.account, next_of_account_, [this](const Entry& entry) { metrics_.fold_account(entry); });
  }

  const std::shared_ptr<const Journal> journal_;
  const MetricsEndpoint::Shards shards_;
  const std::function<Time()> now_;
  const MetricsEndpoint::More more_;
  mutable std::mutex mutex_;
  mutable AccountMetrics metrics_;
  mutable Offset next_of_account_ = 1;
  mutable Offset next_of_venue_ = 1;
};

}  // namespace

class MetricsEndpoint::Listener {
 public:
  Listener(const std::string& address, std::shared_ptr<Collector> collector) : collector_(std::move(collector)), exposer_(address) {
    exposer_.RegisterCollectable(collector_);
  }
  int port() const { return exposer_.GetListeningPorts().at(0); }

 private:
  std::shared_ptr<Collector> collector_;
  prometheus::Exposer exposer_;
};

MetricsEndpoint::MetricsEndpoint(const std::string& address, std::shared_ptr<const Journal> journal, Shards shards,
                                 std::size_t top_symbols, std::function<Time()> now, More more) {
  auto collector = std::make_shared<Collector>(std::move(journal), shards, top_symbols, std::move(now), std::move(more));
  collector->Collect();
  try {
    listener_ = std::make_unique<Listener>(address, std::move(collector));
  } catch (const std::exception& error) {
    throw std::runtime_error("metrics: cannot listen on " + address + " (" + error.what() + ")");
  }
}

MetricsEndpoint::~MetricsEndpoint() = default;

int MetricsEndpoint::port() const { return listener_->port(); }

}  // namespace tally
