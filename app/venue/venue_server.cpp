#include "app/venue/venue_server.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <future>

#include "app/venue/bar_tape.hpp"

namespace tally {

namespace protocol = venue_protocol;

// One account's line. Its reader is the connection's thread, its writer a second one.
struct VenueServer::Session {
  Session(std::uint64_t its_number, LineSocket& its_socket, protocol::Login its_login)
      : number(its_number), socket(its_socket), login(std::move(its_login)) {}

  struct Answer {
    std::string line;
    Offset after = 0;   // written when every report up to here is
  };

  const std::uint64_t number;
  LineSocket& socket;
  const protocol::Login login;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Answer> answers;   // at most in_flight_max and one
  std::size_t in_flight = 0;
  bool fenced = false;          // another login of the account
  std::string fenced_by;
  bool ended = false;           // nothing more is read or written
  Offset end_at_login = 0;
  Offset cursor = 0;            // written up to here; the writer's own
  bool caught_up = false;

  void answer(const protocol::FromVenue& said, Offset after) {
    std::lock_guard lock(mutex);
    if (ended) return;
    answers.push_back({protocol::text_of(said), after});
    wake.notify_one();
  }
  void end() {
    std::lock_guard lock(mutex);
    ended = true;
    wake.notify_one();
  }
};

namespace {

// The reports of `entry` that are the account's, as lines; bars are everybody's.
void lines_of(const Entry& entry, AccountId account, std::vector<std::string>& out) {
  protocol::Bars bars{entry.offset, {}};
  for (const Event& event : entry.events) {
    if (const auto* bar = std::get_if<BarObserved>(&event.body)) bars.bars.push_back(*bar);
    if (event.stream.kind == EntityKind::none) continue;
    const auto* report = std::get_if<ExecutionReported>(&event.body);
    const auto* state = std::get_if<VenueStateReported>(&event.body);
    if ((report && report->account == account) || (state && state->account == account))
      out.push_back(protocol::text_of(protocol::Report{entry.offset, event.body}));
  }
  if (!bars.bars.empty()) out.push_back(protocol::text_of(bars));
}

AccountId account_in(const Message& message) {
  if (const auto* order = std::get_if<OrderCommanded>(&message)) return order->account;
  if (const auto* cancel = std::get_if<OrderCancelCommanded>(&message)) return cancel->account;
  if (const auto* question = std::get_if<VenueStateRequested>(&message)) return question->account;
  return {};
}

VenueHistoryLine arrival_of(const Message& message) {
  VenueHistoryLine line;
  if (const auto* order = std::get_if<OrderCommanded>(&message)) {
    line.what = VenueSight::order;
    line.order = order->order.text();
    line.text = std::string(order->side == Side::buy ? "buy " : "sell ") + order->quantity.text() + ' ' +
                std::string(order->batch.product.text());
  } else if (const auto* cancel = std::get_if<OrderCancelCommanded>(&message)) {
    line.what = VenueSight::cancel;
    line.order = cancel->order.text();
  } else {
    line.what = VenueSight::ask;
  }
  return line;
}

VenueHistoryLine of_session(VenueHistoryLine line, std::uint64_t number, const protocol::Login& login) {
  line.session = number;
  line.account = login.account.text();
  line.node = login.node;
  line.term = login.term;
  return line;
}

LineServer::Options venue_options() {
  LineServer::Options options;
  options.connections_max = VenueServer::connections_max;
  options.idle_seconds = protocol::silence_seconds;
  options.full = protocol::text_of(protocol::FromVenue(protocol::Failed{"too many connections at once"}));
  return options;
}

Offset last_of(const Outcome& outcome) { return outcome.cascade.empty() ? outcome.offset : outcome.cascade.back()->offset; }

std::string said(protocol::FromVenue line) { return protocol::text_of(line); }

}  // namespace

VenueServer::VenueServer(VenueNode& node, VenueHistory& history, LineSocket listener, std::function<std::string()> audit,
                         Limits limits)
    : node_(node), history_(history), audit_(std::move(audit)), limits_(limits) {
  VenueHistoryLine line;
  line.text = node_.shard().text();
  history_.add(std::move(line));
  server_ = std::make_unique<LineServer>(std::move(listener), venue_options(), [this](LineSocket& socket) { serve(socket); });
}

// Orders outlive a venue's end: nothing is cancelled by it. What was handed in still answers, to nobody.
VenueServer::~VenueServer() {
  stopping_ = true;
  server_.reset();
  node_.settle();
}

void VenueServer::serve(LineSocket& socket) {
  try {
    const auto line = socket.read_line(protocol::request_bytes_max);
    if (!line) return;
    protocol::ToVenue first = protocol::read_to_venue(*line);
    if (const auto* login = std::get_if<protocol::Login>(&first)) serve_session(socket, *login);
    else serve_visitor(socket, std::move(first));
  } catch (const protocol::BadLine& error) {
    bad_line(nullptr, error.what());
    socket.write_line(said(protocol::Failed{error.what()}));
  } catch (const SocketError& error) {  // a line without an end, or it went away
    bad_line(nullptr, error.what());
    socket.write_line(said(protocol::Failed{error.what()}));
  }
}

// Whoever shows bars, reads them or asks for the audit: one thing at a time.
void VenueServer::serve_visitor(LineSocket& socket, protocol::ToVenue asked) {
  for (;;) {
    if (const auto* show = std::get_if<protocol::Show>(&asked)) socket.write_line(said(shown(*show)));
    else if (const auto* read = std::get_if<protocol::ReadTape>(&asked)) socket.write_line(said(tape_from(read->from)));
    else if (std::holds_alternative<protocol::AskAudit>(asked)) socket.write_line(said(protocol::Audited{audit_()}));
    else if (std::holds_alternative<protocol::Ping>(asked)) socket.write_line(said(protocol::Pong{node_.end()}));
    else throw protocol::BadLine("log in first, on a connection of its own");
    const auto line = socket.read_line(protocol::request_bytes_max);
    if (!line) return;
    asked = protocol::read_to_venue(*line);
  }
}

protocol::Taken VenueServer::shown(const protocol::Show& show) {
  std::promise<Outcome> promise;
  node_.show(show.bars, show.source, [&](const Outcome& outcome) { promise.set_value(outcome); });
  const Outcome outcome = promise.get_future().get();
  wake_all();
  return {show.number, outcome.accepted, outcome.refusal};
}

protocol::Taped VenueServer::tape_from(Offset from) const {
  if (from == 0) throw protocol::BadLine("from must be at least 1");
  const Offset end = node_.end();
  BarTape::Piece piece = taped_piece(node_.journal(), node_.shard(), from, end);
  return {std::string(node_.shard().text()), std::move(piece.entries), piece.through, end};
}

void VenueServer::serve_session(LineSocket& socket, const protocol::Login& login) {
  const SessionPtr session = admit(socket, login);
  std::thread writer([this, session] { write_all(session); });
  std::string wrong;
  try {
    while (const auto line = socket.read_line(protocol::request_bytes_max)) take_line(session, protocol::read_to_venue(*line));
  } catch (const std::exception& error) {  // BadLine, SocketError: a line without an end
    wrong = error.what();
  }
  session->end();
  if (wrong.empty()) socket.shut_down();
  writer.join();
  leave(session);
  if (wrong.empty()) return;
  bad_line(session, wrong);
  socket.write_line(said(protocol::Failed{wrong}));
}

VenueServer::SessionPtr VenueServer::admit(LineSocket& socket, const protocol::Login& login) {
  std::lock_guard lock(mutex_);
  SessionPtr& place = sessions_[login.account];
  const auto session = std::make_shared<Session>(next_session_++, socket, login);
  if (place) {
    std::lock_guard former(place->mutex);
    place->fenced = true;
    place->fenced_by = login.node;
    place->wake.notify_one();
    record(VenueSight::kicked, *place, "by " + login.node);
  }
  session->end_at_login = node_.end();
  session->cursor = session->end_at_login;
  if (login.after) session->cursor = std::min(*login.after == 0 ? 0 : *login.after - 1, session->end_at_login);
  record(VenueSight::login, *session);
  place = session;
  return session;
}

void VenueServer::leave(const SessionPtr& session) {
  {
    std::lock_guard lock(mutex_);
    record(VenueSight::logout, *session);
    const auto place = sessions_.find(session->login.account);
    if (place == sessions_.end() || place->second != session) return;  // another one speaks for the account
    sessions_.erase(place);
  }
  if (!session->login.cancel_on_disconnect || stopping_) return;
  for (const OrderCommanded& order : node_.working_orders(session->login.account)) {
    OrderCancelCommanded cancel;
    cancel.order = order.order;
    cancel.product = order.batch.product;
    cancel.account = order.account;
    cancel.commanded_at = node_.now();
    node_.take(cancel, "venue:cancel-on-disconnect", [this](const Outcome&) { wake_all(); });
  }
}

void VenueServer::take_line(const SessionPtr& session, protocol::ToVenue line) {
  if (auto* send = std::get_if<protocol::Send>(&line)) return take(session, std::move(*send));
  if (std::holds_alternative<protocol::Ping>(line)) {
    const Offset end = node_.end();
    return session->answer(protocol::Pong{end}, end);
  }
  throw protocol::BadLine("a session sends; bars and audits have a connection of their own");
}

// Written to the history and handed in under the session's lock: a login of another falls before or after both.
void VenueServer::take(const SessionPtr& session, protocol::Send send) {
  if (account_in(send.message) != session->login.account) throw protocol::BadLine("the session is of another account");
  std::lock_guard lock(session->mutex);
  if (!session->fenced && session->in_flight >= protocol::in_flight_max) throw protocol::BadLine("too much in flight");
  VenueHistoryLine arrival = of_session(arrival_of(send.message), session->number, session->login);
  arrival.fenced = session->fenced;
  history_.add(std::move(arrival));
  if (session->fenced) return;
  ++session->in_flight;
  const std::string producer = "account:" + std::string(session->login.account.text());
  node_.take(std::move(send.message), producer, [this, session, number = send.number](const Outcome& outcome) {
    {
      std::lock_guard taken(session->mutex);
      --session->in_flight;
    }
    session->answer(protocol::Taken{number, outcome.accepted, outcome.refusal}, last_of(outcome));
    wake_all();
  });
}

void VenueServer::wake_all() {
  std::lock_guard lock(mutex_);
  for (const auto& [account, session] : sessions_) {
    std::lock_guard its(session->mutex);
    session->wake.notify_one();
  }
}

// The session's writer: the journal from its cursor on, and between its entries the answers that come after them.
void VenueServer::write_all(const SessionPtr& session) {
  try {
    session->socket.give_up_writing_after(limits_.write_seconds);
    for (const BarObserved& bar : node_.newest_bars())
      session->socket.write_line(said(protocol::Bars{session->end_at_login, {bar}}));
    session->socket.write_line(
        said(protocol::Welcome{session->number, std::string(node_.shard().text()), session->end_at_login, true}));
    for (;;) {
      follow_journal(*session);
      std::unique_lock lock(session->mutex);
      if (session->fenced) {
        lock.unlock();
        return session->socket.write_line(said(protocol::Kicked{session->fenced_by}));
      }
      if (session->ended) return;
      if (!session->answers.empty() && session->answers.front().after <= session->cursor) {
        const std::string line = std::move(session->answers.front().line);
        session->answers.pop_front();
        lock.unlock();
        session->socket.write_line(line);
        continue;
      }
      session->wake.wait_for(lock, std::chrono::seconds(1), [&] {
        return session->fenced || session->ended || node_.end() > session->cursor ||
               (!session->answers.empty() && session->answers.front().after <= session->cursor);
      });
    }
  } catch (const SocketError& error) {
    record(VenueSight::cut_off, *session, error.what());
  } catch (const std::exception& error) {
    spdlog::error("session {} of {}: {}", session->number, session->login.account.text(), error.what());
    record(VenueSight::cut_off, *session, error.what());
  }
  session->socket.shut_down();
}

void VenueServer::follow_journal(Session& session) {
  std::vector<std::string> lines;
  for (Offset end = node_.end(); session.cursor < end; end = node_.end()) {
    if (session.caught_up && end - session.cursor > limits_.lag_max)
      throw SocketError("it fell " + std::to_string(limits_.lag_max) + " entries behind");
    for (const EntryPtr& entry : node_.journal().read(node_.shard(), session.cursor + 1, 256)) {
      if (entry->offset > end) break;
      lines.clear();
      lines_of(*entry, session.login.account, lines);
      for (std::string& line : lines) session.socket.write_line(std::move(line));
      session.cursor = entry->offset;
      std::lock_guard lock(session.mutex);
      if (session.fenced || session.ended) return;
    }
  }
  session.caught_up = true;
}

void VenueServer::bad_line(const SessionPtr& session, const std::string& why) {
  spdlog::warn("a connection of {} is ended: {}", session ? session->login.account.text() : "nobody", why);
  VenueHistoryLine line;
  line.what = VenueSight::bad_line;
  line.text = why.substr(0, 200);
  if (session) line = of_session(std::move(line), session->number, session->login);
  history_.add(std::move(line));
}

void VenueServer::record(VenueSight what, const Session& session, std::string text) {
  VenueHistoryLine line;
  line.what = what;
  line.text = std::move(text);
  history_.add(of_session(std::move(line), session.number, session.login));
}

}  // namespace tally
