#include "app/backtest/entry_file.hpp"

#include <algorithm>
#include <array>

#include "actors/host/backtest/engine.hpp"
#include "messages/stored.hpp"
#include "persistence/crc32c.hpp"

namespace tally::backtest {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view head = "tally entries v1 ";
constexpr std::size_t frame_max = 1 << 28;
constexpr std::size_t import_piece = 256;

using Word = std::array<unsigned char, 4>;

Word word_of(std::uint32_t value) {
  return {static_cast<unsigned char>(value), static_cast<unsigned char>(value >> 8), static_cast<unsigned char>(value >> 16),
          static_cast<unsigned char>(value >> 24)};
}
std::uint32_t value_of(const unsigned char* word) {
  return word[0] | std::uint32_t{word[1]} << 8 | std::uint32_t{word[2]} << 16 | std::uint32_t{word[3]} << 24;
}

std::vector<fs::path> entry_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& found : fs::directory_iterator(directory))
    if (found.path().extension() == entry_file_ending) files.push_back(found.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

EntryFileOut::EntryFileOut(const fs::path& directory, Symbol shard)
    : file_(directory / (directory_name(shard) + entry_file_ending)) {
  file_.line(std::string(head) + std::string(shard.text()));
}

void EntryFileOut::append(const Entry& entry) {
  bytes_.clear();
  store_entry(entry, bytes_);
  const Word length = word_of(static_cast<std::uint32_t>(bytes_.size())), sum = word_of(crc32c(bytes_));
  file_.bytes(length.data(), length.size());
  file_.bytes(sum.data(), sum.size());
  file_.bytes(bytes_.data(), bytes_.size());
}

EntryFile::EntryFile(const fs::path& file) : name_(file.string()), in_(file, std::ios::binary) {
  std::string line;
  if (!in_ || !std::getline(in_, line) || !line.starts_with(head)) throw JournalError(name_ + " is no file of entries");
  shard_ = Symbol(line.substr(head.size()));
}

bool EntryFile::next(Entry& entry) {
  unsigned char frame[8];
  in_.read(reinterpret_cast<char*>(frame), sizeof frame);
  if (in_.gcount() == 0) return false;
  const std::uint32_t length = value_of(frame);
  if (in_.gcount() != sizeof frame || length > frame_max) fail("is cut off");
  bytes_.resize(length);
  in_.read(reinterpret_cast<char*>(bytes_.data()), length);
  if (in_.gcount() != static_cast<std::streamsize>(length)) fail("is cut off");
  if (crc32c(bytes_) != value_of(frame + 4)) fail("is damaged");
  entry = read_entry(bytes_);
  if (entry.offset != last_ + 1) fail("does not follow the last");
  last_ = entry.offset;
  return true;
}

void EntryFile::fail(const std::string& why) const {
  throw JournalError(name_ + ": entry " + std::to_string(last_ + 1) + ' ' + why);
}

bool has_entry_files(const fs::path& directory) { return fs::is_directory(directory) && !entry_files(directory).empty(); }

ExportReport import_entries(const fs::path& directory, Journal& into) {
  ExportReport report;
  for (const fs::path& path : entry_files(directory)) {
    EntryFile file(path);
    const Symbol shard = file.shard();
    if (shard == strategies_shard()) continue;
    if (into.end(shard) > 0) throw JournalError("the journal has entries of " + std::string(shard.text()) + " already");
    ++report.shards;
    ++report.files;
    std::vector<EntryPtr> piece;
    const auto flush = [&] {
      if (piece.empty()) return;
      into.append(shard, piece.front()->offset, piece);
      into.wait_committed(shard, piece.back()->offset);
      piece.clear();
    };
    for (Entry entry; file.next(entry);) {
      ++report.entries;
      report.events += entry.events.size();
      piece.push_back(std::make_shared<const Entry>(std::move(entry)));
      if (piece.size() == import_piece) flush();
    }
    flush();
  }
  return report;
}

}  // namespace tally::backtest
