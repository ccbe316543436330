// From an underlying and a rule to one future of its chain, or to the reason why none. Pure; the order of rows changes nothing.
//
// By days: the nearest contract that is not within so many days of its last day of trading. By volume or open interest: the
// contract with most of it, so the chain rolls when the next one has overtaken. Neither ever goes back before the contract
// that is held, where one is given: figures that swing do not roll a position to and fro.
#pragma once

#include "actors/instrument_resolver/expiry.hpp"
#include "actors/instrument_resolver/rules.hpp"

namespace tally::instruments {

enum class RollBy : std::uint8_t { days, volume, open_interest };
BOOST_DESCRIBE_ENUM(RollBy, days, volume, open_interest)

struct FutureRule {
  RollBy roll_by = RollBy::days;
  std::int64_t roll_days = 0;                 // by days: from so many days before the last on, the next one is meant
  std::optional<Day> held;                    // expiry of the contract that is held now
  std::int64_t behind = 0;                    // so many contracts behind the one found: 1 is the next
  Ties ties = Ties::lower;                    // of equal figures
  std::optional<Quantity> volume_min;
  std::optional<Quantity> open_interest_min;
  std::size_t contracts_min = 1;              // of the chain, what has expired not counted
};

struct ConsideredFuture {
  FutureRow row;
  std::vector<Rejected> failed;               // in the table's order
};

struct FutureResolution {
  std::optional<ConsideredFuture> chosen;
  std::optional<Rejected> rejected;           // where nothing was chosen
  std::string reason;                         // English, for a person; of a choice, too
  std::vector<ConsideredFuture> considered;   // what has not expired, ascending by expiry
};

FutureResolution resolve(const FutureChain& chain, const FutureRule& rule);

// "days:5", "volume", "open-interest". Throws std::invalid_argument.
void read_roll(std::string_view text, FutureRule& rule);
std::string roll_text(const FutureRule& rule);

}  // namespace tally::instruments
