#include "app/drill/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <system_error>
#include <thread>

namespace tally::drill {
namespace {

// Between fork and exec only what is safe there.
[[noreturn]] void become(char* const* arguments, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::filesystem::path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int fd = ::open(output.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), output.string());
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), fd);
  ::close(fd);
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
}

ChildProcess::~ChildProcess() { kill(); }

bool ChildProcess::wait_for(int options) {
  if (!ended_.empty()) return true;
  int status = 0;
  pid_t waited = 0;
  do waited = ::waitpid(pid_, &status, options);
  while (waited < 0 && errno == EINTR);
  if (waited == 0) return false;
  if (waited < 0) ended_ = "lost";
  else ended_ = WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status)) : "signal " + std::to_string(WTERMSIG(status));
  return true;
}

bool ChildProcess::running() { return !wait_for(WNOHANG); }

void ChildProcess::signal(int number) {
  if (running()) ::kill(pid_, number);
}

std::string ChildProcess::stop(int patience_ms) {
  signal(SIGCONT);
  signal(SIGTERM);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (running() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return kill();
}

std::string ChildProcess::kill() {
  signal(SIGKILL);
  wait_for(0);
  return ended_;
}

std::uint64_t ChildProcess::resident_bytes() const {
  if (!ended_.empty()) return 0;
  std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::filesystem::path program_directory() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

}  // namespace tally::drill
