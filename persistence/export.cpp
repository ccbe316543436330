#include "persistence/export.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <map>

#include "messages/catalog.hpp"
#include "messages/json.hpp"
#include "messages/stored.hpp"
#include "persistence/atomic_file.hpp"
#include "persistence/crc32c.hpp"
#include "persistence/line_file.hpp"
#include "persistence/sha256.hpp"

namespace tally {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t import_piece = 256;

std::string suffix(Compression compression) { return compression == Compression::zstd ? ".jsonl.zst" : ".jsonl"; }

std::string utc_date(Time time) {
  using namespace std::chrono;
  const year_month_day date(floor<days>(sys_time<nanoseconds>(nanoseconds(time.ns))));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

Bytes stored_bytes(const Entry& entry) {
  Bytes bytes;
  store_entry(entry, bytes);
  return bytes;
}

// True where the JSON of an entry says all that its stored bytes say.
bool json_is_whole(const json::value& value, const Bytes& stored) {
  try {
    return stored_bytes(entry_from_json(value)) == stored;
  } catch (const std::exception&) {
    return false;
  }
}

Bytes bytes_of_hex(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw JournalError("'stored' is not hexadecimal");
  };
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
  return bytes;
}

// One shard's files, those of one date open at a time: moments do not fall within a shard.
class ShardExport {
 public:
  ShardExport(fs::path directory, Compression compression, ExportReport& report)
      : directory_(std::move(directory)), suffix_(suffix(compression)), report_(report) {
    fs::create_directories(directory_);
    entries_ = std::make_unique<LineWriter>(directory_ / ("entries" + suffix_));
    ++report_.files;
  }

  void entry(const Entry& entry, Symbol shard) {
    const json::value whole = to_json(entry, shard);
    write_entry(entry, whole);
    turn_to(utc_date(entry.at));
    for (std::size_t i = 0; i < entry.events.size(); ++i) write_event(entry, i, whole);
    ++report_.entries;
    report_.events += entry.events.size();
  }

  void close() {
    entries_->close();
    close_topics();
    for (const auto& place : fs::recursive_directory_iterator(directory_))
      if (place.is_directory()) sync_directory(place.path());
    sync_directory(directory_);
  }

 private:
  void write_entry(const Entry& entry, const json::value& whole) {
    const Bytes stored = stored_bytes(entry);
    json::object line{{"crc32c", crc32c(stored)}, {"entry", whole}};
    if (!json_is_whole(whole, stored)) line.emplace("stored", hex(stored));
    entries_->line(json::serialize(line));
  }

  // The entry's envelope with this one event in place of all.
  void write_event(const Entry& entry, std::size_t index, const json::value& whole) {
    json::object line;
    for (const auto& [name, value] : whole.as_object())
      if (name != "events") line.emplace(name, value);
    line.emplace("event", index);
    for (const auto& [name, value] : whole.at("events").at(index).as_object()) line.emplace(name, value);
    topic(std::string(row_of(entry.events[index].body).about.topic)).line(json::serialize(line));
  }

  LineWriter& topic(const std::string& name) {
    auto& writer = topics_[name.empty() ? "opaque" : name];
    if (writer) return *writer;
    const fs::path file = directory_ / (name.empty() ? "opaque" : name) / (date_ + suffix_);
    fs::create_directories(file.parent_path());
    if (!fs::exists(file)) ++report_.files;
    writer = std::make_unique<LineWriter>(file);
    return *writer;
  }

  void turn_to(const std::string& date) {
    if (date == date_) return;
    close_topics();
    date_ = date;
  }
  void close_topics() {
    for (auto& [name, writer] : topics_) writer->close();
    topics_.clear();
  }

  fs::path directory_;
  std::string suffix_;
  ExportReport& report_;
  std::unique_ptr<LineWriter> entries_;
  std::string date_;
  std::map<std::string, std::unique_ptr<LineWriter>> topics_;
};

struct Line {
  Symbol shard;
  EntryPtr entry;
};

Line parse_line(std::string_view text) {
  json::parse_options options;
  options.max_depth = 40;
  const json::value line = json::parse(text, {}, options);
  const auto sum = line.at("crc32c").to_number<std::uint32_t>();
  const json::object& object = line.as_object();
  Entry entry = object.contains("stored") ? read_entry(bytes_of_hex(line.at("stored").as_string())) : entry_from_json(line.at("entry"));
  if (crc32c(stored_bytes(entry)) != sum) throw JournalError("the entry is not the one that was exported");
  return {Symbol(line.at("entry").at("shard").as_string()), std::make_shared<const Entry>(std::move(entry))};
}

// Appends in pieces, and waits for each: what is in memory stays bounded.
class ShardImport {
 public:
  ShardImport(Journal& into, ExportReport& report) : into_(into), report_(report) {}

  void take(Line line) {
    if (piece_.empty() && read_ == 0) begin(line.shard);
    if (line.shard != shard_) throw JournalError("a line of another shard");
    if (line.entry->offset != read_ + 1) throw JournalError("offset " + std::to_string(line.entry->offset) + " does not follow");
    ++read_;
    report_.events += line.entry->events.size();
    piece_.push_back(std::move(line.entry));
    if (piece_.size() == import_piece) flush();
  }

  void flush() {
    if (piece_.empty()) return;
    into_.append(shard_, piece_.front()->offset, piece_);
    into_.wait_committed(shard_, piece_.back()->offset);
    report_.entries += piece_.size();
    piece_.clear();
  }

 private:
  void begin(Symbol shard) {
    if (into_.end(shard) > 0) throw JournalError("the journal has entries of " + std::string(shard.text()) + " already");
    shard_ = shard;
  }

  Journal& into_;
  ExportReport& report_;
  Symbol shard_;
  Offset read_ = 0;
  std::vector<EntryPtr> piece_;
};

void import_shard(const fs::path& file, Journal& into, ExportReport& report) {
  ShardImport shard(into, report);
  std::uint64_t number = 0;
  try {
    read_lines(file, [&](std::string_view text) {
      ++number;
      shard.take(parse_line(text));
    });
    shard.flush();
  } catch (const std::exception& error) {
    throw JournalError(file.string() + ", line " + std::to_string(number) + ": " + error.what());
  }
}

}  // namespace

std::string directory_name(Symbol shard) {
  std::string name;
  for (const char c : shard.text()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                       (c == '.' && !name.empty());
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    name += plain ? std::string(1, c) : escaped;
  }
  return name;
}

ExportReport export_journal(const Journal& journal, const fs::path& out, Compression compression) {
  if (fs::exists(out)) throw JournalError(out.string() + " exists already");
  const fs::path partial = out.string() + ".partial";
  fs::remove_all(partial);  // of an export that did not end
  fs::create_directories(partial);
  ExportReport report;
  for (const Symbol shard : journal.shards()) {
    ShardExport files(partial / directory_name(shard), compression, report);
    for_each_entry(journal, shard, 1, journal.committed(shard), [&](const Entry& entry) { files.entry(entry, shard); });
    files.close();
    ++report.shards;
  }
  sync_directory(partial);
  fs::rename(partial, out);
  sync_directory(out.parent_path());
  return report;
}

ExportReport import_journal(const fs::path& from, Journal& into) {
  ExportReport report;
  if (!fs::is_directory(from)) throw JournalError(from.string() + " is not a directory");
  for (const auto& shard : fs::directory_iterator(from)) {
    for (const Compression compression : {Compression::none, Compression::zstd}) {
      const fs::path file = shard.path() / ("entries" + suffix(compression));
      if (!fs::exists(file)) continue;
      import_shard(file, into, report);
      ++report.shards;
      ++report.files;
    }
  }
  if (report.files == 0) throw JournalError(from.string() + " holds no export: there is no */entries.jsonl or */entries.jsonl.zst");
  return report;
}

}  // namespace tally
