#include "app/cluster/cluster_address.hpp"

#include "app/exit_code.hpp"

namespace tally {

cluster::Address address_of(const std::string& text) {
  const auto colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos || std::stoul(port) > 65'535)
    throw CommandFailed(exit_usage, "'" + text + "' is no HOST:PORT");
  return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoul(port))};
}

}  // namespace tally
