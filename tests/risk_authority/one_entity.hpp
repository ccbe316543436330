// One entity under test: entries in, what it decided out. Every entry reaches it whole, and every input may decide.
#pragma once

#include <initializer_list>

#include "actors/entity.hpp"

namespace tally::test {

template <class E>
class OneEntity {
 public:
  explicit OneEntity(std::string_view key) : cell_(Symbol(key)) {}

  // Gives one entry and returns what was decided on it.
  std::vector<Message> give(std::vector<Message> messages) {
    Entry entry;
    entry.at = now;
    std::vector<Delivery> deliveries;
    for (Message& message : messages) {
      deliveries.push_back({static_cast<std::uint32_t>(entry.events.size()), 0, true});
      entry.events.push_back({EntityRef{}, 0, std::move(message)});
    }
    std::vector<Event> decided;
    cell_.take(entry, deliveries, now, decided);
    for (const Event& event : decided) history.push_back(event);
    std::vector<Message> bodies;
    for (Event& event : decided) bodies.push_back(std::move(event.body));
    return bodies;
  }
  template <class M>
    requires(!std::same_as<M, std::vector<Message>>)
  std::vector<Message> give(M message) {
    std::vector<Message> one;
    one.emplace_back(std::move(message));
    return give(std::move(one));
  }

  const typename E::State& state() const { return cell_.state(); }

  Time now{1'700'000'000 * ns_per_s};
  std::vector<Event> history;   // all it decided

 private:
  Cell<E> cell_;
};

template <class M>
std::vector<M> all_of(const std::vector<Message>& messages) {
  std::vector<M> found;
  for (const Message& message : messages)
    if (const M* one = std::get_if<M>(&message)) found.push_back(*one);
  return found;
}

template <class M>
bool has(const std::vector<Message>& messages) {
  return !all_of<M>(messages).empty();
}

// The one message of that type; throws where there is none or another.
template <class M>
M only(const std::vector<Message>& messages) {
  const std::vector<M> found = all_of<M>(messages);
  if (found.size() != 1) throw std::runtime_error("expected one message of a type, found " + std::to_string(found.size()));
  return found.front();
}

}  // namespace tally::test
