#include <rapidcheck.h>

#include <string>
#include <string_view>

#include "persistence/crc32c.hpp"
#include "persistence/sha256.hpp"
#include "persistence/wire.hpp"
#include "tests/catch.hpp"

using namespace tally;

namespace {
std::span<const std::byte> bytes(std::string_view text) { return wire::bytes_of(text); }
}  // namespace

TEST_CASE("CRC32C gives the sums of RFC 3720, with the instruction and without it") {
  std::string ascending(32, '\0');
  for (int i = 0; i < 32; ++i) ascending[static_cast<std::size_t>(i)] = static_cast<char>(i);
  const std::string descending(ascending.rbegin(), ascending.rend());
  const struct {
    std::string text;
    std::uint32_t sum;
  } rows[] = {{"", 0},
              {"123456789", 0xE3069283},
              {std::string(32, '\0'), 0x8A9136AA},
              {std::string(32, '\xFF'), 0x62A8AB43},
              {ascending, 0x46DD794E},
              {descending, 0x113FDB5C}};
  for (const auto& row : rows) {
    CHECK(crc32c(bytes(row.text)) == row.sum);
    CHECK(crc32c_portable(bytes(row.text)) == row.sum);
  }
}

TEST_CASE("CRC32C of a text is that of its parts, wherever it is cut and however it lies in memory") {
  REQUIRE(rc::check([](const std::string& text) {
    const std::size_t cut = text.empty() ? 0 : *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const auto all = bytes(text);
    RC_ASSERT(crc32c(all) == crc32c(all.subspan(cut), crc32c(all.first(cut))));
    RC_ASSERT(crc32c(all) == crc32c_portable(all));
    RC_ASSERT(crc32c_portable(all) == crc32c_portable(all.subspan(cut), crc32c_portable(all.first(cut))));
  }));
}

TEST_CASE("SHA-256 gives the sums of FIPS 180-4, in one piece and in several") {
  CHECK(hex(sha256(bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256(bytes(""))) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 sum;
  sum.update(bytes("a"));
  sum.update(bytes("bc"));
  CHECK(sum.finish() == sha256(bytes("abc")));
  CHECK(sum.finish() == sha256(bytes("")));
  CHECK(state_hash(bytes("abc")) == 0xba7816bf8f01cfeaull);
}

TEST_CASE("Big-endian keys sort as their numbers do") {
  REQUIRE(rc::check([](std::uint64_t a, std::uint64_t b) {
    std::string left;
    std::string right;
    wire::append_be(left, a);
    wire::append_be(right, b);
    RC_ASSERT((left < right) == (a < b));
    RC_ASSERT(wire::read_be<std::uint64_t>(left.data()) == a);
  }));
}
