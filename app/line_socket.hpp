// Lines of bounded length over a stream socket: a local one (AF_UNIX) or TCP. One owner; closes itself.
// One thread may read while another writes.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace tally {

struct SocketError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class LineSocket {
 public:
  static constexpr std::size_t line_max = std::size_t{32} << 20;  // bytes, of an answer; requests have a bound of their own

  LineSocket() = default;
  explicit LineSocket(int fd) : fd_(fd) {}
  ~LineSocket() { close(); }
  LineSocket(LineSocket&& other) noexcept;
  LineSocket& operator=(LineSocket&& other) noexcept;

  // nullopt where nobody listens there. A path of any length works.
  static std::optional<LineSocket> connect(const std::filesystem::path& path);
  // Listens; only this user may connect (mode 0600). What stood at the path is removed: the caller holds the directory.
  static LineSocket listen(const std::filesystem::path& path);

  // TCP. `address` is HOST:PORT, of IPv6 [HOST]:PORT. Connecting takes at most so many seconds; nullopt where nobody answers.
  static std::optional<LineSocket> connect_tcp(const std::string& address, int within_seconds);
  static LineSocket listen_tcp(const std::string& address);  // port 0: any free one; throws SocketError
  std::string local_address() const;                         // HOST:PORT as bound

  // nullopt at the end of the stream, or after `idle_seconds` without a byte. Throws SocketError on a longer line.
  std::optional<std::string> read_line(std::size_t length_max);
  void write_line(std::string line);   // throws SocketError

  void give_up_after(int idle_seconds);      // reading and writing
  void give_up_writing_after(int seconds);   // a reader that takes nothing for so long is gone
  // TCP: what is not written, or not acknowledged by the other machine, within that time is given up with the connection; and
  // what is still on its way when it is closed is not sent any more. So nothing arrives long after it was written.
  void cut_off_after(std::chrono::milliseconds time);
  void shut_down();                    // wakes whoever reads
  void close();
  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  std::string rest_;   // read, not yet handed out
};

// Whether HOST of HOST:PORT is this machine's loopback. Throws SocketError where it is no such text.
bool is_loopback(const std::string& address);

}  // namespace tally
