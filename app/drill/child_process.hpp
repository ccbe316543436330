// One program that a drill started, and what it does to it. It is killed when the thread that started it ends, so that nothing
// outlives a drill that was killed itself.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tally::drill {

class ChildProcess {
 public:
  // What it prints goes to `output`, appended. Throws std::system_error.
  ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& output);
  ~ChildProcess();   // kills it
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool running();                     // also while it is stopped
  void signal(int number);            // nothing where it has ended
  // SIGTERM, then after `patience_ms` SIGKILL. Returns how it ended, as below.
  std::string stop(int patience_ms);
  std::string kill();                 // SIGKILL, and waits
  // "exit 0", "signal 9"; empty while it runs.
  const std::string& ended() const { return ended_; }

  std::uint64_t resident_bytes() const;  // 0 where it has ended

 private:
  bool wait_for(int options);

  pid_t pid_ = 0;
  std::string ended_;
};

// The directory of the program that runs, where tally and tallyd stand beside each other.
std::filesystem::path program_directory();

}  // namespace tally::drill
