#include "tests/simulation/world.hpp"

namespace tally::simulation {

void World::send(const Machine& from, consensus::Message message) {
  Machine* to = machine_of(message.to);
  if (!to) return;  // an id that is no more
  const std::size_t a = index_of(from), b = index_of(*to);
  if (!healed_ && (blocked_until_[a][b] > now_ || dice_.chance(plan_.loss))) return;
  const int copies = !healed_ && dice_.chance(plan_.duplicates) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Nanoseconds takes = dice_.between(50, 2'000) * us;
    if (!healed_ && dice_.chance(plan_.late)) takes = dice_.between(5, 800) * ms;
    if (clogged_until_[a][b] > now_) takes += clogged_until_[a][b] - now_;
    std::size_t slot = mail_.size();
    if (free_mail_.empty()) mail_.emplace_back();
    else slot = free_mail_.back(), free_mail_.pop_back();
    mail_[slot] = message;
    schedule(takes, What::deliver, b, slot);
  }
}

}  // namespace tally::simulation
