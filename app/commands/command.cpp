#include "app/commands/command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>

#include "app/exit_code.hpp"

namespace tally {

Option& Option::required() {
  option_->required();
  return *this;
}

Option& Option::one_of(std::vector<std::string> words) {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

Option& Option::within(std::int64_t least, std::int64_t most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option& Option::not_negative() {
  option_->check(CLI::NonNegativeNumber);
  return *this;
}

Option& Option::shows_default() {
  option_->capture_default_str();
  return *this;
}

Command Command::add_subcommand(const std::string& name, const std::string& what) { return Command(*app_->add_subcommand(name, what)); }

Command& Command::require_subcommand() {
  app_->require_subcommand(1);
  return *this;
}

Command Command::add_option_group(const std::string& heading) { return Command(*app_->add_option_group(heading)); }

template <class T>
Option Command::add_option(const std::string& names, T& value, const std::string& what) {
  return Option(*app_->add_option(names, value, what));
}

using Words = std::vector<std::string>;
template Option Command::add_option(const std::string&, std::string&, const std::string&);
template Option Command::add_option(const std::string&, Words&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::string>&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::filesystem::path>&, const std::string&);
template Option Command::add_option(const std::string&, std::filesystem::path&, const std::string&);
template Option Command::add_option(const std::string&, int&, const std::string&);
template Option Command::add_option(const std::string&, std::int64_t&, const std::string&);
template Option Command::add_option(const std::string&, std::uint32_t&, const std::string&);
template Option Command::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option Command::add_option(const std::string&, double&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<double>&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::int64_t>&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::uint32_t>&, const std::string&);
template Option Command::add_option(const std::string&, std::optional<std::uint64_t>&, const std::string&);

Option Command::add_flag(const std::string& names, bool& value, const std::string& what) {
  return Option(*app_->add_flag(names, value, what));
}

void Command::callback(std::function<void()> does) { app_->callback(std::move(does)); }

ArgumentParser::ArgumentParser(const std::string& what, const std::string& program) : app_(std::make_unique<CLI::App>(what, program)) {}

ArgumentParser::~ArgumentParser() = default;

Command ArgumentParser::root() { return Command(*app_); }

void ArgumentParser::footer(const std::string& text) { app_->footer(text); }

bool ArgumentParser::parse(int argc, char** argv) {
  try {
    app_->parse(argc, argv);
    return true;
  } catch (const CLI::Success& asked_for_help) {
    app_->exit(asked_for_help);
    return false;
  } catch (const CLI::ParseError& error) {
    const auto unknown = app_->remaining(true);
    if (unknown.empty()) throw CommandFailed(exit_usage, error.what());
    throw CommandFailed(exit_usage, "'" + unknown.front() + "' is not expected here; see " + app_->get_name() + " --help");
  }
}

}  // namespace tally
