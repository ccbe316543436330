#include "app/replay/replay_player.hpp"

#include <boost/json.hpp>

#include "app/time_text.hpp"

namespace tally {

Offset offset_of_moment(const Journal& journal, Symbol shard, Offset upto, Time time) {
  Offset from = 1, to = upto + 1;   // entries before `from` are earlier, those from `to` on are not
  while (from < to) {
    const Offset middle = from + (to - from) / 2;
    const auto entry = journal.read(shard, middle, 1);
    if (!entry.empty() && entry.front()->at < time) from = middle + 1;
    else to = middle;
  }
  return from;
}

ReplayPlayer::ReplayPlayer(ReplaySession& session, const Journal& journal, Symbol shard, Offset upto, ReplayPace pace,
                           Surroundings around)
    : session_(session), journal_(journal), shard_(shard), upto_(upto), pace_(pace), around_(std::move(around)) {}

void ReplayPlayer::play() {
  for (;;) {
    if (session_.difference()) return;
    const EntryPtr input = session_.next_input();
    if (!input && !pace_.paused()) return;
    const auto wait = input ? pace_.wait_for(input->at, around_.now()) : std::nullopt;
    if (const auto line = around_.order(wait)) {
      if (!obey(*line)) return;
      continue;
    }
    if (around_.over() && pace_.paused()) return;
    if (input && !pace_.paused() && pace_.wait_for(input->at, around_.now()) == 0) session_.step();
  }
}

bool ReplayPlayer::obey(const std::string& line) {
  using What = ReplayOrder::What;
  try {
    const ReplayOrder order = replay_order_of(line);
    switch (order.what) {
      case What::nothing: break;
      case What::pause: pace_.pause(around_.now()); break;
      case What::resume: pace_.resume(around_.now()); break;
      case What::speed: pace_.set_speed(static_cast<std::int64_t>(order.number), around_.now()); break;
      case What::seek_offset: seek(order.number); break;
      case What::seek_time: seek(offset_of_moment(journal_, shard_, upto_, order.time)); break;
      case What::step:
        pace_.pause(around_.now());
        pace_.jump();
        for (std::uint64_t i = 0; i < order.number && session_.step(); ++i) {
        }
        break;
      case What::state:
        around_.answer(boost::json::serialize(session_.host().cell(entity_of(order.entity)).state_as_json()));
        break;
      case What::where: around_.answer(where()); break;
      case What::quit: return false;
    }
  } catch (const std::exception& error) {
    around_.answer(error.what());
  }
  return true;
}

void ReplayPlayer::seek(Offset offset) {
  if (offset > upto_ + 1) throw std::invalid_argument("seek: the record ends with " + std::to_string(upto_));
  session_.seek(offset);
  pace_.jump();
}

std::string ReplayPlayer::where() const {
  return "at " + std::to_string(session_.checked()) + " of " + std::to_string(upto_) + ", " + exact_iso_time(session_.now()) +
         (pace_.paused()       ? ", paused"
          : pace_.speed() == 0 ? ", as fast as it goes"
                               : ", " + std::to_string(pace_.speed()) + " times as fast");
}

}  // namespace tally
