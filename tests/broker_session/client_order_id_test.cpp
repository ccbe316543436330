#include "actors/broker_session/client_order_id.hpp"

#include <set>

#include "tests/catch.hpp"

using namespace tally;

namespace {
BatchId batch(std::uint64_t number, BatchKind kind = BatchKind::shared) { return {ProductId("BTC-USD"), kind, number}; }
}  // namespace

TEST_CASE("An order id is 25 capital letters and digits, beginning with T") {
  const ClientOrderId id = client_order_id(Symbol("acct-1"), batch(12), 1);
  REQUIRE(id.text().size() == 25);
  REQUIRE(id.text().front() == 'T');
  REQUIRE(id.text().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == std::string_view::npos);
}

TEST_CASE("The same order has the same id in every build and on every machine") {
  // Computed elsewhere: Python's base32 over the first 15 bytes of libxxhash's XXH3_128bits of "acct-1\nBTC-USD#12\n1".
  REQUIRE(client_order_id(Symbol("acct-1"), batch(12), 1).text() == "TOHODYSP3PXOYOBYPK3EYKJT2");
  REQUIRE(client_order_id(Symbol("acct-1"), batch(3, BatchKind::withdrawal), 2).text() == "TBYIB3IKCA6IKL4LFYPOYLDKC");
}

TEST_CASE("Account, batch, kind of batch and attempt each make another id") {
  std::set<ClientOrderId> ids;
  std::size_t made = 0;
  for (const char* account : {"acct-1", "acct-2", "acct-11"})
    for (const BatchKind kind : {BatchKind::shared, BatchKind::withdrawal})
      for (std::uint64_t number = 1; number <= 2000; ++number)
        for (std::uint32_t attempt = 1; attempt <= 3; ++attempt, ++made)
          ids.insert(client_order_id(Symbol(account), batch(number, kind), attempt));
  REQUIRE(ids.size() == made);
}
