#include "app/stop_signal.hpp"

#include <signal.h>

namespace tally {
namespace {

volatile sig_atomic_t stop_asked = 0;

void ask(int signal) {
  if (stop_asked) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  }
  stop_asked = 1;
}

void set(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: what waits is woken
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  stop_asked = 0;
  set(ask);
}
StopSignal::~StopSignal() { set(SIG_DFL); }
bool StopSignal::asked() const { return stop_asked != 0; }

}  // namespace tally
