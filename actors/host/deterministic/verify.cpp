#include "actors/host/deterministic/verify.hpp"

namespace tally {

ReplayReport verify_replay(const Program& program, const Journal& journal, Symbol shard, Offset upto,
                           const std::function<void(Offset)>& progress) {
  constexpr Offset tell_every = 10'000;
  ReplaySession session(program, journal, shard, upto);
  for (Offset told = 0; session.step();)
    if (progress && session.checked() - told >= tell_every) progress(told = session.checked());
  return {upto, session.checked(), session.inputs(), session.decisions(), session.difference()};
}

}  // namespace tally
