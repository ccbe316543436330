// libFuzzer target: the stored bytes of one entry. Build with clang and -DTALLY_FUZZ=ON.
#include "tests/fuzz/laws.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tally::fuzz::check_stored_entry(std::as_bytes(std::span(data, size)));
  return 0;
}
