#include "app/request_fields.hpp"

#include <boost/json.hpp>

#include "app/exit_code.hpp"

namespace tally {

namespace json = boost::json;

std::string text_at(const json::object& request, std::string_view key) {
  const json::value* value = request.if_contains(key);
  if (!value || !value->is_string()) throw CommandFailed(exit_usage, std::string(key) + " must be a string");
  return std::string(value->get_string());
}

std::uint64_t number_at(const json::object& request, std::string_view key) {
  const json::value* value = request.if_contains(key);
  if (!value || !(value->is_uint64() || value->is_int64()) || (value->is_int64() && value->get_int64() < 0))
    throw CommandFailed(exit_usage, std::string(key) + " must be a whole number");
  return value->to_number<std::uint64_t>();
}

}  // namespace tally
