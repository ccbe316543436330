#include <boost/json.hpp>

#include "app/commands/submit.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

struct SignalAsked {
  std::string source, product, direction, stop, key;
};

void send(const CommandLine& line, const SignalAsked& asked) {
  SendSignal signal;
  signal.key = key_or_fresh(asked.key);
  signal.source = parsed<SignalSourceId>(asked.source, "--source");
  signal.product = parsed<ProductId>(asked.product, "--product");
  signal.direction.value = static_cast<std::int8_t>(asked.direction == "long" || asked.direction == "1" ? 1 : asked.direction == "flat" || asked.direction == "0" ? 0 : -1);
  signal.stop_loss_ratio = parsed_if<Ratio>(asked.stop, "--stop");
  submit_and_print(line, signal);
}

void list(const CommandLine& line) {
  const OpenedJournal opened = open_journal(line.where);
  Table table({{"OFFSET", true}, {"TIME"}, {"SOURCE"}, {"PRODUCT"}, {"DIRECTION", true}, {"STOP", true}, {"MARK", true}, {"SUBSCRIPTIONS", true}, {"KEY"}});
  json::array signals;
  for_each_entry(*opened.journal, opened.account, 1, opened.journal->committed(opened.account), [&](const Entry& entry) {
    for (const Event& event : entry.events)
      if (const auto* signal = std::get_if<SignalReceived>(&event.body)) {
        json::object row = state_json(*signal).as_object();
        row["offset"] = entry.offset;
        signals.push_back(std::move(row));
        table.row({std::to_string(entry.offset), iso_time(signal->received_at), std::string(signal->source.text()),
                   std::string(signal->product.text()), std::to_string(signal->direction.value),
                   signal->stop_loss_ratio ? signal->stop_loss_ratio->text() : "-", signal->mark.text(),
                   std::to_string(signal->subscriptions.size()), std::string(signal->key.text())});
      }
  });
  print(line, signals, table);
}

}  // namespace

void add_signal_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "signal", "Send signals and list what was received");
  Command send_command = add_account_command(group, "send", "Send one signal: a direction on a product, with no size", line);
  const auto asked = std::make_shared<SignalAsked>();
  send_command.add_option("--source", asked->source, "The strategy or provider it comes from").required();
  send_command.add_option("--product", asked->product, "The product").required();
  send_command.add_option("--direction", asked->direction, "long, flat or short (1, 0, -1)")
      .required()
      .one_of({"long", "flat", "short", "1", "0", "-1"});
  send_command.add_option("--stop", asked->stop, "Stop-loss ratio: the distance of the stop as a share of the price, e.g. 0.02");
  add_key(send_command, line, asked->key);
  send_command.callback([asked, &line] { send(line, *asked); });
  add_account_command(group, "list", "Signals received, oldest first", line).callback([&line] { list(line); });
}

}  // namespace tally
