#include "app/venue/venue_audit.hpp"

#include <boost/json.hpp>
#include <set>

#include "messages/json_codec.hpp"

namespace tally {
namespace {

using Orders = std::map<ClientOrderId, AuditedOrder>;

void take_order(const OrderCommanded& command, Orders& orders) {
  const auto [it, added] = orders.try_emplace(command.order);
  if (!added) return;
  AuditedOrder& order = it->second;
  order.order = command.order;
  order.account = command.account;
  order.product = command.batch.product;
  order.side = command.side;
  order.quantity = command.quantity;
}

void take_report(const ExecutionReported& report, Orders& orders, std::set<ExecutionId>& known, VenueAudit& audit) {
  const auto it = orders.find(report.order);
  if (it == orders.end()) return;
  AuditedOrder& order = it->second;
  if (report.type == ExecutionType::accepted || report.type == ExecutionType::rejected)
    order.answer = boost::describe::enum_to_string(report.type, "?");
  if (report.type == ExecutionType::rejected || report.type == ExecutionType::canceled || report.type == ExecutionType::expired)
    order.closed = true;
  if (report.type != ExecutionType::trade || !known.insert(report.execution).second) return;
  order.filled += report.last_quantity;
  if (order.filled >= order.quantity) order.closed = true;
  audit.executions.push_back({report.execution, report.order, report.account, report.product, report.side, report.last_quantity,
                              report.last_price, report.fee, report.at});
}

void take_history(const VenueHistoryLine& line, Orders& orders, VenueAudit& audit) {
  switch (line.what) {
    case VenueSight::login: ++audit.logins; return;
    case VenueSight::kicked: ++audit.kicks; return;
    case VenueSight::bad_line: ++audit.bad_lines; return;
    case VenueSight::cut_off: ++audit.cut_off; return;
    case VenueSight::order: break;
    case VenueSight::started:
    case VenueSight::logout:
    case VenueSight::cancel:
    case VenueSight::ask: return;
  }
  const ClientOrderId id(line.order);
  AuditedOrder& order = orders[id];
  order.order = id;
  if (order.account.empty()) order.account = AccountId(line.account);
  ++(line.fenced ? order.fenced : order.arrivals);
  order.senders.push_back(line.node + '/' + std::to_string(line.term) + '/' + std::to_string(line.session));
}

}  // namespace

VenueAudit audit_venue(const Journal& journal, Symbol shard, const std::vector<VenueHistoryLine>& history) {
  VenueAudit audit;
  Orders orders;
  std::set<ExecutionId> known;
  for_each_entry(journal, shard, 1, journal.committed(shard), [&](const Entry& entry) {
    for (const Event& event : entry.events) {
      const bool input = event.stream.kind == EntityKind::none;
      if (const auto* order = std::get_if<OrderCommanded>(&event.body); order && input) take_order(*order, orders);
      if (const auto* report = std::get_if<ExecutionReported>(&event.body); report && !input)
        take_report(*report, orders, known, audit);
    }
  });
  for (const VenueHistoryLine& line : history) take_history(line, orders, audit);
  std::map<std::pair<AccountId, ProductId>, Quantity> positions;
  for (const AuditedExecution& one : audit.executions)
    positions[{one.account, one.product}] += one.side == Side::buy ? one.quantity : -one.quantity;
  for (const auto& [place, quantity] : positions)
    if (quantity != Quantity{}) audit.positions.push_back({place.first, place.second, quantity});
  for (auto& [id, order] : orders) {
    if (order.arrivals > 1) audit.arrived_again.push_back(id);
    audit.orders.push_back(std::move(order));
  }
  return audit;
}

std::string to_json_text(const VenueAudit& audit) { return boost::json::serialize(json_codec::write(audit)); }

VenueAudit venue_audit_of(const std::string& text) {
  VenueAudit audit;
  json_codec::read(boost::json::parse(text), JsonPath(), audit);
  return audit;
}

}  // namespace tally
