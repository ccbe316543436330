#include "tests/persistence/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "persistence/atomic_file.hpp"

namespace tally::samples {

Child::Child(const std::string& title, std::vector<std::pair<std::string, std::string>> environment, std::vector<std::string> before) {
  std::string name = (std::filesystem::temp_directory_path() / "tally-child-XXXXXX").string();
  const int errors = mkstemp(name.data());
  stderr_ = name;
  int ends[2];
  if (errors < 0 || pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot start a child");
  // Everything the child needs between fork and exec is made before: this process has threads.
  std::vector<std::string> words = std::move(before);
  words.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
  words.push_back(title);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> settings;
  for (char** variable = environ; *variable; ++variable) settings.emplace_back(*variable);
  for (const auto& [key, value] : environment) settings.push_back(key + "=" + value);
  std::vector<char*> variables;
  for (std::string& setting : settings) variables.push_back(setting.data());
  variables.push_back(nullptr);

  pid_ = fork();
  if (pid_ == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    dup2(ends[1], report_descriptor);
    execvpe(arguments[0], arguments.data(), variables.data());
    _exit(127);
  }
  close(errors);
  close(ends[1]);
  pipe_ = ends[0];
  fcntl(pipe_, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  kill_hard();
  close(pipe_);
  std::error_code ignored;
  std::filesystem::remove(stderr_, ignored);
}

void Child::kill_hard() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  exit_code();
}

int Child::exit_code() {
  while (pid_ > 0) {
    read_reports(1);
    if (waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
}

void Child::read_reports(int timeout_ms) {
  pollfd ready{pipe_, POLLIN, 0};
  poll(&ready, 1, timeout_ms);
  char piece[4096];
  for (ssize_t size; (size = read(pipe_, piece, sizeof piece)) > 0;) raw_.append(piece, static_cast<std::size_t>(size));
}

void Child::wait_for_reports(std::size_t count) {
  while (raw_.size() < count * sizeof(std::uint64_t) && pid_ > 0) {
    read_reports(10);
    if (waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  }
}

std::vector<std::uint64_t> Child::reports() {
  read_reports(0);
  std::vector<std::uint64_t> numbers(raw_.size() / sizeof(std::uint64_t));
  std::memcpy(numbers.data(), raw_.data(), numbers.size() * sizeof(std::uint64_t));
  return numbers;
}

std::string Child::errors() { return read_file(stderr_); }

void report(std::uint64_t number) {
  if (write(report_descriptor, &number, sizeof number) != sizeof number) std::abort();
}

bool program_exists(const std::string& name) { return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0; }

}  // namespace tally::samples
