#include "app/venue/venue_process.hpp"

#include <algorithm>

#include "app/exit_code.hpp"
#include "app/profile.hpp"
#include "app/shard_names.hpp"
#include "app/venue/venue_server.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/rocksdb_journal.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
namespace protocol = venue_protocol;

constexpr int connect_seconds = 2;

std::shared_ptr<RocksDbJournal> open_venue_journal(const DataDirectory& data, std::uint64_t reserve_mb) {
  RocksDbOptions options;
  options.disk_reserve_bytes = reserve_mb << 20;
  try {
    return std::make_shared<RocksDbJournal>(data.journal(), options);
  } catch (const JournalDamaged& damage) {
    throw CommandFailed(exit_differs, std::string(damage.what()) + "; see tally journal verify");
  } catch (const JournalError& error) {
    const std::string why = error.what();
    if (why.find("lock") != std::string::npos) throw CommandFailed(exit_busy, data.path.string() + " is held by another process");
    throw CommandFailed(exit_failed, why);
  }
}

LineSocket listen_as_told(const std::string& address, bool unencrypted) {
  try {
    if (!is_loopback(address) && !unencrypted)
      throw CommandFailed(exit_usage,
                          address +
                              " is not of this machine, and this simulated venue speaks in the clear to whoever connects; "
                              "--unencrypted-simulated has it so");
    return LineSocket::listen_tcp(address);
  } catch (const SocketError& error) {
    throw CommandFailed(exit_failed, error.what());
  }
}

std::optional<VenueAudit> audit_of_running(const DataDirectory& data) {
  if (!fs::exists(venue_address_file(data))) return std::nullopt;
  try {
    auto socket = LineSocket::connect_tcp(read_file(venue_address_file(data)), connect_seconds);
    if (!socket) return std::nullopt;
    socket->give_up_after(60);
    socket->write_line(protocol::text_of(protocol::ToVenue(protocol::AskAudit{})));
    const auto line = socket->read_line(LineSocket::line_max);
    if (!line) throw CommandFailed(exit_busy, "the venue went away");
    const protocol::FromVenue said = protocol::read_from_venue(*line);
    const auto* audited = std::get_if<protocol::Audited>(&said);
    if (!audited) throw CommandFailed(exit_failed, "the venue answered what is no audit");
    return venue_audit_of(audited->json);
  } catch (const SocketError& error) {
    throw CommandFailed(exit_busy, error.what());
  } catch (const protocol::BadLine& error) {
    throw CommandFailed(exit_failed, std::string("the venue: ") + error.what());
  }
}

}  // namespace

struct VenueProcess::Parts {
  Parts(const DataDirectory& data, const Profile& profile, LineSocket listener)
      : address_file(venue_address_file(data)),
        journal(open_venue_journal(data, profile.storage.disk_reserve_mb)),
        node(profile, journal),
        history(venue_history_file(data)),
        server(node, history, std::move(listener),
               [this, file = venue_history_file(data)] {
                 return to_json_text(audit_venue(*journal, node.shard(), read_venue_history(file)));
               },
               {}) {
    write_file_atomically(address_file, server.address());
  }
  ~Parts() {
    std::error_code gone;
    fs::remove(address_file, gone);
  }

  fs::path address_file;
  std::shared_ptr<RocksDbJournal> journal;
  VenueNode node;
  VenueHistory history;
  VenueServer server;
};

VenueProcess::VenueProcess(const DataDirectory& data, const Profile& profile, const std::string& listen, bool unencrypted) {
  LineSocket listener = listen_as_told(listen, unencrypted);
  try {
    make_directory(data);
    parts_ = std::make_unique<Parts>(data, profile, std::move(listener));
  } catch (const ProfileError& error) {
    throw CommandFailed(exit_usage, error.what());
  } catch (const std::system_error& error) {
    throw CommandFailed(exit_failed, error.what());
  }
}

VenueProcess::~VenueProcess() = default;

std::string VenueProcess::address() const { return parts_->server.address(); }
Symbol VenueProcess::shard() const { return parts_->node.shard(); }

fs::path venue_history_file(const DataDirectory& data) { return data.path / "history.jsonl"; }
fs::path venue_address_file(const DataDirectory& data) { return data.path / "address"; }

VenueAudit audit_of(const DataDirectory& data) {
  if (auto audit = audit_of_running(data)) return *std::move(audit);
  if (!data.has_journal())
    throw CommandFailed(exit_not_found, "no venue in " + data.path.string() + ": start one with tally venue run");
  const auto journal = open_venue_journal(data, 0);
  for (const Symbol shard : journal->shards())
    if (is_venue_shard(shard)) return audit_venue(*journal, shard, read_venue_history(venue_history_file(data)));
  throw CommandFailed(exit_not_found, "the journal in " + data.path.string() + " holds no venue");
}

}  // namespace tally
