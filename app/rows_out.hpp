// Many rows for programs to read: a CSV file, CSV on standard output, or one JSON object there.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tally {

struct RowCell {
  std::string text;     // empty: there is no value
  bool number = false;  // JSON without quotes
};

class RowsOut {
 public:
  enum class Form { csv, json };

  // To `file`, or to standard output where it is empty. A regular file appears when it is finished, as a whole; until then
  // it is FILE.part. Throws std::runtime_error where it cannot be written.
  RowsOut(const std::filesystem::path& file, Form form, const std::vector<std::string>& columns);
  ~RowsOut();
  RowsOut(const RowsOut&) = delete;

  void row(const std::vector<RowCell>& cells);  // as many as there are columns
  void finish();                                // throws std::runtime_error where not all could be written

 private:
  std::ostream& out();
  void put(const RowCell& cell);

  std::filesystem::path file_, part_;
  Form form_;
  std::ofstream stream_;
  bool first_ = true;
};

}  // namespace tally
