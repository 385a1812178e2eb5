#include "data/npy_array.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

namespace qfx::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
// NumPy itself refuses to evaluate longer headers; an array of numbers needs about 80 bytes.
constexpr std::uint32_t kMaxHeaderSize = 10000;

// A cursor over the header's Python dictionary.
class HeaderParser {
 public:
  HeaderParser(const InputFile& file, std::string_view text) : file_(file), text_(text) {}

  NpyHeader parse() {
    NpyHeader header;
    std::set<std::string> seen;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (!seen.insert(key).second) fail(fmt::format("the key '{}' once", key));
      if (key == "descr") {
        parse_descr(header);
      } else if (key == "fortran_order") {
        parse_order();
      } else if (key == "shape") {
        header.shape = parse_shape();
      } else {
        fail("only the keys 'descr', 'fortran_order' and 'shape'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (position_ != text_.size()) fail("nothing after the closing '}'");
    if (seen.size() != 3) fail("the keys 'descr', 'fortran_order' and 'shape'");
    return header;
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    file_.fail(
        "its NPY header is wrong at byte {}: expected {}; save the array again with numpy.save",
        position_, expected);
  }

  void skip_space() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n'))
      ++position_;
  }

  bool accept(char c) {
    skip_space();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}'", c));
  }

  std::string quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'', position_);
    if (end == std::string_view::npos) fail("a closing quote");
    std::string word(text_.substr(position_, end - position_));
    position_ = end + 1;
    return word;
  }

  void parse_descr(NpyHeader& header) {
    skip_space();
    if (position_ < text_.size() && text_[position_] == '[')
      fail("one number type, not a record type");
    const std::string descr = quoted();
    const bool well_formed = descr.size() == 3 &&
                             std::string_view("<>|=").find(descr[0]) != std::string_view::npos &&
                             std::string_view("uifb").find(descr[1]) != std::string_view::npos &&
                             std::string_view("1248").find(descr[2]) != std::string_view::npos;
    if (!well_formed) fail("a number type like '|u1', '<f4' or '<i8' as 'descr'");
    header.is_big_endian = descr[0] == '>';
    header.kind = descr[1];
    header.item_size = descr[2] - '0';
    if (descr[0] == '|' && header.item_size > 1)
      fail("a byte order, < or >, for a type of several bytes");
  }

  void parse_order() {
    skip_space();
    if (text_.substr(position_, 4) == "True")
      file_.fail("the array is in Fortran order; save numpy.ascontiguousarray(array) instead");
    if (text_.substr(position_, 5) != "False") fail("False or True");
    position_ += 5;
  }

  std::vector<std::uint64_t> parse_shape() {
    std::vector<std::uint64_t> shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(number());
      if (!accept(',')) {
        // (3) is a number in Python, a tuple of one needs its comma
        if (shape.size() < 2) fail("',' after the only dimension");
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::uint64_t number() {
    skip_space();
    const std::size_t start = position_;
    std::uint64_t value = 0;
    while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
      if (position_ - start == 18) fail("a dimension of at most 18 digits");
      value = value * 10 + static_cast<std::uint64_t>(text_[position_++] - '0');
    }
    if (position_ == start) fail("a dimension, 0 or more");
    return value;
  }

  const InputFile& file_;
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

NpyHeader parse_npy_header(const InputFile& file, std::string_view text) {
  return HeaderParser(file, text).parse();
}

NpyArray read_npy(InputFile& file, std::uint64_t limit) {
  const auto lead = file.read(8, "the magic number and version of an NPY file");
  if (!std::equal(kMagic.begin(), kMagic.end(), lead.begin(),
                  [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
    file.fail(
        "it does not start with the NPY magic \\x93NUMPY; a file written by numpy.save is "
        "expected");
  const int major = lead[6], minor = lead[7];
  if (major < 1 || major > 3 || minor != 0)
    file.fail("it has NPY version {}.{}; 1.0, 2.0 and 3.0 are known", major, minor);
  const auto length_bytes = file.read(major == 1 ? 2 : 4, "the length of the NPY header");
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < length_bytes.size(); ++i)
    length |= std::uint32_t{length_bytes[i]} << (8 * i);
  if (length > kMaxHeaderSize)
    file.fail("its NPY header claims {} bytes; at most {} are allowed, the file is damaged", length,
              kMaxHeaderSize);
  const auto text = file.read(length, "the NPY header");

  NpyArray array;
  array.header = parse_npy_header(file, {reinterpret_cast<const char*>(text.data()), text.size()});
  const auto& shape = array.header.shape;
  const std::uint64_t item = static_cast<std::uint64_t>(array.header.item_size);
  std::vector<std::uint64_t> sizes = shape;
  sizes.push_back(item);
  const std::uint64_t total = checked_product(file, sizes);
  const std::string what =
      fmt::format("an array of shape {} and {} bytes an element", shape_text(shape), item);
  file.expect_remaining(total, what);
  if (limit > 0 && !shape.empty() && limit < shape[0]) {
    array.bytes = file.read(total / shape[0] * limit, what);
  } else {
    array.bytes = file.read(total, what);
    file.expect_end(what);
  }
  if (array.header.is_big_endian)
    for (std::size_t i = 0; i + item <= array.bytes.size(); i += item)
      std::reverse(array.bytes.begin() + static_cast<std::ptrdiff_t>(i),
                   array.bytes.begin() + static_cast<std::ptrdiff_t>(i + item));
  return array;
}

}  // namespace qfx::data
