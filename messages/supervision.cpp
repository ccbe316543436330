#include "messages/supervision.hpp"

namespace tally {

std::string text_of(const EntityRef& entity) {
  return boost::describe::enum_to_string(entity.kind, "none") + ('/' + std::string(entity.key.text()));
}

EntityRef entity_of(std::string_view text) {
  const auto slash = text.find('/');
  EntityRef entity;
  const std::string kind(text.substr(0, slash));
  if (slash == std::string_view::npos || !boost::describe::enum_from_string(kind.c_str(), entity.kind))
    throw NameError("'" + std::string(text.substr(0, 80)) + "' is no entity, like \"subscription/sub-7\"");
  entity.key = Symbol(text.substr(slash + 1));
  return entity;
}

}  // namespace tally
