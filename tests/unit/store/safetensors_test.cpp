#include "qfx/store/safetensors.h"

#include <cstring>
#include <gtest/gtest.h>

#include "qfx/base/error.h"

namespace qfx::store {
namespace {

Safetensors example() {
  Safetensors file;
  file.metadata = {{"a", "1"}, {"text", "with \"quotes\" and \n"}};
  file.tensors["bytes"] = make_tensor<std::uint8_t>({3}, std::vector<std::uint8_t>{1, 2, 255});
  file.tensors["words"] = make_tensor<std::int16_t>({1, 2}, std::vector<std::int16_t>{-1, 300});
  file.tensors["scalar"] = make_tensor<double>({}, std::vector<double>{0.1});
  file.tensors["empty"] = make_tensor<float>({0, 7}, std::vector<float>{});
  return file;
}

// The layout of the format's documentation, byte by byte.
TEST(Safetensors, WritesTheDocumentedLayout) {
  Safetensors file;
  file.metadata["k"] = "v";
  file.tensors["b"] = make_tensor<std::uint8_t>({2}, std::vector<std::uint8_t>{7, 8});
  file.tensors["w"] = make_tensor<std::int32_t>({1}, std::vector<std::int32_t>{-2});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"w":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},)"
      R"("b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}})";
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  std::string expected(8, '\0');
  expected[0] = static_cast<char>(padded);
  expected += header + std::string(padded - header.size(), ' ') + "\xfe\xff\xff\xff\x07\x08";
  EXPECT_EQ(serialize(file), expected);
}

TEST(Safetensors, ReadsWhatItWrites) {
  const Safetensors file = example();
  const Safetensors read = parse_safetensors(serialize(file), "file");
  EXPECT_EQ(read, file);
  EXPECT_EQ(values_of<std::int16_t>(read.tensors.at("words"), "words"),
            (std::vector<std::int16_t>{-1, 300}));
  EXPECT_EQ(values_of<double>(read.tensors.at("scalar"), "scalar"), std::vector<double>{0.1});
  EXPECT_TRUE(values_of<float>(read.tensors.at("empty"), "empty").empty());
}

TEST(Safetensors, TensorsAreAlignedToTheirElements) {
  const std::string content = serialize(example());
  std::uint64_t header = 0;
  std::memcpy(&header, content.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  EXPECT_LT(content.find("\"scalar\""), content.find("\"words\""));
  EXPECT_LT(content.find("\"words\""), content.find("\"bytes\""));
}

TEST(Safetensors, TypesAreNotConverted) {
  const Safetensors file = example();
  EXPECT_THROW(values_of<float>(file.tensors.at("words"), "words"), UserError);
  EXPECT_THROW(make_tensor<float>({3}, std::vector<float>{1}), InternalError);
}

// Another tool may reorder, pad and pretty-print; the content is the same, and so is the seal.
TEST(Seal, SurvivesARewriteButNoChange) {
  Safetensors file = example();
  seal(file);
  check_seal(file, "file");
  EXPECT_EQ(file.metadata.at("qfx_checksum").size(), 8u);
  check_seal(parse_safetensors(serialize(file), "file"), "file");

  const auto broken = [&](auto change) {
    Safetensors other = file;
    change(other);
    EXPECT_THROW(check_seal(other, "file"), UserError);
  };
  broken([](Safetensors& f) { f.metadata["a"] = "2"; });
  broken([](Safetensors& f) { f.metadata["new"] = ""; });
  broken([](Safetensors& f) { f.metadata.erase("qfx_checksum"); });
  broken([](Safetensors& f) { f.tensors["bytes"].bytes[0] ^= 1; });
  broken([](Safetensors& f) { f.tensors["bytes"].dtype = DType::I8; });
  broken([](Safetensors& f) { f.tensors["words"].shape = {2, 1}; });
  broken([](Safetensors& f) { f.tensors.erase("empty"); });
  broken([](Safetensors& f) {
    f.tensors["renamed"] = f.tensors["bytes"];
    f.tensors.erase("bytes");
  });
}

}  // namespace
}  // namespace qfx::store
