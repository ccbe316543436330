// One command of a command line: what it is called, what it takes, what it does. CLI11 does the work; only command.cpp sees
// it, since its inline code costs every file that includes it some five seconds to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tally {

// Handles: they are valid as long as the ArgumentParser they came from.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  Option& required();
  Option& one_of(std::vector<std::string> words);
  Option& within(std::int64_t least, std::int64_t most);
  Option& not_negative();
  Option& shows_default();

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  Command add_subcommand(const std::string& name, const std::string& what);
  // One of its subcommands must be named.
  Command& require_subcommand();
  // A heading of its own for some of the options.
  Command add_option_group(const std::string& heading);

  // `names`: "--name", "--name,--other" or, where it goes by its place, "NAME". `value` outlives the parser's parse. T is a
  // string, a number, a filesystem path, a vector of strings, or an optional of one of them: see command.cpp.
  template <class T>
  Option add_option(const std::string& names, T& value, const std::string& what);
  Option add_flag(const std::string& names, bool& value, const std::string& what);

  // What the command does, once everything is parsed.
  void callback(std::function<void()> does);

 private:
  CLI::App* app_;
};

class ArgumentParser {
 public:
  ArgumentParser(const std::string& what, const std::string& program);
  ~ArgumentParser();

  Command root();
  void footer(const std::string& text);

  // Runs the callback of the command that was named; false where help was asked for, and printed. Throws CommandFailed
  // (exit_usage) with what is not understood, and whatever the callback throws.
  bool parse(int argc, char** argv);

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace tally
