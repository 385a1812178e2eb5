// Networks that interpolate, pad from inside, repeat what was computed, and reduce channels.
#include "unit/onnx/networks.h"

namespace qfx::test {
namespace {

OnnxNode resize(OnnxFile& f, const std::string& from, const std::string& to, const std::string& sizes,
                const std::string& coordinates) {
  return f.node("Resize", {from, "", "", sizes}, {to})
      .text("mode", "linear")
      .text("coordinate_transformation_mode", coordinates);
}

}  // namespace

const std::map<std::string, std::pair<int, OnnxWrite>>& resized() {
  static const std::map<std::string, std::pair<int, OnnxWrite>> kAll{
      {"straight lines between pixels",
       {17,
        [](OnnxFile& f) {
          f.constant("scales", {4}, {1, 1, 2, 3});
          f.weights("k", {2, 4, 3, 3});
          f.node("Resize", {"c", "", "scales"}, {"1"}).text("mode", "linear");
          f.node("Conv", {"1", "k"}, {"y"});
        }}},
      {"straight lines in all coordinates",
       {19,
        [](OnnxFile& f) {
          f.integers("sizes", {1, 4, 9, 14});
          f.integers("sizes2", {1, 4, 17, 27});
          f.integers("sizes3", {1, 4, 34, 9});
          f.integers("sizes4", {1, 4, 17, 18});
          resize(f, "c", "1", "sizes", "pytorch_half_pixel");
          resize(f, "1", "2", "sizes2", "align_corners");
          resize(f, "2", "3", "sizes3", "half_pixel_symmetric");
          resize(f, "3", "y", "sizes4", "asymmetric");
        }}},
      {"smaller images",
       {17,
        [](OnnxFile& f) {
          f.integers("sizes", {1, 4, 3, 1});
          f.integers("sizes2", {1, 4, 5, 6});
          resize(f, "c", "1", "sizes", "half_pixel");
          resize(f, "1", "y", "sizes2", "half_pixel");
        }}},
      {"straight lines over long windows",
       {17,
        [](OnnxFile& f) {
          f.integers("sizes", {1, 4, 19, 24});
          resize(f, "c", "y", "sizes", "align_corners");
        }}},
      {"straight lines of the oldest",
       {9,
        [](OnnxFile& f) {
          f.constant("scales", {4}, {1, 1, 2, 2});
          f.node("Upsample", {"c", "scales"}, {"y"}).text("mode", "linear");
        }}},
      {"pads from inside",
       {19,
        [](OnnxFile& f) {
          f.integers("p", {0, 0, 2, 1, 0, 0, 1, 3});
          f.integers("q", {0, 0, 0, 2, 0, 0, 0, 0});
          f.integers("r", {0, 1, 1, 2, 0, 1, 1, 0});
          f.weights("k", {2, 4, 3, 3});
          f.node("Pad", {"c", "p"}, {"1"}).text("mode", "reflect");
          f.node("Conv", {"1", "k"}, {"2"});
          f.node("Pad", {"2", "q"}, {"3"}).text("mode", "edge");
          f.node("Relu", {"3"}, {"4"});
          f.node("Pad", {"4", "r"}, {"y"}).text("mode", "wrap");
        }}},
      {"pads of channels, of a number, that cut",
       {17,
        [](OnnxFile& f) {
          f.integers("p", {0, 1, 0, 0, 0, 2, 1, 0});
          f.integers("q", {0, 0, 1, 1, 0, 0, 1, 1});
          f.integers("r", {0, 0, -1, 2, 0, 0, 1, -3});
          f.constant("half", {}, {0.5F});
          f.weights("k", {4, 7, 3, 3});
          f.node("Pad", {"c", "p"}, {"1"});
          f.node("Relu", {"1"}, {"2"});
          f.node("Pad", {"2", "q", "half"}, {"3"});
          f.node("Conv", {"3", "k"}, {"4"});
          f.node("Pad", {"4", "r"}, {"y"});
        }}},
      {"one value a channel, added",
       {17,
        [](OnnxFile& f) {
          f.weights("k", {4, 4});
          f.integers("four", {1, 4, 1, 1});
          f.node("GlobalAveragePool", {"c"}, {"m"});
          f.node("Sub", {"c", "m"}, {"1"});
          f.node("Flatten", {"m"}, {"v"});
          f.node("MatMul", {"v", "k"}, {"l"});
          f.node("Reshape", {"l", "four"}, {"r"});
          f.node("Add", {"r", "1"}, {"2"});
          f.node("ReduceMean", {"2"}, {"h"}).ints("axes", {3});
          f.node("ReduceMean", {"2"}, {"wide"}).ints("axes", {2});
          f.node("Max", {"h", "2"}, {"3"});
          f.node("Mul", {"3", "wide"}, {"4"});
          f.node("Add", {"h", "wide"}, {"5"});
          f.node("Add", {"4", "5"}, {"y"});
        }}},
      {"one value a channel, added channels last",
       {17,
        [](OnnxFile& f) {
          f.node("Transpose", {"c"}, {"t"}).ints("perm", {0, 2, 3, 1});
          f.node("ReduceMean", {"t"}, {"m"}).ints("axes", {1, 2});
          f.node("Add", {"t", "m"}, {"1"});
          f.node("Transpose", {"1"}, {"y"}).ints("perm", {0, 3, 1, 2});
        }}},
      {"over channels",
       {13,
        [](OnnxFile& f) {
          f.integers("one", {1});
          f.node("ReduceMean", {"c"}, {"1"}).ints("axes", {1});
          f.node("ReduceMax", {"c"}, {"2"}).ints("axes", {-3});
          f.node("ReduceSum", {"c", "one"}, {"3"});
          f.node("ReduceMin", {"c"}, {"4"}).ints("axes", {1});
          f.node("ReduceL1", {"c"}, {"5"}).ints("axes", {1});
          f.node("ReduceL2", {"c"}, {"6"}).ints("axes", {1});
          f.node("Concat", {"1", "2", "3", "4", "5", "6"}, {"7"}).integer("axis", 1);
          f.node("ReduceMax", {"7"}, {"8"}).ints("axes", {1});
          f.node("Mul", {"8", "c"}, {"y"});
        }}},
      {"over everything",
       {13,
        [](OnnxFile& f) {
          f.integers("two", {1, 2, 2, 6, 7});
          f.node("ReduceMax", {"c"}, {"1"}).ints("axes", {1, 2, 3}).integer("keepdims", 0);
          f.node("ReduceMean", {"c"}, {"2"}).integer("keepdims", 0);
          f.node("ReduceMin", {"c"}, {"3"}).ints("axes", {2, 3}).integer("keepdims", 0);
          f.node("ReduceMax", {"3"}, {"4"}).ints("axes", {1}).integer("keepdims", 0);
          f.node("Reshape", {"c", "two"}, {"5"});
          f.node("ReduceMax", {"5"}, {"6"}).ints("axes", {2}).integer("keepdims", 0);
          f.integers("ends", {1, 1});
          f.node("Reshape", {"1", "ends"}, {"7"});
          f.node("Reshape", {"2", "ends"}, {"8"});
          f.node("Reshape", {"4", "ends"}, {"9"});
          f.node("Flatten", {"6"}, {"10"});
          f.node("Concat", {"7", "8", "9", "10"}, {"y"}).integer("axis", 1);
        }}},
      {"normalised by its own moments",
       {17,
        [](OnnxFile& f) {
          f.weights("s", {4});
          f.weights("t", {4});
          f.node("InstanceNormalization", {"c", "s", "t"}, {"1"}).real("epsilon", 0.01F);
          f.integers("groups", {0, 2, -1});
          f.integers("image", {1, 4, 6, 7});
          f.constant("u", {2}, {1, 1});
          f.constant("v", {2}, {0, 0});
          f.node("Reshape", {"1", "groups"}, {"2"});
          f.node("InstanceNormalization", {"2", "u", "v"}, {"3"});
          f.node("Reshape", {"3", "image"}, {"y"});
        }}},
      {"joined along other axes",
       {17, [](OnnxFile& f) {
          f.weights("k", {4, 4, 2, 3});
          f.integers("rows", {1, -1, 2});
          f.integers("again", {1, 1, 2});
          f.node("Conv", {"c", "k"}, {"1"});
          f.node("Transpose", {"c"}, {"2"}).ints("perm", {0, 2, 3, 1});
          f.node("Transpose", {"1"}, {"3"}).ints("perm", {0, 2, 3, 1});
          f.node("Reshape", {"2", "rows"}, {"4"});
          f.node("Reshape", {"3", "rows"}, {"5"});
          f.node("Concat", {"4", "5"}, {"6"}).integer("axis", 1);
          f.node("Tile", {"6", "again"}, {"y"});
        }}}};
  return kAll;
}

}  // namespace qfx::test
