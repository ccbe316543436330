// Runs a command as a shell does and keeps how it ended.
#pragma once

#include <sys/wait.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tally {

struct Ended {
  int code = -1;   // -1: by a signal
  std::string out;
  std::string err;

  boost::json::value parsed() const { return boost::json::parse(out); }
  // One object a line.
  std::vector<boost::json::object> parsed_lines() const {
    std::vector<boost::json::object> objects;
    std::istringstream in(out);
    for (std::string line; std::getline(in, line);) objects.push_back(boost::json::parse(line).as_object());
    return objects;
  }
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// What it prints goes through the files `stdout` and `stderr` of `folder`.
inline Ended run_command(const std::string& command, const std::filesystem::path& folder) {
  const auto out = folder / "stdout";
  const auto err = folder / "stderr";
  const int status = std::system((command + " > " + out.string() + " 2> " + err.string()).c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(out), content_of(err)};
}

}  // namespace tally
