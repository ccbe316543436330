#include "app/views/trace_export.hpp"

#include <cstdio>
#include <map>

namespace tally {
namespace {

namespace json = boost::json;

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("._:/@#-+").find(c) != std::string_view::npos;
}

class Aliases {
 public:
  explicit Aliases(const std::vector<IntentTrace>& traces) {
    for (const IntentTrace& trace : traces) {
      add("fixture-intent-", text_of(trace.intent), 3);
      add("subscription-", trace.intent.subscription.text());
      add("investor-", trace.investor.text());
      add("source-", trace.source.text());
      add("product-", trace.product.text());
      add("venue-", trace.venue.text());
      add("account-", trace.account.text());
      for (const ClientOrderId& order : trace.orders) add("order-", order.text());
      for (const VenueOrderId& order : trace.venue_orders) add("venue-order-", order.text());
    }
    for (const IntentTrace& trace : traces)
      if (first_.ns == 0 || trace.stages[0].records.front().at < first_) first_ = trace.stages[0].records.front().at;
  }

  std::string of(std::string_view name) const {
    const auto it = aliases_.find(name);
    return it == aliases_.end() ? "unnamed" : it->second;
  }

  // Every word that is a name, or a batch "<product>#<number>".
  std::string text(const std::string& said) const {
    std::string out;
    for (std::size_t i = 0; i < said.size();) {
      std::size_t end = i;
      while (end < said.size() && is_name_character(said[end])) ++end;
      if (end == i) out += said[i++];
      else {
        out += word(said.substr(i, end - i));
        i = end;
      }
    }
    return out;
  }

  double seconds(Time at) const { return static_cast<double>((at - first_) / ns_per_ms) / 1000; }

 private:
  void add(const char* kind, std::string_view name, int width = 1) {
    if (name.empty() || aliases_.contains(name)) return;
    char number[24];
    std::snprintf(number, sizeof number, "%0*zu", width, ++counts_[kind]);
    aliases_.emplace(name, std::string(kind) + number);
  }

  // A name may be followed by the punctuation of its sentence.
  std::string word(std::string said) const {
    std::string after;
    for (;;) {
      if (const auto it = aliases_.find(said); it != aliases_.end()) return it->second + after;
      if (said.empty() || std::string_view(".:").find(said.back()) == std::string_view::npos) break;
      after.insert(after.begin(), said.back());
      said.pop_back();
    }
    if (const auto hash = said.find('#'); hash != std::string::npos) return of(said.substr(0, hash)) + said.substr(hash) + after;
    return said + after;
  }

  std::map<std::string, std::string, std::less<>> aliases_;
  std::map<std::string, std::size_t> counts_;
  Time first_;
};

json::object anonymous(const IntentTrace& trace, const Aliases& aliases) {
  json::array stages;
  for (const TraceStage& stage : trace.stages) {
    json::array records;
    for (const TraceRecord& record : stage.records)
      records.push_back(json::object{{"seconds", aliases.seconds(record.at)}, {"what", record.what}, {"text", aliases.text(record.text)}});
    stages.push_back(json::object{{"stage", stage.stage}, {"name", stage.name}, {"records", std::move(records)}});
  }
  return {{"intent_id", aliases.of(text_of(trace.intent))},
          {"subscription", aliases.of(trace.intent.subscription.text())},
          {"investor", aliases.of(trace.investor.text())},
          {"source", aliases.of(trace.source.text())},
          {"product", aliases.of(trace.product.text())},
          {"account", aliases.of(trace.account.text())},
          {"desired_position", trace.desired_position.text()},
          {"risk_decision", trace.risk_decision},
          {"provider_callback", trace.provider_callback + " / filled " + trace.filled.text()},
          {"confirmed_position", trace.confirmed_position.text()},
          {"reconciliation_diff", trace.residual.text() + " residual against target"},
          {"operator_flag", trace.operator_flag},
          {"stages", std::move(stages)}};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string cell(const json::object& from, const char* key) {
  return "<td>" + escaped(std::string_view(from.at(key).as_string())) + "</td>";
}

constexpr const char* page_head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Execution trace</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
details { margin: .75rem 0; } summary { cursor: pointer; font-weight: 600; }
h3 { margin: .75rem 0 .25rem; font-size: 1rem; }
</style></head><body>
<h1>Execution trace</h1>
<p>Intent, risk decision, order command, provider event, confirmed position and reconciliation are separate records.
Identifiers are fixtures; no live symbol, venue or account is shown. Times are seconds since the first record.</p>
)";

}  // namespace

json::value anonymous_traces(const std::vector<IntentTrace>& traces) {
  const Aliases aliases(traces);
  json::array out;
  for (const IntentTrace& trace : traces) out.push_back(anonymous(trace, aliases));
  return out;
}

std::string anonymous_page(const std::vector<IntentTrace>& traces) {
  std::string page = page_head;
  const json::value all = anonymous_traces(traces);
  for (const json::value& value : all.as_array()) {
    const json::object& trace = value.as_object();
    page += "<details><summary>" + escaped(std::string_view(trace.at("intent_id").as_string())) + ": " +
            escaped(std::string_view(trace.at("operator_flag").as_string())) + "</summary>\n<table><tr><th>desired position</th>" +
            "<th>risk decision</th><th>provider callback</th><th>confirmed position</th><th>reconciliation diff</th></tr>\n<tr>" +
            cell(trace, "desired_position") + cell(trace, "risk_decision") + cell(trace, "provider_callback") +
            cell(trace, "confirmed_position") + cell(trace, "reconciliation_diff") + "</tr></table>\n";
    for (const json::value& stage_value : trace.at("stages").as_array()) {
      const json::object& stage = stage_value.as_object();
      page += "<h3>" + escaped(std::string_view(stage.at("stage").as_string())) + " " +
              escaped(std::string_view(stage.at("name").as_string())) + "</h3>\n<table>\n";
      for (const json::value& record_value : stage.at("records").as_array()) {
        const json::object& record = record_value.as_object();
        char seconds[32];
        std::snprintf(seconds, sizeof seconds, "%.3f", record.at("seconds").to_number<double>());
        page += std::string("<tr><td>") + seconds + "</td>" + cell(record, "what") + cell(record, "text") + "</tr>\n";
      }
      page += "</table>\n";
    }
    page += "</details>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace tally
