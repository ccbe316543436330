// CSV files as they come: quotes, blank lines, gzip; and what is wrong with a bad one, and where.
#include <zlib.h>

#include "app/csv_file.hpp"
#include "tests/catch.hpp"
#include "tests/reports/report_files.hpp"

using namespace tally;

namespace {

InputError error_of(const std::string& text, bool gzip = false, std::size_t cut = 0) {
  TemporaryDirectory directory;
  const auto file = directory.path() / "t.csv";
  if (gzip) {
    write_gzip(file, text);
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - cut);
  } else {
    write_text(file, text);
  }
  try {
    CsvFile rows(file);
    rows.required_column("b");
    while (rows.next()) {
    }
  } catch (const InputError& error) {
    return error;
  }
  FAIL("was read: " + text);
  throw 0;
}

}  // namespace

TEST_CASE("A CSV file is read row by row, plain and gzip alike, whatever its line ends and quotes") {
  const std::string text = "\xEF\xBB\xBFname,b\r\nplain,1\r\n\r\n\"with, comma\",\"\"\n\"a \"\"word\"\"\",3";
  TemporaryDirectory directory;
  write_text(directory.path() / "t.csv", text);
  write_gzip(directory.path() / "t.csv.gz", text);
  for (const char* name : {"t.csv", "t.csv.gz"}) {
    CsvFile rows(directory.path() / name);
    CHECK(rows.required_column("name") == 0);
    CHECK_FALSE(rows.column("c"));
    std::vector<std::string> seen;
    while (rows.next())
      seen.push_back(std::to_string(rows.line()) + "|" + std::string(rows.cell(0)) + "|" + std::string(rows.cell(1)));
    CHECK(seen == std::vector<std::string>{"2|plain|1", "4|with, comma|", "5|a \"word\"|3"});
  }
}

TEST_CASE("What is wrong with a CSV file is told by kind and line") {
  struct Row {
    std::string text;
    InputProblem problem;
    std::size_t line;
  };
  for (const Row& row : std::vector<Row>{
           {"", InputProblem::no_header, 0},
           {"a,c\n1,2\n", InputProblem::missing_column, 1},
           {"a,b,a\n", InputProblem::repeated_column, 1},
           {"a,b\n1,2\n3\n", InputProblem::wrong_width, 3},
           {"a,b\n1,2,3\n", InputProblem::wrong_width, 2},
           {"a,b\n\"1,2\n", InputProblem::broken_quotes, 2},
           {"a,b\n\"1\"x,2\n", InputProblem::broken_quotes, 2},
           {"a,b\n" + std::string(TextLines::line_max + 10, 'x') + ",2\n", InputProblem::unreadable, 2},
           {std::string("a,b\n1\0,2\n3,4\n", 13), InputProblem::unreadable, 2},
           {std::string("a,b\n1,2\n\0\n", 10), InputProblem::unreadable, 3},
       }) {
    CAPTURE(row.text.substr(0, 40));
    const InputError error = error_of(row.text);
    CHECK(error.problem == row.problem);
    CHECK(error.line == row.line);
    const std::string blamed = row.line == 0 ? "t.csv: " : "t.csv:" + std::to_string(row.line) + ": ";
    CHECK(std::string(error.what()).find(blamed) != std::string::npos);
  }
  CHECK_THROWS_AS(CsvFile("/nowhere/at/all.csv"), InputError);
}

TEST_CASE("A gzip file that ends too early is damage, not the end") {
  std::string text = "a,b\n";
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919) + "," + std::to_string(i) + "\n";
  CHECK(error_of(text, true, 5'000).problem == InputProblem::unreadable);
}
