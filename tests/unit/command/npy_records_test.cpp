#include "npy_records.h"

#include <gmock/gmock.h>

namespace qfx::command {
namespace {

// What NumPy writes for the same array: np.save of np.array([(1, "ä", [0.5, -1]), (-2, "bc", [0,
// 3])], dtype=[("a", "<i4"), ("b", "<U2"), ("c", "<f8", (2,))]).
TEST(NpyRecords, AreTheBytesOfNumPy) {
  NpyRecords records(2);
  records.int32("a", 1, [](auto sample, auto) { return sample == 0 ? 1 : -2; });
  records.text("b", [](auto sample) { return sample == 0 ? "\xc3\xa4" : "bc"; });
  records.float64("c", 2, [](auto sample, auto i) {
    return std::vector<double>{0.5, -1, 0, 3}[static_cast<std::size_t>(2 * sample + i)];
  });
  const std::string bytes = records.bytes();
  const std::string header =
      "{'descr': [('a', '<i4'), ('b', '<U2'), ('c', '<f8', (2,))], 'fortran_order': False, "
      "'shape': (2,), }";
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\1\0", 8));
  const std::size_t length =
      static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  EXPECT_EQ((10 + length) % 64, 0u);
  EXPECT_EQ(bytes.substr(10, header.size()), header);
  EXPECT_EQ(bytes[9 + length], '\n');
  const std::string first(
      "\1\0\0\0"
      "\xe4\0\0\0"
      "\0\0\0\0"
      "\0\0\0\0\0\0\xe0\x3f"
      "\0\0\0\0\0\0\xf0\xbf",
      28);
  const std::string second(
      "\xfe\xff\xff\xff"
      "b\0\0\0"
      "c\0\0\0"
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\x08\x40",
      28);
  EXPECT_EQ(bytes.substr(10 + length), first + second);
}

TEST(NpyRecords, ALongHeaderIsOfVersion2) {
  NpyRecords records(1);
  for (int i = 0; i < 4000; ++i)
    records.int32("column_" + std::to_string(i), 1, [](auto, auto) { return 7; });
  const std::string bytes = records.bytes();
  EXPECT_EQ(bytes[6], 2);
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
  EXPECT_EQ((12 + length) % 64, 0u);
  EXPECT_EQ(bytes.size(), 12 + length + 4 * 4000);
}

}  // namespace
}  // namespace qfx::command
