#include "actors/instrument_resolver/facts.hpp"

namespace tally::instruments {
namespace {

std::vector<RuleId> ids_of(const std::vector<Rejected>& failed) {
  std::vector<RuleId> ids;
  for (const Rejected one : failed) ids.emplace_back(id_of(one));
  return ids;
}

ConsideredContract shown(const OptionChain& chain, const Considered& item) {
  ConsideredContract contract;
  contract.name = name_of(chain, item.row);
  contract.expiry = item.row.expiry;
  contract.strike = item.row.strike;
  contract.right = item.row.right;
  contract.rank = item.rank;
  contract.bid = item.row.bid;
  contract.ask = item.row.ask;
  contract.quoted_at = item.row.quoted_at;
  contract.open_interest = item.row.open_interest;
  contract.volume = item.row.volume;
  contract.delta = item.row.greeks.delta;
  contract.failed = ids_of(item.failed);
  return contract;
}

ConsideredContract shown(const FutureChain& chain, const ConsideredFuture& item) {
  ConsideredContract contract;
  contract.name = name_of(chain, item.row);
  contract.expiry = item.row.expiry;
  contract.price = item.row.price;
  contract.open_interest = item.row.open_interest;
  contract.volume = item.row.volume;
  contract.failed = ids_of(item.failed);
  return contract;
}

// One of the two, by whether something was rejected.
Answer answer(ProductId underlying, std::string rule, Time at, const std::optional<std::string>& chosen,
              const std::optional<Rejected>& rejected, const std::string& reason, ResolutionEvidence evidence) {
  if (chosen) return InstrumentResolved{underlying, std::move(rule), at, *chosen, reason, std::move(evidence)};
  return InstrumentRejected{underlying, std::move(rule), at, RuleId(id_of(rejected.value())), reason, std::move(evidence)};
}

}  // namespace

Answer answer_of(const OptionChain& chain, const OptionResolution& resolution, std::string rule,
                 const std::optional<TapePlace>& tape) {
  const OptionEvidence& seen = resolution.evidence;
  ResolutionEvidence evidence;
  evidence.today = chain.today;
  evidence.underlying_price = chain.underlying_price;
  if (chain.underlying_price) evidence.underlying_at = chain.underlying_at;
  evidence.contracts = seen.contracts;
  evidence.quoted = seen.quoted;
  evidence.expiries = seen.expiries;
  evidence.expiry = seen.expiry;
  evidence.at_the_money = seen.at_the_money;
  for (const Considered& item : seen.considered) evidence.considered.push_back(shown(chain, item));
  evidence.tape = tape;
  const auto chosen = resolution.chosen ? std::optional(name_of(chain, resolution.chosen->row)) : std::nullopt;
  return answer(chain.underlying, std::move(rule), chain.at, chosen, resolution.rejected, resolution.reason, std::move(evidence));
}

Answer answer_of(const FutureChain& chain, Time at, const FutureResolution& resolution, std::string rule,
                 const std::optional<TapePlace>& tape) {
  ResolutionEvidence evidence;
  evidence.today = chain.today;
  evidence.contracts = resolution.considered.size();
  for (const ConsideredFuture& item : resolution.considered) {
    evidence.expiries.push_back(item.row.expiry);
    evidence.considered.push_back(shown(chain, item));
  }
  std::optional<std::string> chosen;
  if (resolution.chosen) {
    chosen = name_of(chain, resolution.chosen->row);
    evidence.expiry = resolution.chosen->row.expiry;
  }
  evidence.tape = tape;
  return answer(ProductId(chain.underlying), std::move(rule), at, chosen, resolution.rejected, resolution.reason,
                std::move(evidence));
}

}  // namespace tally::instruments
