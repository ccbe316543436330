#include "app/backtest/interrupt.hpp"

namespace tally::backtest {
namespace {

volatile std::sig_atomic_t wished = 0;

extern "C" void wish(int) { wished = 1; }

}  // namespace

Interrupt::Interrupt() {
  wished = 0;
  struct sigaction action {};
  action.sa_handler = wish;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
}

bool Interrupt::asked() { return wished != 0; }

}  // namespace tally::backtest
