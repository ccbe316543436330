#include "messages/ids.hpp"

namespace tally {

std::string text_of(const IntentId& intent) {
  return std::string(intent.subscription.text()) + "#" + std::to_string(intent.number);
}

std::string text_of(const BatchId& batch) {
  return std::string(batch.product.text()) + (batch.kind == BatchKind::withdrawal ? "#w" : "#") + std::to_string(batch.number);
}

}  // namespace tally
