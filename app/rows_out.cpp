#include "app/rows_out.hpp"

#include <boost/json.hpp>
#include <iostream>

namespace tally {
namespace fs = std::filesystem;

RowsOut::RowsOut(const fs::path& file, Form form, const std::vector<std::string>& columns) : file_(file), form_(form) {
  if (!file.empty()) {
    const bool device = fs::exists(file) && !fs::is_regular_file(file);  // such as /dev/stdout: nothing to rename over it
    part_ = device ? file : fs::path(file.string() + ".part");
    stream_.open(part_, std::ios::binary);
    if (!stream_) throw std::runtime_error("cannot write " + file.string());
  }
  if (form_ == Form::json) out() << "{\"columns\":[";
  for (const std::string& column : columns) {
    if (&column != &columns.front()) out() << ',';
    if (form_ == Form::json) out() << boost::json::serialize(boost::json::string(column));
    else out() << column;
  }
  out() << (form_ == Form::json ? "],\"rows\":[" : "\n");
}

RowsOut::~RowsOut() {
  if (!stream_.is_open()) return;
  stream_.close();
  std::error_code ignored;
  if (part_ != file_) fs::remove(part_, ignored);
}

std::ostream& RowsOut::out() { return file_.empty() ? std::cout : stream_; }

void RowsOut::put(const RowCell& cell) {
  if (form_ == Form::csv) out() << cell.text;
  else if (cell.text.empty()) out() << "null";
  else if (cell.number) out() << cell.text;
  else out() << boost::json::serialize(boost::json::string(cell.text));
}

void RowsOut::row(const std::vector<RowCell>& cells) {
  if (form_ == Form::json) out() << (first_ ? "[" : ",[");
  first_ = false;
  for (const RowCell& cell : cells) {
    if (&cell != &cells.front()) out() << ',';
    put(cell);
  }
  out() << (form_ == Form::json ? ']' : '\n');
}

void RowsOut::finish() {
  if (form_ == Form::json) out() << "]}\n";
  out().flush();
  if (!out()) throw std::runtime_error("cannot write " + (file_.empty() ? "to standard output" : file_.string()));
  if (file_.empty()) return;
  stream_.close();
  if (part_ != file_) fs::rename(part_, file_);
}

}  // namespace tally
