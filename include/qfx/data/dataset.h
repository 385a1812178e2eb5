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

// What the axes of an array of images or sequences are.
enum class Layout {
  Unsaid,         // as ChannelsFirst; an array that looks like the other is told
  ChannelsFirst,  // (N, C, H, W), (N, C, L)
  ChannelsLast,   // (N, H, W, C), (N, L, C)
};

inline constexpr double kTestShare = 0.2;

// Where samples come from and how they are read. Made of a text alone, it reads classes.
struct Source {
  Source() = default;
  Source(std::string kind_and_path) : text(std::move(kind_and_path)) {}  // NOLINT: a text is one
  Source(const char* kind_and_path) : text(kind_and_path) {}             // NOLINT

  std::string text;  // below
  Targets targets = Targets::Classes;
  double validation = 0;  // the share of Train's samples that are Validation's, 0 to below 1
  double test = 0;  // the share that is Test's where nobody has split the samples; 0: kTestShare
  Layout layout = Layout::Unsaid;   // of NPY arrays
  std::vector<std::string> label;   // csv: the columns that are targets; empty: the last one
  std::vector<std::string> ignore;  // csv: columns to leave out
  std::int64_t classes = 0;         // as a recipe says it; 0: as many as the data has
  // Samples to run a model on, whatever they lack: what nobody has split is all Test's, targets may
  // be missing, and one array or a folder of pictures without classes will do.
  bool is_new = false;
  // Of csv that is new: how many values a sample has (a column more is the label), and, where the
  // table that was trained on is known, their columns in its order.
  std::int64_t values = 0;
  std::vector<std::string> columns;
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
  std::vector<float> targets;  // size() * target_size values; empty where the targets are classes
  std::int64_t target_size = 0;
  std::vector<std::string> sample_names;  // the file of each; empty where samples share one
  std::vector<std::string> column_names;  // of a sample's values and
  std::vector<std::string> target_names;  // of labels or targets, where a table names its columns
  // What a user would not want of these samples, a sentence each, with what mends it.
  std::vector<std::string> notes;

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
//   npy:DIR           train_x.npy, train_y.npy, test_x.npy, test_y.npy and, if it likes, val_x.npy
//                     and val_y.npy, of any number type, every value finite; x (N, D), (N, H, W),
//                     (N, C, L) or (N, C, H, W), uint8 as bytes and all else as floats; y (N,),
//                     (N, 1) or one-hot (N, classes), of values (N,) or (N, K)
//   csv:DIR           train.csv, test.csv and, if it likes, val.csv
//   csv:FILE          one table, of which Source::test is the test split
//   folder:DIR        DIR/train/CLASS/*.png (.jpg, .jpeg, in subfolders too), DIR/test/CLASS/* and,
//                     if it likes, DIR/val/CLASS/*; or DIR/CLASS/*, of which Source::test is the
//                     test split. All pictures of one size; labels by the order of the class names,
//                     samples class by turns
//   npy:FILE          one array of samples, where they are new; folder:DIR may then be pictures
//   alone folder@32x48:DIR  likewise, each picture resized to that height and width;
//   folder@rgb:DIR,
//                     folder@gray:DIR and folder@32x48rgb:DIR make them all colour or all grey
// What is split off by a share is taken evenly from every class, by position alone: the same
// samples whatever the seed. class_count is 10 for the named sets, the number of class folders or
// of words, the width of one-hot labels, else one more than the largest label of all splits.
// limit > 0 keeps the first `limit` samples; Train's limit counts those of Validation too where
// these are a share. Raises UserError: a missing file names the package or the expected layout, a
// damaged one says what is wrong and where.
Dataset load(const Source& source, Split split, std::int64_t limit = 0);

// Whether load(source, Split::Validation) has samples: a share is given, or files are there.
bool has_validation(const Source& source);

}  // namespace qfx::data
