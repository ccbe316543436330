// Ctrl-C and SIGTERM as a request to stop in order. A second one ends the process at once.
#pragma once

namespace tally {

class StopSignal {
 public:
  StopSignal();   // one at a time
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool asked() const;
};

}  // namespace tally
