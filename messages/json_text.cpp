#include "messages/json_text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <set>
#include <string>
#include <vector>

#include "messages/json_path.hpp"

namespace tally {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

// Builds the value as json::parse does, and watches for keys that stand twice, which json::parse lets pass.
class CheckingHandler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bool on_document_begin(error_code&) {
    values_.reset();
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    levels_.push_back({false, 0, {}, {}});
    return true;
  }
  bool on_object_end(std::size_t size, error_code&) {
    levels_.pop_back();
    values_.push_object(size);
    return counted();
  }
  bool on_array_begin(error_code&) {
    levels_.push_back({true, 0, {}, {}});
    return true;
  }
  bool on_array_end(std::size_t size, error_code&) {
    levels_.pop_back();
    values_.push_array(size);
    return counted();
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    values_.push_chars(part);
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    values_.push_key(part);
    levels_.back().key = key_;
    if (!levels_.back().keys.insert(std::exchange(key_, {})).second) refuse_duplicate();
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    values_.push_string(part);
    return counted();
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code&) {
    values_.push_int64(number);
    return counted();
  }
  bool on_uint64(std::uint64_t number, string_view, error_code&) {
    values_.push_uint64(number);
    return counted();
  }
  bool on_double(double number, string_view, error_code&) {
    values_.push_double(number);
    return counted();
  }
  bool on_bool(bool truth, error_code&) {
    values_.push_bool(truth);
    return counted();
  }
  bool on_null(error_code&) {
    values_.push_null();
    return counted();
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  json::value release() { return values_.release(); }

 private:
  struct Level {
    bool is_array;
    std::size_t index;
    std::string key;
    std::set<std::string> keys;
  };

  // A value is complete: the next one of an array has the next index.
  bool counted() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  [[noreturn]] void refuse_duplicate() const {
    std::string path = "$";
    for (const Level& level : levels_) path += level.is_array ? "[" + std::to_string(level.index) + "]" : "." + level.key.substr(0, 64);
    throw JsonError(path + ": stands twice");
  }

  json::value_stack values_;
  std::vector<Level> levels_;
  std::string key_;
};

}  // namespace

json::value parse_json_text(std::string_view text) {
  const JsonPath root;
  if (text.size() > json_text_size_max) root.refuse("JSON text larger than 1 MiB");
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::basic_parser<CheckingHandler> parser(options);
  error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) error = json::error::extra_data;
  if (error) root.refuse("not valid JSON at byte " + std::to_string(read) + ": " + error.message());
  return parser.handler().release();
}

}  // namespace tally
