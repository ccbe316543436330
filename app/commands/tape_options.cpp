#include "app/commands/tape_options.hpp"

#include <charconv>
#include <iostream>

#include "persistence/fatal.hpp"
#include "persistence/tape/tape_reader.hpp"

namespace tally {

void add_tape_option(Command command, TapeWords& words) {
  command.add_option("--tape", words.tape, "The tape's directory").required();
}

void add_retention_options(Command command, TapeWords& words) {
  command.add_option("--compress-after", words.compress_after, "Compress sealed segments when older, e.g. 1h (default: never)");
  command.add_option("--keep", words.keep, "Remove sealed segments that are older, e.g. 30d (default: never)");
  command.add_option("--keep-mb", words.keep_mb, "Remove the oldest segments while all are larger (default: 0, no limit)");
}

void add_writing_options(Command command, TapeWords& words) {
  command.add_option("--sync", words.sync, "The most that a power cut may take (default: 10ms)");
  command.add_option("--segment-mb", words.segment_mb, "A segment that is larger is sealed (default: 64)")
      .within(1, 4'096);
  command.add_option("--reserve-mb", words.reserve_mb, "Stop recording, and count, below so much free disk (default: 512)");
  add_retention_options(command, words);
}

std::int64_t age_of(const std::string& text, const char* option) {
  static constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"ms", ns_per_ms}, {"s", ns_per_s}, {"m", 60 * ns_per_s}, {"h", 3'600 * ns_per_s}, {"d", ns_per_day}};
  std::int64_t count = 0, ns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, length] : units)
    if (error == std::errc() && unit == name && count >= 0 && !__builtin_mul_overflow(count, length, &ns)) return ns;
  throw CommandFailed(exit_usage, std::string(option) + ": '" + text + "' is no length of time, such as 10ms, 90s, 12h or 30d");
}

TapeRetention retention_of(const TapeWords& words) {
  TapeRetention retention;
  if (!words.compress_after.empty()) retention.compress_after_ns = age_of(words.compress_after, "--compress-after");
  if (!words.keep.empty()) retention.keep_ns = age_of(words.keep, "--keep");
  if (words.keep_mb > 0) retention.keep_bytes = words.keep_mb << 20;
  return retention;
}

TapeOptions options_of(const TapeWords& words) {
  TapeOptions options;
  options.sync_every_ns = age_of(words.sync, "--sync");
  options.segment_bytes = words.segment_mb << 20;
  options.disk_reserve_bytes = words.reserve_mb << 20;
  options.retention = retention_of(words);
  return options;
}

void with_tape(const std::function<void()>& act) {
  try {
    act();
  } catch (const TapeDamaged& error) {
    throw CommandFailed(exit_differs, error.what());
  } catch (const TapeHeld& error) {
    throw CommandFailed(exit_busy, error.what());
  } catch (const TapeError& error) {
    throw CommandFailed(exit_not_found, error.what());
  }
}

void check_disk(const TapeWriter& writer) {
  const std::string why = writer.failure();
  if (!why.empty()) throw CommandFailed(static_cast<ExitCode>(exit_storage_failed), "the tape cannot be written: " + why);
}

void print_opening(const TapeOpening& opening) {
  if (opening.damage) std::cerr << "tally: " << opening.damage->text() << "; it is left as it is\n";
  if (opening.cut_bytes > 0)
    std::cerr << "tally: " << opening.cut_bytes << " bytes of a record that was being written were cut off\n";
  const bool nothing_yet = opening.next == 1 + TapeWriter::offsets_left_out;
  if (!opening.in_order && !nothing_yet)
    std::cerr << "tally: the tape was not closed; it goes on at offset " << opening.next << '\n';
}

}  // namespace tally
