#include "persistence/line_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace tally {
namespace {

constexpr std::size_t buffer_size = 64 << 10;

[[noreturn]] void fail(const std::filesystem::path& file) { throw std::system_error(errno, std::generic_category(), file.string()); }

bool is_zstd(const std::filesystem::path& file) { return file.extension() == ".zst"; }

std::size_t must(std::size_t zstd_result, const std::filesystem::path& file) {
  if (ZSTD_isError(zstd_result)) throw std::runtime_error(file.string() + ": " + ZSTD_getErrorName(zstd_result));
  return zstd_result;
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags) : number_(::open(file.c_str(), flags | O_CLOEXEC, 0644)) {
    if (number_ < 0) fail(file);
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

struct LineWriter::State {
  explicit State(const std::filesystem::path& its_path) : path(its_path), file(path, O_WRONLY | O_CREAT | O_APPEND) {
    if (is_zstd(path)) context.reset(ZSTD_createCCtx());
    if (context) must(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1), path);
  }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
      if (written < 0) fail(path);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void flush(ZSTD_EndDirective how) {
    if (!context) {
      write(text);
    } else {
      std::string packed(ZSTD_CStreamOutSize(), '\0');
      ZSTD_inBuffer in{text.data(), text.size(), 0};
      for (bool more = true; more;) {
        ZSTD_outBuffer out{packed.data(), packed.size(), 0};
        const std::size_t left = must(ZSTD_compressStream2(context.get(), &out, &in, how), path);
        write({packed.data(), out.pos});
        more = how == ZSTD_e_end ? left > 0 : in.pos < in.size;
      }
    }
    text.clear();
  }

  std::filesystem::path path;
  Descriptor file;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context;
  std::string text;
};

LineWriter::LineWriter(const std::filesystem::path& file) : state_(std::make_unique<State>(file)) {}
LineWriter::~LineWriter() = default;

void LineWriter::line(std::string_view text) {
  state_->text += text;
  state_->text += '\n';
  if (state_->text.size() >= buffer_size) state_->flush(ZSTD_e_continue);
}

void LineWriter::close() {
  state_->flush(ZSTD_e_end);
  if (::fsync(state_->file.number()) != 0) fail(state_->path);
}

void read_lines(const std::filesystem::path& path, const std::function<void(std::string_view)>& visit) {
  const Descriptor file(path, O_RDONLY);
  const std::unique_ptr<ZSTD_DCtx, FreeContext> context(is_zstd(path) ? ZSTD_createDCtx() : nullptr);
  std::string raw(buffer_size, '\0');
  std::string unpacked(ZSTD_DStreamOutSize(), '\0');
  std::string rest;
  const auto take = [&](std::string_view text) {
    rest += text;
    std::size_t from = 0;
    for (std::size_t end; (end = rest.find('\n', from)) != std::string::npos; from = end + 1)
      visit(std::string_view(rest).substr(from, end - from));
    rest.erase(0, from);
  };
  std::size_t open_frame = 0;
  while (true) {
    const ssize_t size = ::read(file.number(), raw.data(), raw.size());
    if (size < 0) fail(path);
    if (size == 0) break;
    if (!context) {
      take({raw.data(), static_cast<std::size_t>(size)});
      continue;
    }
    ZSTD_inBuffer in{raw.data(), static_cast<std::size_t>(size), 0};
    for (bool more = true; more;) {
      ZSTD_outBuffer out{unpacked.data(), unpacked.size(), 0};
      open_frame = must(ZSTD_decompressStream(context.get(), &out, &in), path);
      take({unpacked.data(), out.pos});
      more = in.pos < in.size || out.pos == out.size;
    }
  }
  if (open_frame != 0) throw std::runtime_error(path.string() + ": ends within a zstd frame");
  if (!rest.empty()) throw std::runtime_error(path.string() + ": its last line is cut off");
}

}  // namespace tally
