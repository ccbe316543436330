#include "app/commands/certs_commands.hpp"

#include <boost/json.hpp>
#include <ctime>
#include <iostream>

#include "app/certificates/authority.hpp"
#include "app/time_text.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t days_max = 36'500;

struct CertsAsked {
  fs::path authority = "ca";
  fs::path out;
  std::string cluster, node;
  std::int64_t days = 0;
};

// What OpenSSL, the files or the words say against it, in one line.
template <class Does>
void attempt(const Does& does) {
  try {
    does();
  } catch (const cluster::CertificateError& error) {
    throw CommandFailed(exit_failed, error.what());
  } catch (const std::system_error& error) {
    throw CommandFailed(exit_failed, error.what());
  }
}

cluster::NodeId node_option(const std::string& text) {
  const auto node = cluster::parsed_node(text);
  if (!node || *node == 0) throw CommandFailed(exit_usage, "--node: 16 lower-case hexadecimal digits, and not all 0, e.g. 00c0ffee00c0ffee");
  return *node;
}

std::string kind_of(const cluster::CertificateFacts& facts) { return facts.authority ? "authority" : "node"; }
std::string node_of(const cluster::CertificateFacts& facts) { return facts.node ? cluster::node_text(*facts.node) : ""; }
std::string day_of(std::int64_t time_s) { return exact_iso_time(Time{time_s * ns_per_s}).substr(0, 10); }

std::string verdict_on(const cluster::CertificateFacts& facts, std::int64_t now_s) {
  if (facts.not_after_s <= now_s) return "EXPIRED";
  if (facts.not_before_s > now_s) return "not yet valid";
  return days_left(facts, now_s) < warning_days ? "expires soon" : "valid";
}

// What is there now, after every command of the group; a warning for what expires, on standard error, so that --json stays JSON.
void show(const CommandLine& line, const fs::path& directory) {
  const std::int64_t now_s = std::time(nullptr);
  const auto rows = certificates_in(directory);
  if (rows.empty()) throw CommandFailed(exit_not_found, directory.string() + ": holds no certificates (*.pem)");
  Table table({{"FILE"}, {"KIND"}, {"CLUSTER"}, {"NODE"}, {"FROM"}, {"UNTIL"}, {"DAYS LEFT", true}, {""}});
  json::array out;
  for (const auto& [file, facts] : rows) {
    const std::string name = file.filename().string();
    const std::int64_t left = days_left(facts, now_s);
    const std::string verdict = verdict_on(facts, now_s);
    table.row({name, kind_of(facts), facts.cluster, node_of(facts), day_of(facts.not_before_s), day_of(facts.not_after_s), std::to_string(left), verdict});
    out.push_back(json::object{{"file", file.string()}, {"kind", kind_of(facts)}, {"cluster", facts.cluster}, {"node", node_of(facts)},
                               {"serial", facts.serial}, {"not_before", exact_iso_time(Time{facts.not_before_s * ns_per_s})},
                               {"not_after", exact_iso_time(Time{facts.not_after_s * ns_per_s})}, {"days_left", left}, {"verdict", verdict}});
    const bool in_use = name == cluster::authority_file || name == cluster::node_file;
    if (in_use && verdict != "valid") std::cerr << "tally: " << file.string() << ": " << verdict << ", " << left << " days left\n";
  }
  print(line, json::object{{"certificates", std::move(out)}}, table);
}

void days_option(Command command, CertsAsked& asked, std::int64_t usual) {
  asked.days = usual;
  command.add_option("--days", asked.days, "How long it is valid from now").within(1, days_max).shows_default();
}

// An --authority and an --out, for issue and rotate.
Command node_command(Command group, const char* name, const char* what, CommandLine& line, const std::shared_ptr<CertsAsked>& asked) {
  Command command = group.add_subcommand(name, what);
  command.add_option("--authority", asked->authority, "The directory that `tally certs init` made").shows_default();
  command.add_option("--out", asked->out, "The node's certificate directory: ca.pem, and node.pem with certificate and key").required();
  days_option(command, *asked, 365);
  command.add_flag("--json", line.json, "Print JSON instead of a table");
  return command;
}

}  // namespace

void add_certs_commands(Command app, CommandLine& line) {
  Command group = add_group(app, "certs", "Certificates of a cluster: its authority, and one for each node");

  const auto init = std::make_shared<CertsAsked>();
  Command making = group.add_subcommand("init", "Makes a cluster's authority (EC P-256): ca.pem, and ca.key, which belongs on no node");
  making.add_option("--authority", init->authority, "Where it is kept; an authority that is there is not replaced").shows_default();
  making.add_option("--cluster", init->cluster, "The cluster's id; it stands in every certificate").required();
  days_option(making, *init, 3'650);
  making.add_flag("--json", line.json, "Print JSON instead of a table");
  making.callback([init, &line] {
    attempt([&] {
      create_authority(init->authority, init->cluster, valid_for(static_cast<int>(init->days)));
      show(line, init->authority);
    });
  });

  const auto issue = std::make_shared<CertsAsked>();
  Command issuing = node_command(group, "issue", "Makes a node's key and certificate", line, issue);
  issuing.add_option("--node", issue->node, "The node's id: 16 hexadecimal digits").required();
  issuing.callback([issue, &line] {
    const cluster::NodeId node = node_option(issue->node);
    attempt([&] {
      issue_certificate(issue->authority, node, issue->out, valid_for(static_cast<int>(issue->days)));
      show(line, issue->out);
    });
  });

  const auto rotate = std::make_shared<CertsAsked>();
  Command rotating = node_command(group, "rotate", "Replaces a node's key and certificate; the old one is kept as node.SERIAL.pem", line, rotate);
  rotating.callback([rotate, &line] {
    attempt([&] {
      rotate_certificate(rotate->authority, rotate->out, valid_for(static_cast<int>(rotate->days)));
      show(line, rotate->out);
    });
  });

  const auto asked = std::make_shared<CertsAsked>();
  Command showing = group.add_subcommand("show", "Every certificate in a directory, and when it expires");
  showing.add_option("DIRECTORY", asked->out, "An authority's or a node's").required();
  showing.add_flag("--json", line.json, "Print JSON instead of a table");
  showing.callback([asked, &line] { attempt([&] { show(line, asked->out); }); });
}

}  // namespace tally
