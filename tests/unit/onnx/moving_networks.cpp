// Networks that move elements: slices, shuffles, larger images, transposed convolutions.
#include "unit/onnx/networks.h"

namespace qfx::test {

const std::map<std::string, std::pair<int, OnnxWrite>>& moves() {
  static const std::map<std::string, std::pair<int, OnnxWrite>> kAll{
      {"pieces of an image",
       {17,
        [](OnnxFile& f) {
          f.integers("begin", {1, -1, 0});
          f.integers("end", {5, 0, 100});
          f.integers("axes", {2, 3, 1});
          f.integers("steps", {2, -2, 1});
          f.weights("k", {2, 4, 2, 2});
          f.node("Slice", {"c", "begin", "end", "axes", "steps"}, {"1"});
          f.node("Conv", {"1", "k"}, {"2"});
          f.node("Split", {"c"}, {"3", "4", "5"}).integer("axis", 2);
          f.node("Relu", {"4"}, {"6"});
          f.node("Concat", {"6", "3"}, {"7"}).integer("axis", 1);
          f.node("MaxPool", {"7"}, {"8"}).ints("kernel_shape", {2, 2});
          f.node("Flatten", {"2"}, {"9"});
          f.node("Flatten", {"8"}, {"10"});
          f.node("Concat", {"9", "10"}, {"y"}).integer("axis", 1);
        }}},
      {"larger images and blocks",
       {19,
        [](OnnxFile& f) {
          f.constant("scales", {4}, {1, 1, 2, 3});
          f.integers("sizes", {1, 2, 24, 21});
          f.weights("k", {8, 4, 1, 1});
          f.weights("m", {2, 2, 3, 3});
          f.node("Resize", {"c", "", "scales"}, {"1"})
              .text("coordinate_transformation_mode", "asymmetric")
              .text("nearest_mode", "floor");
          f.node("Conv", {"1", "k"}, {"2"}).ints("strides", {1, 3});
          f.node("DepthToSpace", {"2"}, {"3"}).integer("blocksize", 2).text("mode", "CRD");
          f.node("Conv", {"3", "m"}, {"4"}).ints("pads", {1, 1, 1, 1});
          f.node("SpaceToDepth", {"4"}, {"5"}).integer("blocksize", 2);
          f.node("DepthToSpace", {"5"}, {"6"}).integer("blocksize", 2);
          f.node("Resize", {"6", "", "", "sizes"}, {"y"});
        }}},
      {"upsampling of the oldest",
       {9,
        [](OnnxFile& f) {
          f.constant("scales", {4}, {1, 1, 2, 2});
          f.weights("k", {2, 4, 3, 3});
          f.node("Upsample", {"c", "scales"}, {"1"});
          f.node("Conv", {"1", "k"}, {"y"});
        }}},
      {"transposed convolutions",
       {17,
        [](OnnxFile& f) {
          f.weights("k", {4, 3, 3, 3});
          f.weights("b2", {3});
          f.weights("d", {3, 2, 4, 3});
          f.weights("g", {6, 2, 2, 5});
          f.weights("e", {4, 1, 2, 2});
          f.node("ConvTranspose", {"c", "k", "b2"}, {"1"})
              .ints("strides", {2, 2})
              .ints("pads", {1, 1, 1, 1})
              .ints("output_padding", {1, 1});
          f.node("ConvTranspose", {"1", "d"}, {"2"})
              .integer("group", 3)
              .ints("strides", {1, 3})
              .ints("dilations", {2, 1})
              .ints("pads", {0, 2, 3, 1});
          f.node("ConvTranspose", {"2", "g"}, {"3"})
              .integer("group", 2)
              .text("auto_pad", "SAME_UPPER");
          f.node("ConvTranspose", {"3", "e"}, {"y"})
              .integer("group", 4)
              .ints("strides", {2, 2})
              .ints("output_shape", {29, 77});
        }}},
      {"shuffled groups", {17, [](OnnxFile& f) {
                             f.integers("five", {1, 2, 2, 6, 7});
                             f.integers("four", {1, 4, 6, 7});
                             f.integers("some", {1, 2, 3});
                             f.weights("k", {4, 2, 1, 1});
                             f.weights("m", {3, 1, 3, 3});
                             f.node("Reshape", {"c", "five"}, {"1"});
                             f.node("Transpose", {"1"}, {"2"}).ints("perm", {0, 2, 1, 3, 4});
                             f.node("Reshape", {"2", "four"}, {"3"});
                             f.node("Conv", {"3", "k"}, {"4"}).integer("group", 2);
                             f.node("Gather", {"4", "some"}, {"5"}).integer("axis", 1);
                             f.node("Conv", {"5", "m"}, {"6"}).integer("group", 3);
                             f.node("Transpose", {"6"}, {"y"}).ints("perm", {0, 1, 3, 2});
                           }}}};
  return kAll;
}

}  // namespace qfx::test
