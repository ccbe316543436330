#include "app/paper/paper_book.hpp"

namespace tally {

void PaperBook::pass(Time now, std::vector<tables::Change>& out) {
  if (accounts_.empty()) {   // days count from the first signal on
    day_end_ = zone_.day_end(now.ns);
    return;
  }
  for (; day_end_ <= now.ns; day_end_ = zone_.day_end(day_end_)) {
    std::map<SignalSourceId, PaperClose> closes;
    for (const auto& [strategy, account] : accounts_)
      closes[strategy] = {account->account(), account->paid_in(), account->equity(), account->fees(), account->fills()};
    scoreboard_.close_day(Time{day_end_}, closes, out);
  }
}

void PaperBook::take_venue(const Entry& entry, std::vector<tables::Change>& out) {
  pass(entry.at, out);
  for (const Event& event : entry.events) {
    if (const auto* venue = std::get_if<VenueConfigured>(&event.body)) {
      market_.venue = *venue;
      for (const auto& [strategy, account] : accounts_) account->define(*venue, entry.at);
    }
    if (const auto* bar = std::get_if<BarObserved>(&event.body)) {
      last_[bar->product] = *bar;
      for (const auto& [strategy, account] : accounts_) account->show(*bar);
    }
  }
}

void PaperBook::take_account(const Entry& entry, std::vector<tables::Change>& out) {
  pass(entry.at, out);
  for (const Event& event : entry.events) {
    if (const auto* configured = std::get_if<AccountConfigured>(&event.body)) market_.account = *configured;
    if (const auto* product = std::get_if<ProductDefined>(&event.body)) {
      market_.products[product->product] = *product;
      for (const auto& [strategy, account] : accounts_) account->define(*product, entry.at);
    }
    const auto* signal = std::get_if<SignalReceived>(&event.body);
    if (!signal) continue;
    auto& account = accounts_[signal->source];
    if (!account) {
      account = std::make_unique<PaperAccount>(signal->source, settings_, market_, entry.at);
      for (const auto& [product, bar] : last_) account->show(bar);
    }
    account->signal(*signal, entry.at);
  }
}

}  // namespace tally
