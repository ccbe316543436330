#include "app/table.hpp"

#include <algorithm>

#include "messages/assert.hpp"

namespace tally {

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void Table::row(std::vector<std::string> cells) {
  TALLY_ASSERT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out, bool bold) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(width_of(columns_[i].head));
    for (const auto& row : rows_) widths.back() = std::max(widths.back(), width_of(row[i]));
  }
  const auto line = [&](const auto& cell_at) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_at(i);
      const std::string blanks(widths[i] - width_of(cell), ' ');
      if (i > 0) text += "  ";
      text += columns_[i].right ? blanks + cell : cell + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  const std::string head = line([&](std::size_t i) -> const std::string& { return columns_[i].head; });
  out << (bold ? "\x1b[1m" + head + "\x1b[0m" : head) << '\n';
  for (const auto& row : rows_) out << line([&](std::size_t i) -> const std::string& { return row[i]; }) << '\n';
}

}  // namespace tally
