// Which folder may include what: dependencies point one way, and each library stays in its rooms.
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "tests/catch.hpp"

namespace fs = std::filesystem;

namespace {

struct Include {
  std::string file;   // relative to the project
  std::string what;   // between the quotes or brackets
  bool quoted = false;
};

std::vector<Include> includes_of_project() {
  static const std::regex line_form(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  const fs::path root = TALLY_SOURCE_DIR;
  std::vector<Include> all;
  for (const char* folder : {"messages", "actors", "persistence", "app", "gateway"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& found : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = found.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp") continue;
      std::ifstream in(found.path());
      for (std::string line; std::getline(in, line);) {
        std::smatch match;
        if (std::regex_search(line, match, line_form))
          all.push_back({fs::relative(found.path(), root).string(), match[2], match[1] == "\""});
      }
    }
  }
  return all;
}

bool under(const std::string& path, std::initializer_list<const char*> folders) {
  for (const char* folder : folders)
    if (path.rfind(folder, 0) == 0) return true;
  return false;
}

// The entity's folder of a path, e.g. "actors/signal/"; empty for hosts, venues and what lies beside them.
std::string entity_folder(const std::string& path) {
  if (!under(path, {"actors/"}) || under(path, {"actors/host/", "actors/venues/"})) return "";
  const auto slash = path.find('/', 7);
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// Folders under actors/ that are no entities but pure libraries, which entities may use.
bool is_library(const std::string& folder) {
  return under(folder, {"actors/calendar/", "actors/indicators/", "actors/bars/", "actors/lots/", "actors/market_data/"});
}

// Figures about a record: ratios, roots and powers of it, which no decimal holds. They are read by people, no amount is ever
// made from them, and no entity may include them (it is no library of theirs).
bool is_statistical(const std::string& path) { return under(path, {"actors/statistics/"}); }

const std::vector<std::string> impure = {"chrono", "ctime",    "time.h",  "thread",  "mutex",  "atomic",
                                         "future", "random", "iostream", "fstream", "cstdio", "filesystem"};

}  // namespace

TEST_CASE("Every library stays in the rooms that the architecture gives it") {
  for (const Include& include : includes_of_project()) {
    CAPTURE(include.file, include.what);
    if (under(include.what, {"caf/"})) CHECK(under(include.file, {"actors/host/live/", "actors/host/cluster/", "actors/venues/", "app/"}));
    if (under(include.what, {"date/"})) CHECK(under(include.file, {"actors/calendar/"}));
    if (under(include.what, {"prometheus/"})) CHECK(under(include.file, {"gateway/metrics/"}));
    if (under(include.what, {"rocksdb/"})) CHECK(under(include.file, {"persistence/"}));
    if (under(include.what, {"boost/beast", "boost/asio"})) CHECK(under(include.file, {"gateway/", "actors/venues/", "app/"}));
    const bool sockets = under(include.what, {"boost/beast", "boost/asio", "openssl/", "sys/socket"});
    if (sockets && under(include.file, {"actors/venues/"})) CHECK(include.file.ends_with("/connection.cpp"));
    if (under(include.what, {"spdlog/"}))
      CHECK(under(include.file, {"actors/host/live/", "actors/host/cluster/", "actors/venues/", "app/", "gateway/", "persistence/"}));
  }
}

TEST_CASE("Dependencies point one way") {
  for (const Include& include : includes_of_project()) {
    if (!include.quoted) continue;
    CAPTURE(include.file, include.what);
    if (under(include.file, {"messages/"})) CHECK(under(include.what, {"messages/"}));
    if (under(include.file, {"persistence/"})) CHECK(under(include.what, {"messages/", "persistence/"}));
    if (under(include.file, {"actors/host/shard/"})) CHECK(under(include.what, {"messages/", "persistence/", "actors/entity.hpp", "actors/host/shard/"}));
    if (under(include.file, {"actors/host/deterministic/"}))
      CHECK(under(include.what, {"messages/", "persistence/", "actors/entity.hpp", "actors/host/shard/", "actors/host/deterministic/"}));
    if (under(include.file, {"actors/host/backtest/"}))  // a host of whole accounts: it knows the venue and the strategies
      CHECK(under(include.what, {"messages/", "actors/host/shard/", "actors/host/deterministic/", "actors/host/backtest/",
                                 "actors/programs.hpp", "actors/simulated_exchange/", "actors/strategy/"}));
    if (under(include.file, {"actors/host/live/"}))
      CHECK(under(include.what, {"messages/", "persistence/", "actors/entity.hpp", "actors/host/shard/", "actors/host/live/"}));
    if (under(include.file, {"actors/host/cluster/"})) CHECK(under(include.what, {"persistence/", "actors/host/cluster/"}));
    if (under(include.file, {"actors/"})) CHECK_FALSE(under(include.what, {"app/", "gateway/", "tests/"}));
    if (under(include.file, {"actors/tables/"})) CHECK(under(include.what, {"messages/", "actors/lots/", "actors/tables/"}));
    if (under(include.file, {"gateway/"})) CHECK(under(include.what, {"messages/", "persistence/", "actors/tables/", "gateway/"}));
    if (under(include.file, {"actors/calendar/"})) CHECK(under(include.what, {"actors/calendar/"}));
    if (under(include.file, {"actors/bars/"})) CHECK(under(include.what, {"actors/bars/", "actors/calendar/"}));
    if (under(include.file, {"actors/market_data/"})) CHECK(under(include.what, {"messages/", "actors/market_data/"}));
    if (under(include.file, {"actors/venues/"})) CHECK(under(include.what, {"messages/", "actors/market_data/", "actors/venues/"}));
    if (under(include.file, {"actors/indicators/"})) CHECK(under(include.what, {"actors/indicators/"}));
  }
}

TEST_CASE("An entity sees messages, the skeleton and itself, never another entity, a host or the journal") {
  for (const Include& include : includes_of_project()) {
    const std::string own = entity_folder(include.file);
    if (own.empty() || !include.quoted) continue;
    CAPTURE(include.file, include.what);
    const std::string other = entity_folder(include.what);
    CHECK((other.empty() || other == own || is_library(other)));
    CHECK_FALSE(under(include.what, {"actors/host/", "persistence/", "actors/topology", "actors/programs"}));
  }
}

TEST_CASE("An entity has no clock, thread, file or log at hand") {
  for (const Include& include : includes_of_project()) {
    if (entity_folder(include.file).empty()) continue;
    CAPTURE(include.file, include.what);
    CHECK(std::find(impure.begin(), impure.end(), include.what) == impure.end());
  }
}

TEST_CASE("Money, price and quantity never meet floating point in an entity") {
  static const std::regex floating(R"(\b(double|float|long double)\b)");
  const fs::path root = TALLY_SOURCE_DIR;
  for (const auto& found : fs::recursive_directory_iterator(root / "actors")) {
    const std::string path = fs::relative(found.path(), root).string();
    if (entity_folder(path).empty() || !found.is_regular_file() || is_statistical(path)) continue;
    if (under(path, {"actors/indicators/", "actors/strategy/"})) continue;  // advice; see the next two cases
    std::ifstream in(found.path());
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      line = line.substr(0, line.find("//"));
      CAPTURE(path, number, line);
      CHECK_FALSE(std::regex_search(line, floating));
    }
  }
}

TEST_CASE("A strategy's numbers become decimals in one place") {
  static const std::regex rounding(R"(\b(from_units|nearbyint|llround|lround|round)\b)");
  const fs::path root = TALLY_SOURCE_DIR;
  for (const auto& found : fs::recursive_directory_iterator(root / "actors/strategy")) {
    const std::string path = fs::relative(found.path(), root).string();
    if (path == "actors/strategy/intent.cpp" || path == "actors/strategy/mean.hpp") continue;  // out of the rules; into an exact sum
    std::ifstream in(found.path());
    for (std::string line; std::getline(in, line);) {
      CAPTURE(path, line);
      CHECK_FALSE(std::regex_search(line, rounding));
    }
  }
}

TEST_CASE("Indicators, which are floating point, advise strategies only") {
  for (const Include& include : includes_of_project()) {
    if (!under(include.what, {"actors/indicators/"})) continue;
    CAPTURE(include.file, include.what);
    CHECK(under(include.file, {"actors/indicators/", "actors/strategy/", "app/"}));
  }
}

TEST_CASE("The consensus core sees nothing but itself and a hash, and has no clock, thread, file or dice at hand") {
  for (const Include& include : includes_of_project()) {
    if (!under(include.file, {"persistence/consensus/"})) continue;
    CAPTURE(include.file, include.what);
    if (include.quoted) CHECK(under(include.what, {"persistence/consensus/", "persistence/sha256.hpp"}));
    else CHECK(std::find(impure.begin(), impure.end(), include.what) == impure.end());
  }
}

TEST_CASE("A session between nodes sees the port, fixed-width integers and itself, and has no clock, thread, socket or dice at hand") {
  for (const Include& include : includes_of_project()) {
    if (!under(include.file, {"actors/host/cluster/session/"})) continue;
    CAPTURE(include.file, include.what);
    if (include.quoted)
      CHECK(under(include.what, {"actors/host/cluster/session/", "persistence/replication/transport.hpp", "persistence/wire.hpp",
                                 "persistence/replication/mutations.hpp"}));
    else
      CHECK((std::find(impure.begin(), impure.end(), include.what) == impure.end() &&
             !under(include.what, {"caf/", "openssl/", "spdlog/", "sys/", "netinet/"})));
  }
}

TEST_CASE("Whoever uses the transport between nodes need not see CAF") {
  for (const Include& include : includes_of_project()) {
    if (include.file != "actors/host/cluster/cluster_transport.hpp" && include.file != "actors/host/cluster/certificate.hpp") continue;
    CAPTURE(include.file, include.what);
    CHECK_FALSE(under(include.what, {"caf/", "openssl/", "actors/host/cluster/servants.hpp"}));
  }
}
