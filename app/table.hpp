// A table for a terminal: columns as wide as they must be, numbers to the right. Bold heads on a terminal only, so that a
// file or a pipe gets plain text.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace tally {

struct Column {
  std::string head;
  bool right = false;    // numbers
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void row(std::vector<std::string> cells);          // as many as there are columns
  void print(std::ostream& out, bool bold) const;    // the heads alone where there is no row
  bool empty() const { return rows_.empty(); }

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Characters, not bytes, of UTF-8 text.
std::size_t width_of(std::string_view text);

}  // namespace tally
