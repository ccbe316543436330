// libFuzzer target: the JSON text of one message. Build with clang and -DTALLY_FUZZ=ON.
#include "tests/fuzz/laws.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tally::fuzz::check_json_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
