// Hands out the streams, indicators and slots of a program: what is asked for twice is there once.
#pragma once

#include <algorithm>
#include <bit>

#include "actors/strategy/program.hpp"

namespace tally::strategy {

class Layout {
 public:
  explicit Layout(Program& program) : program_(program) {
    for (std::uint32_t role = 0; role < program.definition.roles.size(); ++role)
      program_.streams.push_back({role, std::nullopt, program.definition.anchor});
  }

  // `timeframe` is the anchor's or one of the definition's.
  std::uint32_t stream(std::uint32_t role, const std::string& timeframe) {
    for (std::uint32_t i = 0; i < program_.streams.size(); ++i)
      if (program_.streams[i].role == role && program_.streams[i].timeframe == timeframe) return i;
    const std::string& zone = program_.definition.zone;
    const bool of_days = timeframe == "1d" && !zone.empty();
    program_.streams.push_back(
        {role, bars::Timeframe::parse(timeframe, of_days ? std::optional(Zone(zone)) : std::nullopt), timeframe});
    return static_cast<std::uint32_t>(program_.streams.size() - 1);
  }

  std::uint32_t computed(std::uint32_t stream, const indicators::Spec& spec, Field input) {
    const auto same = [&](const Computed& c) { return c.stream == stream && c.spec == spec && c.input == input; };
    const auto found = std::find_if(program_.computed.begin(), program_.computed.end(), same);
    if (found == program_.computed.end()) return program_.computed.push_back({stream, spec, input}), last(program_.computed);
    return static_cast<std::uint32_t>(found - program_.computed.begin());
  }

  // Slots of a bar's field, or of an indicator's output, deep enough to look `back` bars back.
  std::uint32_t field(std::uint32_t stream, Field field, std::uint32_t back) {
    return slot([&](const Slot& s) { return s.stream == stream && !s.computed && s.field == field; },
                {stream, 0, 0, std::nullopt, 0, field}, back);
  }
  std::uint32_t output(std::uint32_t computed, std::uint32_t output, std::uint32_t back) {
    return slot([&](const Slot& s) { return s.computed == computed && s.output == output; },
                {program_.computed[computed].stream, 0, 0, computed, output, Field::close}, back);
  }

  std::uint32_t advice(const std::string& name, double standard) {
    for (std::uint32_t i = 0; i < program_.advices.size(); ++i)
      if (program_.advices[i].name == name && program_.advices[i].standard == standard) return i;
    program_.advices.push_back({name, standard});
    return last(program_.advices);
  }

  std::uint32_t crossing() { return program_.crossings++; }

  // Gives every slot its cells. After the last one was asked for.
  void finish() {
    for (Slot& slot : program_.slots) {
      slot.base = program_.cells;
      program_.cells += slot.mask + 1;
    }
  }

 private:
  template <class Items>
  static std::uint32_t last(const Items& items) {
    return static_cast<std::uint32_t>(items.size() - 1);
  }

  template <class Same>
  std::uint32_t slot(const Same& same, const Slot& fresh, std::uint32_t back) {
    auto found = std::find_if(program_.slots.begin(), program_.slots.end(), same);
    if (found == program_.slots.end()) found = program_.slots.insert(found, fresh);
    found->mask = std::max(found->mask, std::bit_ceil(back + 1) - 1);
    return static_cast<std::uint32_t>(found - program_.slots.begin());
  }

  Program& program_;
};

}  // namespace tally::strategy
