// Labelled sample sets, loaded whole into memory. No torch here: a deployer verifies without it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qfx::data {

enum class Split { Train, Test };

struct Dataset {
  std::string name;
  std::vector<std::int64_t> sample_shape;  // {C, H, W} or {N}
  std::vector<std::uint8_t> bytes;  // size() * sample elements, CHW; empty where samples are floats
  std::vector<float> floats;        // likewise; exactly one of the two is filled
  std::vector<std::int32_t> labels;
  int class_count = 0;

  std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
  std::int64_t sample_size() const;  // elements per sample
  // Elements [first * sample_size, (first + count) * sample_size) as float, before any
  // preprocessing.
  void copy_samples(std::int64_t first, std::int64_t count, float* out) const;
  // Raises UserError where a label is not below `outputs`, the number of a model's outputs.
  void check_labels(std::int64_t outputs) const;
};

// A source is a known name or KIND:PATH, the same text in a recipe and behind --data:
//   fashion-mnist     Debian's dataset-fashion-mnist (/usr/share/datasets/fashion-mnist)
//   idx:DIR           train-images-idx3-ubyte[.gz] and so on, MNIST's four files
//   cifar10:DIR       data_batch_1.bin ... test_batch.bin
//   npy:DIR           train_x.npy, train_y.npy, test_x.npy, test_y.npy (x: u1 or f4, y: integers);
//                     x (N, D), (N, H, W) or (N, C, H, W), every float finite; y (N,) or (N, 1)
//   folder:DIR        DIR/train/CLASS/*.png (.jpg, .jpeg) and DIR/test/CLASS/*, all of one size;
//                     labels by the order of the class names, samples class by turns
//   folder@32x48:DIR  likewise, each picture resized to that height and width
// class_count is 10 for the named sets, the number of class folders, else one more than the largest
// label of both splits. limit > 0 keeps the first `limit` samples. Raises UserError: a missing file
// names the package or the expected layout, a damaged one says what is wrong and where.
Dataset load(const std::string& source, Split split, std::int64_t limit = 0);

}  // namespace qfx::data
