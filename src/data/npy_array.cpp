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

// What the kinds and sizes together can be.
constexpr std::string_view kTypes = "b1 u1 u2 u4 u8 i1 i2 i4 i8 f2 f4 f8";

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
        header.is_fortran = parse_order();
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
    const bool well_formed =
        descr.size() >= 2 && std::string_view("<>|=").find(descr[0]) != std::string_view::npos;
    if (well_formed) refuse_other_kinds(descr);
    const bool known =
        well_formed && descr.size() == 3 && kTypes.find(descr.substr(1)) != std::string_view::npos;
    if (!known) fail("a number type like '|u1', '<f4' or '<i8' as 'descr'");
    header.is_big_endian = descr[0] == '>';
    header.kind = descr[1];
    header.item_size = descr[2] - '0';
    if (descr[0] == '|' && header.item_size > 1)
      fail("a byte order, < or >, for a type of several bytes");
  }

  // What NumPy saves and is no number.
  void refuse_other_kinds(std::string_view descr) const {
    switch (descr[1]) {
      case 'U':
      case 'S':
        file_.fail(
            "its elements are text ('{}'), and numbers are expected; labels that are words become "
            "numbers by names, labels = numpy.unique(labels, return_inverse=True), and a CSV table "
            "takes them as they are (csv:DIR)",
            descr);
      case 'O':
        file_.fail(
            "its elements are Python objects ('{}'), and numbers are expected; where all rows are "
            "of one length, numpy.stack(list(array)) makes an array of numbers",
            descr);
      case 'c':
        file_.fail(
            "its elements are complex ('{}'), and real numbers are expected; save "
            "numpy.abs(array), or real and imaginary part as two channels",
            descr);
      case 'M':
      case 'm':
        file_.fail(
            "its elements are dates or times ('{}'), and numbers are expected; save "
            "array.astype('int64') or a difference that means something",
            descr);
    }
    if (descr.substr(1) == "f16" || descr.substr(1) == "f12")
      file_.fail("its elements are long doubles ('{}'); save array.astype('float32')", descr);
  }

  bool parse_order() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(position_, word.size()) != word) continue;
      position_ += word.size();
      return word == "True";
    }
    fail("False or True");
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

// From first axis fastest to last axis fastest, the first `count` entries of axis 0.
std::vector<std::uint8_t> in_c_order(const std::vector<std::uint8_t>& bytes,
                                     const std::vector<std::uint64_t>& shape, std::size_t item,
                                     std::uint64_t count) {
  std::uint64_t block = 1;  // elements of an entry of axis 0
  for (std::size_t axis = 1; axis < shape.size(); ++axis) block *= shape[axis];
  std::vector<std::uint8_t> out(count * block * item);
  std::vector<std::uint64_t> index(shape.size(), 0);
  for (std::uint64_t inner = 0; inner < block; ++inner) {
    std::uint64_t from = 0;  // in entries of axis 0
    for (std::size_t axis = shape.size(); axis-- > 1;) from = from * shape[axis] + index[axis];
    const std::uint8_t* column = bytes.data() + from * shape[0] * item;
    for (std::uint64_t i = 0; i < count; ++i)
      std::copy_n(column + i * item, item, out.data() + (i * block + inner) * item);
    for (std::size_t axis = shape.size(); axis-- > 1;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

}  // namespace

std::string type_name(const NpyHeader& header) {
  if (header.kind == 'b') return "bool";
  const char* kind = header.kind == 'u' ? "uint" : header.kind == 'i' ? "int" : "float";
  return fmt::format("{}{}", kind, 8 * header.item_size);
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

NpyHeader parse_npy_header(const InputFile& file, std::string_view text) {
  return HeaderParser(file, text).parse();
}

NpyHeader read_npy_header(InputFile& file) {
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

  return parse_npy_header(file, {reinterpret_cast<const char*>(text.data()), text.size()});
}

NpyArray read_npy(InputFile& file, std::uint64_t limit) {
  NpyArray array;
  array.header = read_npy_header(file);
  const auto& shape = array.header.shape;
  const auto item = static_cast<std::uint64_t>(array.header.item_size);
  std::vector<std::uint64_t> sizes = shape;
  sizes.push_back(item);
  const std::uint64_t total = checked_product(file, sizes);
  const std::string what =
      fmt::format("an array of shape {} and {} bytes an element", shape_text(shape), item);
  file.expect_remaining(total, what);
  const bool is_cut = limit > 0 && !shape.empty() && limit < shape[0];
  const bool is_turned = array.header.is_fortran && shape.size() > 1 && total > 0;
  if (is_cut && !is_turned) {
    array.bytes = file.read(total / shape[0] * limit, what);
  } else {
    array.bytes = file.read(total, what);
    file.expect_end(what);
  }
  if (is_turned) array.bytes = in_c_order(array.bytes, shape, item, is_cut ? limit : shape[0]);
  if (array.header.is_big_endian && item > 1)
    for (std::size_t i = 0; i + item <= array.bytes.size(); i += item)
      std::reverse(array.bytes.begin() + static_cast<std::ptrdiff_t>(i),
                   array.bytes.begin() + static_cast<std::ptrdiff_t>(i + item));
  return array;
}

}  // namespace qfx::data
