#include "persistence/tape/tape_keeper.hpp"

#include <zstd.h>

#include "persistence/atomic_file.hpp"
#include "persistence/wire.hpp"

namespace tally {

namespace fs = std::filesystem;
using namespace tape_format;

namespace {

constexpr int level = 3;
constexpr std::uint32_t skippable_frame = 0x184D2A50;  // RFC 8878: decoders pass it over

void append_le(Bytes& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::byte>(value >> shift & 0xFF));
}

// The seal in a frame of its own, so that it is found without unpacking; then the whole segment.
Bytes packed(const Bytes& plain, const Seal& seal) {
  Bytes out;
  append_le(out, skippable_frame);
  append_le(out, seal_size);
  append_seal(seal, out);
  const std::size_t head = out.size();
  out.resize(head + ZSTD_compressBound(plain.size()));
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::size_t size = ZSTD_compress2(context.get(), out.data() + head, out.size() - head, plain.data(), plain.size());
  if (ZSTD_isError(size)) throw TapeError(ZSTD_getErrorName(size));
  out.resize(head + size);
  return out;
}

void compress(const fs::path& tape, const SegmentFile& segment) {
  const auto seal = seal_of(segment);
  if (!seal) throw TapeError(segment.path.string() + " has no seal");
  const Bytes plain = segment_bytes(segment);
  const fs::path target = segment_path(tape, segment.first, true);
  write_file_atomically(target, wire::text_of(packed(plain, *seal)));
  if (segment_bytes({segment.first, target, true}) != plain) throw TapeError(target.string() + " is not what was compressed");
  fs::remove(segment.path);
  sync_directory(tape);
}

}  // namespace

KeepPlan plan_keeping(const std::vector<KeptSegment>& segments, const TapeRetention& retention, Time now) {
  KeepPlan plan;
  std::uint64_t bytes = 0;
  for (const KeptSegment& segment : segments) bytes += segment.bytes;
  const auto older = [&](const KeptSegment& segment, std::int64_t age) {
    return segment.sealed_at && now - *segment.sealed_at > age;
  };
  bool oldest = true;  // only the oldest ones go: a tape has no holes of our making
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    const KeptSegment& segment = segments[i];
    const bool too_old = retention.keep_ns && older(segment, *retention.keep_ns);
    const bool too_many = retention.keep_bytes && bytes > *retention.keep_bytes;
    oldest = oldest && (too_old || too_many);
    if (oldest) {
      bytes -= segment.bytes;
      plan.remove.push_back(segment.file);
    } else if (!segment.file.compressed && retention.compress_after_ns && older(segment, *retention.compress_after_ns)) {
      plan.compress.push_back(segment.file);
    }
  }
  return plan;
}

KeepReport keep_tape(const fs::path& tape, const TapeRetention& retention, Time now, const GoOn& go_on) {
  KeepReport report;
  const auto attempt = [&](std::uint64_t& count, const auto& act) {
    try {
      act();
      ++count;
    } catch (const std::exception& error) {
      report.trouble = error.what();
    }
  };
  std::vector<KeptSegment> segments;
  for (SegmentFile& file : segments_of(tape)) {
    KeptSegment kept{file, fs::file_size(file.path), {}};
    if (const auto seal = seal_of(file)) kept.sealed_at = seal->sealed_at;
    segments.push_back(std::move(kept));
  }
  const KeepPlan plan = plan_keeping(segments, retention, now);
  for (const SegmentFile& segment : plan.remove) {
    if (!go_on()) return report;
    attempt(report.removed, [&] {
      fs::remove(segment_path(tape, segment.first, true));  // of a crash between compressing and removing both may be there
      fs::remove(segment_path(tape, segment.first, false));
    });
  }
  if (report.removed > 0) sync_directory(tape);
  for (const SegmentFile& segment : plan.compress) {
    if (!go_on()) return report;
    attempt(report.compressed, [&] { compress(tape, segment); });
  }
  return report;
}

}  // namespace tally
