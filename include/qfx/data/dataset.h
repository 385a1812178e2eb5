// Labelled sample sets, loaded whole into memory. No torch here: a deployer verifies without it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace qfx::data {

// Validation: a share of the training samples that Train then leaves out.
enum class Split { Train, Validation, Test };

// What a source's targets are.
enum class Targets {
  Classes,  // one class a sample
  Values,   // numbers, one or several a sample
  None,     // the samples themselves; labels are read where there are any, and say what is odd
};

// Where samples come from and how they are read. Made of a text alone, it reads classes.
struct Source {
  Source() = default;
  Source(std::string kind_and_path) : text(std::move(kind_and_path)) {}  // NOLINT: a text is one
  Source(const char* kind_and_path) : text(kind_and_path) {}             // NOLINT

  std::string text;  // below
  Targets targets = Targets::Classes;
  double validation = 0;  // the share of Train's samples that are Validation's, 0 to below 1
  bool operator==(const Source&) const = default;
};

struct Dataset {
  std::string name;
  std::vector<std::int64_t> sample_shape;  // {C, H, W} or {N}
  std::vector<std::uint8_t> bytes;  // size() * sample elements, CHW; empty where samples are floats
  std::vector<float> floats;        // likewise; exactly one of the two is filled
  std::vector<std::int32_t> labels;  // classes; empty where the targets are values, or unknown
  int class_count = 0;
  std::vector<std::string> class_names;  // by label, class_count of them; empty where nobody says
  std::vector<float> targets;            // size() * target_size values; empty with labels
  std::int64_t target_size = 0;

  std::int64_t size() const;         // samples
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
Dataset load(const Source& source, Split split, std::int64_t limit = 0);

}  // namespace qfx::data
