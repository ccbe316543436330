// Fields of a request on a control socket. Throw CommandFailed where they are missing or of another type.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

namespace tally {

std::string text_at(const boost::json::object& request, std::string_view key);
std::uint64_t number_at(const boost::json::object& request, std::string_view key);

}  // namespace tally
