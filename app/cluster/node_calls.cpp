#include "app/cluster/node_calls.hpp"

#include <boost/json.hpp>

#include "app/exit_code.hpp"
#include "messages/json_text.hpp"

namespace tally {
namespace {

namespace json = boost::json;

json::object unknown(const std::string& why) { return {{"ok", false}, {"code", exit_failed}, {"error", "UNKNOWN: " + why}}; }

}  // namespace

NodeCalls::NodeCalls(replication::Transport& transport, Answer answer) : transport_(transport), answer_(std::move(answer)) {
  for (std::size_t i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
}

json::object NodeCalls::ask(NodeId to, const json::object& request, std::chrono::milliseconds patience) {
  const auto question = std::make_shared<Question>();
  question->to = to;
  std::unique_lock lock(mutex_);
  if (stopping_ || questions_.size() >= asked_max) throw CommandFailed(exit_refused, "too many questions wait for other nodes");
  const std::uint64_t number = ++asked_;
  questions_[number] = question;
  lock.unlock();
  send(to, {{"ask", number}, {"body", request}});
  lock.lock();
  const bool answered = question->changed.wait_for(lock, patience, [&] { return question->done; });
  questions_.erase(number);
  if (!answered) question->answer = unknown("the other node did not answer in time");
  if (!question->answer.at("ok").as_bool())
    throw CommandFailed(static_cast<ExitCode>(question->answer.at("code").to_number<int>()), std::string(question->answer.at("error").as_string()));
  return question->answer;
}

void NodeCalls::received(NodeId from, const replication::Frame& frame) {
  json::object call;
  std::uint64_t number = 0;
  const char* kind = nullptr;
  try {
    call = parse_json_text({reinterpret_cast<const char*>(frame.data()), frame.size()}).as_object();
    kind = call.contains("ask") ? "ask" : "answer";
    number = call.at(kind).to_number<std::uint64_t>();
    call = std::move(call.at("body").as_object());
  } catch (const std::exception&) {
    return;  // it will time out there
  }
  std::lock_guard lock(mutex_);
  if (std::string_view(kind) == "ask") {
    if (stopping_ || waiting_.size() >= waiting_max) return;
    waiting_.push_back({from, number, std::move(call)});
    wake_.notify_one();
    return;
  }
  const auto found = questions_.find(number);
  if (found == questions_.end() || found->second->to != from || found->second->done || !call.contains("ok")) return;
  found->second->answer = std::move(call);
  found->second->done = true;
  found->second->changed.notify_all();
}

void NodeCalls::went_away(NodeId peer) {
  std::lock_guard lock(mutex_);
  for (auto& [number, question] : questions_) {
    if (question->to != peer || question->done) continue;
    question->answer = unknown("the node that was asked went away");
    question->done = true;
    question->changed.notify_all();
  }
}

void NodeCalls::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [number, question] : questions_) {
      if (!question->done) question->answer = unknown("this node stops");
      question->done = true;
      question->changed.notify_all();
    }
  }
  wake_.notify_all();
  for (std::thread& worker : workers_)
    if (worker.joinable()) worker.join();
}

void NodeCalls::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    json::object answer;
    try {
      answer = answer_(next.from, next.request);
      answer["ok"] = true;
    } catch (const CommandFailed& failed) {
      answer = {{"ok", false}, {"code", failed.code}, {"error", failed.what()}};
    } catch (const std::exception& error) {
      answer = {{"ok", false}, {"code", exit_usage}, {"error", error.what()}};
    }
    send(next.from, {{"answer", next.number}, {"body", std::move(answer)}});
    lock.lock();
  }
}

void NodeCalls::send(NodeId to, const json::object& call) {
  const std::string text = json::serialize(call);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  transport_.send(to, replication::Lane::calls, {bytes, bytes + text.size()});
}

}  // namespace tally
