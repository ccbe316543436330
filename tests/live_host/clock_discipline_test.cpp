#include "actors/host/live/clock_discipline.hpp"

#include <rapidcheck.h>

#include "actors/host/live/time_authority.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {

constexpr std::int64_t start_ns = 1'700'000'000 * ns_per_s;

// A machine whose clocks can be stepped and which can be put to sleep.
struct Machine {
  ClockReadings read{start_ns, 5'000 * ns_per_s, 4'000 * ns_per_s};

  void run(std::int64_t ns) {
    read.realtime_ns += ns;
    read.boottime_ns += ns;
    read.monotonic_ns += ns;
  }
  void sleep(std::int64_t ns) {
    read.realtime_ns += ns;
    read.boottime_ns += ns;
  }
  void step(std::int64_t ns) { read.realtime_ns += ns; }
};

}  // namespace

TEST_CASE("Time is the system's where nobody touches the clocks") {
  Machine machine;
  ClockDiscipline clock(machine.read);
  machine.run(3 * ns_per_s);
  CHECK(clock.advance(machine.read).ns == machine.read.realtime_ns);
  CHECK(clock.status().offset_ns == 0);
  CHECK(clock.status().sleeps == 0);
}

TEST_CASE("A clock set forward is followed at once") {
  Machine machine;
  ClockDiscipline clock(machine.read);
  machine.step(3'600 * ns_per_s);
  CHECK(clock.advance(machine.read).ns == machine.read.realtime_ns);
  CHECK(clock.status().steps_forward == 1);
}

TEST_CASE("A clock set back by an hour is waited for, at half speed, while timers still fire") {
  Machine machine;
  ClockDiscipline clock(machine.read);
  const std::int64_t hour = 3'600 * ns_per_s;
  machine.step(-hour);
  CHECK(clock.advance(machine.read).ns == start_ns);
  CHECK(clock.status().offset_ns == hour);
  for (int second = 0; second < 3'600; ++second) {
    const std::int64_t before = clock.status().now.ns;
    machine.run(ns_per_s);
    REQUIRE(clock.advance(machine.read).ns == before + ns_per_s / 2);
  }
  CHECK(clock.status().offset_ns == hour / 2);
  machine.run(hour + ns_per_s);
  CHECK(clock.advance(machine.read).ns == machine.read.realtime_ns);
  CHECK(clock.status().steps_back == 1);
}

TEST_CASE("A small difference is slewed away, however often one asks") {
  Machine machine;
  ClockDiscipline clock(machine.read);
  machine.step(-100 * ns_per_ms);
  for (int i = 0; i < 300'000; ++i) {
    machine.run(1 * ns_per_ms + 37);
    clock.advance(machine.read);
  }
  CHECK(clock.status().offset_ns == 0);
  CHECK(clock.status().steps_back == 0);
}

TEST_CASE("A sleeping laptop is noticed on waking, and its time is the present") {
  Machine machine;
  ClockDiscipline clock(machine.read);
  machine.run(ns_per_s);
  machine.sleep(8 * 3'600 * ns_per_s);
  machine.run(ns_per_ms);
  CHECK(clock.advance(machine.read).ns == machine.read.realtime_ns);
  CHECK(clock.status().sleeps == 1);
  CHECK(clock.status().slept_ns == 8 * 3'600 * ns_per_s);
  CHECK(clock.status().steps_forward == 0);  // boottime went on
}

TEST_CASE("Time does not begin before what was recorded last") {
  Machine machine;
  ClockDiscipline clock(machine.read, Time{start_ns + ns_per_s});
  CHECK(clock.advance(machine.read).ns == start_ns + ns_per_s);
  machine.run(4 * ns_per_s);
  CHECK(clock.advance(machine.read).ns == machine.read.realtime_ns);
}

TEST_CASE("Never backwards, whatever happens to the clocks") {
  CHECK(rc::check("never backwards", [] {
    Machine machine;
    ClockDiscipline clock(machine.read);
    Time last = clock.status().now;
    for (int i = 0; i < 200; ++i) {
      const auto ns = *rc::gen::inRange<std::int64_t>(0, 10 * ns_per_s);
      switch (*rc::gen::inRange(0, 5)) {
        case 0: machine.sleep(ns); break;
        case 1: machine.step(ns * 1'000); break;
        case 2: machine.step(-ns * 1'000); break;
        case 3: machine.read.boottime_ns -= ns; break;  // not even then
        default: machine.run(ns);
      }
      const Time now = clock.advance(machine.read);
      RC_ASSERT(last <= now);
      RC_ASSERT(clock.status().offset_ns == now.ns - machine.read.realtime_ns);
      last = now;
    }
  }));
}

TEST_CASE("A driven authority says what was last set, never less, and how far that is from the present") {
  TimeAuthority time(TimeAuthority::Mode::backtest, [] { return ClockReadings{start_ns, 1, 1}; });
  time.set(Time{start_ns - 10});
  time.set(Time{start_ns - 30});
  CHECK(time.now().ns == start_ns - 10);
  CHECK(time.status().offset_ns == -10);
  CHECK(time.mode() == TimeAuthority::Mode::backtest);
}
