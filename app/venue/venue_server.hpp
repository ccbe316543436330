// A venue's door: sessions of accounts, and those who show it bars, over TCP. Protocol: docs/formats/venue-protocol.md.
//
// A session's reports are read from the venue's journal by a cursor of its own, never queued: a slow reader costs one thread and
// what one read holds, and is cut off at the limits below.
//
// One session an account: a login ends the one before. From that moment on what the former one still sends is written to the
// history as fenced and goes no further, and nothing of it can be handed in later than the login.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "app/line_server.hpp"
#include "app/venue/venue_history.hpp"
#include "app/venue/venue_node.hpp"
#include "app/venue/venue_protocol.hpp"

namespace tally {

class VenueServer {
 public:
  static constexpr std::size_t connections_max = 256;

  struct Limits {
    int write_seconds = venue_protocol::write_seconds;  // a reader that takes nothing for so long ...
    Offset lag_max = 65'536;                            // ... or is so many entries behind is cut off
  };

  // `audit` answers a question with JSON. All outlive the server. Throws SocketError.
  VenueServer(VenueNode& node, VenueHistory& history, LineSocket listener, std::function<std::string()> audit, Limits limits);
  ~VenueServer();  // ends every session
  VenueServer(const VenueServer&) = delete;
  VenueServer& operator=(const VenueServer&) = delete;

  std::string address() const { return server_->address(); }

 private:
  struct Session;
  using SessionPtr = std::shared_ptr<Session>;

  void serve(LineSocket& socket);
  void serve_visitor(LineSocket& socket, venue_protocol::ToVenue first);
  void serve_session(LineSocket& socket, const venue_protocol::Login& login);
  SessionPtr admit(LineSocket& socket, const venue_protocol::Login& login);
  void leave(const SessionPtr& session);
  void take_line(const SessionPtr& session, venue_protocol::ToVenue said);
  void take(const SessionPtr& session, venue_protocol::Send send);
  venue_protocol::Taken shown(const venue_protocol::Show& show);
  venue_protocol::Taped tape_from(Offset from) const;
  void write_all(const SessionPtr& session);
  void follow_journal(Session& session);
  void wake_all();
  void bad_line(const SessionPtr& session, const std::string& why);
  void record(VenueSight what, const Session& session, std::string text = {});

  VenueNode& node_;
  VenueHistory& history_;
  std::function<std::string()> audit_;
  Limits limits_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::map<AccountId, SessionPtr> sessions_;
  std::uint64_t next_session_ = 1;
  std::unique_ptr<LineServer> server_;  // last: its threads use all the others
};

}  // namespace tally
