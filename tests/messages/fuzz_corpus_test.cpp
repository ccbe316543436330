// The fuzzers' laws over mutated golden files, from fixed seeds: what runs everywhere, without clang.
#include "tests/catch.hpp"
#include "tests/fuzz/laws.hpp"
#include "tests/messages/golden.hpp"
#include "tests/messages/file.hpp"
#include "tests/messages/random_value.hpp"

using namespace tally;

namespace {

struct Corpus {
  std::vector<std::string> entries;
  std::vector<std::string> texts;
};

Corpus corpus_of_goldens() {
  Corpus corpus;
  for (const CatalogRow& row : catalog()) {
    const auto golden = test::read_golden(row.name, row.about.version);
    if (!golden) continue;
    corpus.texts.push_back(golden->json);
    Entry entry{7, 1, 6, 6, Time{1}, Time{2}, "cli:ada", {}};
    const Message message = read_message(row.about.number, row.about.version, test::bytes_of(golden->bytes));
    for (std::uint64_t i = 1; i <= 2; ++i) entry.events.push_back({{EntityKind::subscription, Symbol("sub-7")}, i, message});
    const auto bytes = fuzz::stored(entry);
    corpus.entries.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return corpus;
}

// One to four small damages: a bit, a byte, a cut, a piece repeated, a piece of another sample.
void mutate(std::string& sample, const std::vector<std::string>& corpus, test::RandomValues& random) {
  for (auto damages = 1 + random.below(4); damages > 0 && !sample.empty(); --damages) {
    const auto at = random.below(sample.size());
    switch (random.below(6)) {
      case 0: sample[at] = static_cast<char>(sample[at] ^ (1 << random.below(8))); break;
      case 1: sample[at] = static_cast<char>(random.bits()); break;
      case 2: sample.resize(at); break;
      case 3: sample.erase(at, 1 + random.below(8)); break;
      case 4: sample.insert(at, sample.substr(at, 1 + random.below(16))); break;
      default: {
        const std::string& other = corpus[random.below(corpus.size())];
        sample.replace(at, random.below(8), other.substr(random.below(other.size()), random.below(24)));
      }
    }
  }
}

template <class Check>
std::size_t accepted_of(const std::vector<std::string>& corpus, int runs, std::uint64_t seed, Check check) {
  test::RandomValues random(seed);
  std::size_t accepted = 0;
  for (int run = 0; run < runs; ++run) {
    std::string sample = corpus[static_cast<std::size_t>(run) % corpus.size()];
    mutate(sample, corpus, random);
    INFO("seed " << seed << " run " << run);
    REQUIRE_NOTHROW(accepted += check(sample));
  }
  return accepted;
}

}  // namespace

TEST_CASE("Seventy thousand damaged entries are refused or read as what they say") {
  const auto corpus = corpus_of_goldens().entries;
  REQUIRE(corpus.size() == catalog().size());
  const auto accepted = accepted_of(corpus, 70'000, 1, [](const std::string& s) { return fuzz::check_stored_entry(test::bytes_of(s)); });
  CHECK(accepted > 1'000);
  CHECK(accepted < 60'000);
}

TEST_CASE("Seventy thousand damaged JSON texts are refused with a path or read as what they say") {
  const auto corpus = corpus_of_goldens().texts;
  REQUIRE(corpus.size() == catalog().size());
  const auto accepted = accepted_of(corpus, 70'000, 2, [](const std::string& s) { return fuzz::check_json_text(s); });
  CHECK(accepted > 1'000);
  CHECK(accepted < 60'000);
}
