#include "persistence/tape/segment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>

#include "persistence/wire.hpp"

namespace tally {

namespace fs = std::filesystem;
using namespace tape_format;

namespace {

constexpr std::string_view plain_suffix = ".segment", packed_suffix = ".segment.zst";
constexpr std::size_t digits = 20;
constexpr std::size_t piece = std::size_t{256} << 10;

class Descriptor {
 public:
  explicit Descriptor(const fs::path& file) : number_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) throw TapeError(file.string() + ": " + std::strerror(errno));
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // As many as there are; throws where they cannot be read.
  std::size_t read(std::byte* to, std::size_t size, std::uint64_t at, const fs::path& file) const {
    const ssize_t got = ::pread(number_, to, size, static_cast<off_t>(at));
    if (got < 0) throw TapeError(file.string() + ": " + std::strerror(errno));
    return static_cast<std::size_t>(got);
  }
  std::uint64_t size() const {
    struct stat about {};
    return ::fstat(number_, &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
  }

 private:
  int number_;
};

std::optional<Offset> first_of_name(std::string_view name, std::string_view suffix) {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  Offset first = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + digits, first);
  if (error != std::errc() || end != name.data() + digits) return std::nullopt;
  return first;
}

}  // namespace

std::string TapeDamage::text() const {
  return file.filename().string() + " is damaged at offset " + std::to_string(offset) + ", byte " + std::to_string(position) +
         ": " + why;
}

fs::path segment_path(const fs::path& tape, Offset first, bool compressed) {
  char name[digits + 1];
  std::snprintf(name, sizeof name, "%020llu", static_cast<unsigned long long>(first));
  return tape / (std::string(name) + std::string(compressed ? packed_suffix : plain_suffix));
}

std::vector<SegmentFile> segments_of(const fs::path& tape) {
  std::map<Offset, SegmentFile> found;
  std::error_code error;
  for (fs::directory_iterator file(tape, error), end; !error && file != end; file.increment(error)) {
    const std::string name = file->path().filename().string();
    const auto plain = first_of_name(name, plain_suffix), packed = first_of_name(name, packed_suffix);
    if (plain) found[*plain] = {*plain, file->path(), false};
    if (packed) found.try_emplace(*packed, SegmentFile{*packed, file->path(), true});
  }
  if (error) throw TapeError(tape.string() + ": " + error.message());
  std::vector<SegmentFile> segments;
  for (auto& [first, segment] : found) segments.push_back(std::move(segment));
  return segments;
}

std::optional<Seal> seal_of(const SegmentFile& segment) {
  const Descriptor file(segment.path);
  const std::uint64_t size = file.size();
  Bytes bytes(seal_size);
  constexpr std::size_t frame_head = 8;
  if (size < seal_size + frame_head) return std::nullopt;
  const std::uint64_t at = segment.compressed ? frame_head : size - seal_size;
  if (file.read(bytes.data(), bytes.size(), at, segment.path) != bytes.size()) return std::nullopt;
  Record record;
  std::string_view why;
  const Offset named = wire::read_be<std::uint64_t>(reinterpret_cast<const char*>(bytes.data()) + 8);
  if (named < segment.first || parse_record(bytes, named, record, why) != Parsed::record) return std::nullopt;
  return parse_seal(record);
}

// Where a segment's bytes come from: appends up to a piece to `to`; false where there is nothing more.
struct SegmentSource {
  explicit SegmentSource(const SegmentFile& segment) : path(segment.path), file(segment.path) {
    if (segment.compressed) context.reset(ZSTD_createDCtx());
  }

  bool read(Bytes& to) { return context ? unpack(to) : read_plain(to); }

  bool read_plain(Bytes& to) {
    const std::size_t had = to.size();
    to.resize(had + piece);
    const std::size_t got = file.read(to.data() + had, piece, at, path);
    to.resize(had + got);
    at += got;
    return got > 0;
  }

  bool unpack(Bytes& to) {
    const std::size_t had = to.size();
    to.resize(had + piece);
    ZSTD_outBuffer out{to.data() + had, piece, 0};
    while (out.pos == 0) {
      if (in.pos == in.size) {
        raw.resize(piece);
        raw.resize(file.read(raw.data(), piece, at, path));
        at += raw.size();
        in = {raw.data(), raw.size(), 0};
      }
      // With nothing more to read, what the decoder still holds is asked for once more.
      const std::size_t left = ZSTD_decompressStream(context.get(), &out, &in);
      if (ZSTD_isError(left)) {
        to.resize(had);
        throw TapeError(path.filename().string() + ": " + ZSTD_getErrorName(left));
      }
      if (raw.empty() && out.pos == 0) break;
    }
    to.resize(had + out.pos);
    return out.pos > 0;
  }

  struct Free {
    void operator()(ZSTD_DCtx* one) const { ZSTD_freeDCtx(one); }
  };
  fs::path path;
  Descriptor file;
  std::uint64_t at = 0;  // of the file
  std::unique_ptr<ZSTD_DCtx, Free> context;
  Bytes raw;
  ZSTD_inBuffer in{nullptr, 0, 0};
};

SegmentReader::SegmentReader(const SegmentFile& segment)
    : segment_(segment), source_(std::make_unique<SegmentSource>(segment)), expected_(segment.first) {}
SegmentReader::~SegmentReader() = default;

bool SegmentReader::need(std::size_t bytes) {
  if (buffer_.size() - at_ >= bytes) return true;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
  while (buffer_.size() < bytes)
    if (!source_->read(buffer_)) return false;
  return true;
}

void SegmentReader::pass(std::size_t bytes) {
  at_ += bytes;
  position_ += bytes;
}

// What is being written may look different the next time; a compressed file stays as it is.
void SegmentReader::forget() {
  if (segment_.compressed) return;
  buffer_.clear();
  at_ = 0;
  source_->at = position_;
}

SegmentReader::Step SegmentReader::damaged(std::string_view why) {
  why_ = why;
  forget();
  return Step::damaged;
}

bool SegmentReader::head() {
  const auto head = parse_segment_head(waiting());
  if (!head || head->first != segment_.first) return false;
  has_head_ = true;
  last_at_ = head->began_at;
  pass(segment_head_size);
  return true;
}

SegmentReader::Step SegmentReader::next() {
  pass(std::exchange(pending_, 0));
  try {
    if (!has_head_) {
      if (!need(segment_head_size)) {
        forget();
        return Step::end;
      }
      if (!head()) return damaged("its head does not fit");
    }
    std::string_view why;
    Parsed parsed = Parsed::incomplete;
    if (need(record_head_size)) {
      const std::size_t payload = wire::read_be<std::uint32_t>(reinterpret_cast<const char*>(waiting().data()));
      if (payload > payload_max || need(record_head_size + payload)) parsed = parse_record(waiting(), expected_, record_, why);
    }
    if (parsed == Parsed::damaged) return damaged(why);
    if (parsed == Parsed::incomplete) {
      forget();
      return Step::end;
    }
  } catch (const TapeError& error) {  // of zstd: what it cannot unpack
    return damaged(error.what());
  }
  if (record_.number == 0) {
    const auto seal = parse_seal(record_);
    if (!seal) return damaged("its seal does not fit");
    seal_ = *seal;
    return Step::seal;
  }
  pending_ = record_.size();
  ++expected_;
  ++records_;
  last_at_ = record_.at;
  return Step::record;
}

bool SegmentReader::skip_damage() {
  SegmentSource source(segment_);
  Bytes all;
  try {
    while (source.read(all)) {}
  } catch (const TapeError&) {  // what could be unpacked is what there is
  }
  const std::uint64_t from = std::max<std::uint64_t>(position_ + 1, segment_head_size);
  if (from >= all.size()) return false;
  Record found;
  const auto at = find_record(std::span(all).subspan(from), expected_, found);
  if (!at) return false;
  has_head_ = true;
  position_ = from + *at;
  expected_ = found.offset;
  pending_ = 0;
  if (segment_.compressed) {
    buffer_.assign(all.begin() + static_cast<std::ptrdiff_t>(position_), all.end());
    at_ = 0;
  } else {
    forget();
  }
  return true;
}

Bytes segment_bytes(const SegmentFile& segment) {
  SegmentSource source(segment);
  Bytes all;
  while (source.read(all)) {}
  return all;
}

std::optional<SegmentHead> head_of(const SegmentFile& segment) {
  SegmentSource source(segment);
  Bytes begin;
  try {
    while (begin.size() < segment_head_size && source.read(begin)) {}
  } catch (const TapeError&) {  // of zstd: what it cannot unpack
    return std::nullopt;
  }
  return parse_segment_head(begin);
}

}  // namespace tally
