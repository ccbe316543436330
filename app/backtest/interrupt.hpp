// SIGINT and SIGTERM as a wish to stop, for as long as one of these lives: work ends at its next good place. A second one ends
// the process as always.
#pragma once

#include <csignal>

namespace tally::backtest {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;

  static bool asked();

 private:
  struct sigaction before_int_ {
  }, before_term_{};
};

}  // namespace tally::backtest
