// The tables that other programs read, row by row. Names of tables and columns are a contract with those readers, which is why
// columns are written as they read them. The first `keys` columns of a latest table are its key; a history has none: its rows
// are only ever added.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "messages/decimal.hpp"
#include "messages/ids.hpp"

namespace tally::tables {

struct About {
  std::string_view name;
  std::size_t keys;       // 0: a history
  std::string_view what;
};

enum class PositionSide : std::uint8_t { LONG, SHORT };
BOOST_DESCRIBE_ENUM(PositionSide, LONG, SHORT)
enum class Action : std::uint8_t { BUY, SELL, FLAT };
BOOST_DESCRIBE_ENUM(Action, BUY, SELL, FLAT)

// ---- histories ----
struct Price1mHistory {
  static constexpr About about{"price_1m_history", 0, "bars that the venue traded on"};
  ProductId symbol;
  Time ts;   // the bar's close
  Price open, high, low, close;
  Quantity volume;
};
BOOST_DESCRIBE_STRUCT(Price1mHistory, (), (symbol, ts, open, high, low, close, volume))

struct StrategySignalHistory {
  static constexpr About about{"strategy_signal_history", 0, "signals as they were received"};
  SignalSourceId strategyId;
  ProductId symbol;
  Time signalTs;
  Action action;
  std::optional<Ratio> stopLossRatio;
  std::string reason;   // the signal's key
};
BOOST_DESCRIBE_STRUCT(StrategySignalHistory, (), (strategyId, symbol, signalTs, action, stopLossRatio, reason))

struct AcceptedTradeSignalHistory {
  static constexpr About about{"accepted_trade_signal_history", 0, "what risk let pass of each strategy's wishes"};
  AccountId accountId;
  SignalSourceId strategyId;
  ProductId symbol;
  Action action;
  Quantity qty;   // > 0
  Time ts;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(AcceptedTradeSignalHistory, (), (accountId, strategyId, symbol, action, qty, ts, reason))

struct ExecReportHistory {
  static constexpr About about{"exec_report_history", 0, "confirmed fills"};
  AccountId accountId;
  ClientOrderId orderId;
  ExecutionId fillId;
  ProductId symbol;
  Action side;
  Quantity fillQty;
  Price fillPrice;
  Time ts;
  Money fees;
  VenueId venue;
};
BOOST_DESCRIBE_STRUCT(ExecReportHistory, (), (accountId, orderId, fillId, symbol, side, fillQty, fillPrice, ts, fees, venue))

// One closed segment of a strategy's position: the sum of its subscriptions' segments between the same two executions.
struct TradeMatchHistory {
  static constexpr About about{"trade_match_history", 0, "closed segments, first in, first out"};
  std::uint64_t matchId;   // 1, 2, ... of the account
  AccountId accountId;
  SignalSourceId strategyId;
  ProductId symbol;
  ExecutionId buyOrderId;  // the executions, crosses included
  ExecutionId sellOrderId;
  Quantity matchedQty;     // > 0
  Price buyPrice;
  Price sellPrice;
  Money realizedPnl;       // before fees
  Time matchTimestamp;
};
BOOST_DESCRIBE_STRUCT(TradeMatchHistory, (),
                      (matchId, accountId, strategyId, symbol, buyOrderId, sellOrderId, matchedQty, buyPrice, sellPrice, realizedPnl,
                       matchTimestamp))

struct RiskAlertsHistory {
  static constexpr About about{"risk_alerts_history", 0, "alerts and denials"};
  AccountId accountId;
  RuleId code;
  std::string message;
  Time ts;
};
BOOST_DESCRIBE_STRUCT(RiskAlertsHistory, (), (accountId, code, message, ts))

// ---- latest ----
struct StrategySignalLatest {
  static constexpr About about{"strategy_signal_latest", 2, "each strategy's last word on a symbol"};
  SignalSourceId strategyId;
  ProductId symbol;
  Action action;
  Time lastUpdated;
};
BOOST_DESCRIBE_STRUCT(StrategySignalLatest, (), (strategyId, symbol, action, lastUpdated))

struct OpenPositionsLots {
  static constexpr About about{"open_positions_lots", 4, "open lots; a row goes when its lot is closed"};
  AccountId accountId;
  SignalSourceId strategyId;
  ProductId symbol;
  ExecutionId lotId;   // the execution that opened it
  PositionSide side;
  Quantity qtyOpen;    // when it was opened
  Quantity qtyRem;     // > 0
  Price avgPrice;
  Time tsOpen;
  Time tsUpdated;
};
BOOST_DESCRIBE_STRUCT(OpenPositionsLots, (), (accountId, strategyId, symbol, lotId, side, qtyOpen, qtyRem, avgPrice, tsOpen, tsUpdated))

struct OpenPositionsRollup {
  static constexpr About about{"open_positions_rollup", 3, "open positions; a row goes when its position is flat"};
  AccountId accountId;
  SignalSourceId strategyId;
  ProductId symbol;
  PositionSide side;
  Quantity netQty;     // signed
  Price avgPrice;      // of what is open, towards zero to 1e-9
  Time lastUpdated;
};
BOOST_DESCRIBE_STRUCT(OpenPositionsRollup, (), (accountId, strategyId, symbol, side, netQty, avgPrice, lastUpdated))

struct RealizedPnlLatest {
  static constexpr About about{"realized_pnl_latest", 3, "what closed segments realized, before fees"};
  AccountId accountId;
  SignalSourceId strategyId;
  ProductId symbol;
  Money realizedPnl;
  Time ts;
};
BOOST_DESCRIBE_STRUCT(RealizedPnlLatest, (), (accountId, strategyId, symbol, realizedPnl, ts))

struct UnrealizedPnlLatest {
  static constexpr About about{"unrealized_pnl_latest", 3, "open positions at the last price"};
  AccountId accountId;
  SignalSourceId strategyId;
  ProductId symbol;
  Money unrealizedPnl;
  Price currentPrice;
  Price avgPrice;
  Quantity netQty;
  Time ts;
};
BOOST_DESCRIBE_STRUCT(UnrealizedPnlLatest, (), (accountId, strategyId, symbol, unrealizedPnl, currentPrice, avgPrice, netQty, ts))

// ---- of what is computed, not of the account's facts: figures of returns and indicators, rounded as docs/tables.md says ----
struct IndicatorHistory {
  static constexpr About about{"indicator_history", 0, "indicators of final bars, as the profile asks for them"};
  ProductId symbol;
  std::string timeframe;   // "1m"
  std::string indicator;   // its column, "ema_30"
  std::string version;     // of its formula, "indicator.ema.v1"
  Time ts;                 // the bar's close
  std::string value;       // the shortest text of the same double
};
BOOST_DESCRIBE_STRUCT(IndicatorHistory, (), (symbol, timeframe, indicator, version, ts, value))

struct IndicatorLatest {
  static constexpr About about{"indicator_latest", 3, "the newest value of each indicator"};
  ProductId symbol;
  std::string timeframe;
  std::string indicator;
  std::string version;
  Time ts;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(IndicatorLatest, (), (symbol, timeframe, indicator, version, ts, value))

struct StrategyPerfLatest {
  static constexpr About about{"strategy_perf_latest", 2, "how each strategy did on paper, net of fees"};
  std::string runTag;        // PAPER_LIVE
  SignalSourceId strategyId;
  AccountId accountId;       // paper:NAME
  Time ts;                   // the end of the last whole day
  std::uint64_t days = 0;
  Money capital;             // paid in so far
  Money equity;
  Money pnlNet;
  Money fees;
  std::uint64_t fills = 0;
  std::optional<Ratio> totalReturn, maxDrawdown, sharpe, shrunkSharpe, tStat;
};
BOOST_DESCRIBE_STRUCT(StrategyPerfLatest, (),
                      (runTag, strategyId, accountId, ts, days, capital, equity, pnlNet, fees, fills, totalReturn, maxDrawdown, sharpe,
                       shrunkSharpe, tStat))

struct StrategyWeightsLatest {
  static constexpr About about{"strategy_weights_latest", 2, "each strategy's weight, by its record on paper"};
  std::string runTag;
  SignalSourceId strategyId;
  Time ts;
  Ratio weight;
  std::optional<Ratio> previousWeight;
  Ratio score;               // shrunk Sharpe
};
BOOST_DESCRIBE_STRUCT(StrategyWeightsLatest, (), (runTag, strategyId, ts, weight, previousWeight, score))

using Row = std::variant<Price1mHistory, StrategySignalHistory, AcceptedTradeSignalHistory, ExecReportHistory, TradeMatchHistory,
                         RiskAlertsHistory, StrategySignalLatest, OpenPositionsLots, OpenPositionsRollup, RealizedPnlLatest,
                         UnrealizedPnlLatest, IndicatorHistory, IndicatorLatest, StrategyPerfLatest, StrategyWeightsLatest>;

// One step of a table. A removed row carries what it was.
struct Change {
  enum class What : std::uint8_t { appended, upserted, removed };
  What what = What::appended;
  Row row;
};

}  // namespace tally::tables
