// A venue as a process: its directory, its journal, its history and its door.
//
//   <data>/journal/           the venue's shard
//   <data>/history.jsonl      what came to its door: venue_history.hpp
//   <data>/address            HOST:PORT where it listens, while it runs
//   <data>/profile.yaml, log/
#pragma once

#include <memory>
#include <string>

#include "app/data_directory.hpp"
#include "app/venue/venue_audit.hpp"

namespace tally {

struct Profile;

class VenueProcess {
 public:
  // Recovers and listens from now on. Throws CommandFailed: busy, what the profile or the journal says, an address that cannot be
  // listened on or is not of this machine while `unencrypted` does not say so.
  VenueProcess(const DataDirectory& data, const Profile& profile, const std::string& listen, bool unencrypted);
  ~VenueProcess();
  VenueProcess(const VenueProcess&) = delete;
  VenueProcess& operator=(const VenueProcess&) = delete;

  std::string address() const;
  Symbol shard() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

std::filesystem::path venue_history_file(const DataDirectory& data);
std::filesystem::path venue_address_file(const DataDirectory& data);

// Asks the venue that runs on the directory, else reads what it left. Throws CommandFailed where there is neither.
VenueAudit audit_of(const DataDirectory& data);

}  // namespace tally
