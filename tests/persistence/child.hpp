// A second process of the test's own program: it runs one hidden test case, so that killing it harms nothing else.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tally::samples {

class Child {
 public:
  // Starts this program with the hidden test case `title`, environment added, and the end of a pipe as descriptor 3.
  // `before` is put in front of the command line, e.g. strace with its arguments.
  Child(const std::string& title, std::vector<std::pair<std::string, std::string>> environment, std::vector<std::string> before = {});
  ~Child();  // kills it where it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill_hard();                    // SIGKILL, and waits
  int exit_code();                     // waits; -1 where a signal ended it
  std::vector<std::uint64_t> reports();  // every number that it has written to descriptor 3; call after its end
  // Waits until `count` numbers have come, or the child has ended.
  void wait_for_reports(std::size_t count);
  std::string errors();                // what it wrote to stderr; call after its end

 private:
  void read_reports(int timeout_ms);

  int pid_ = -1;
  int pipe_ = -1;
  int status_ = 0;
  std::string raw_;
  std::filesystem::path stderr_;
};

constexpr int report_descriptor = 3;
void report(std::uint64_t number);  // by the child

bool program_exists(const std::string& name);  // in PATH

}  // namespace tally::samples
