#include "data/npy.h"

#include <algorithm>

#include "data/npy_array.h"
#include "data/npy_values.h"
#include "data/split.h"

#include "qfx/base/file.h"

namespace qfx::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNpyHelp =
    "an npy folder holds train_x.npy, train_y.npy, test_x.npy and test_y.npy, written by "
    "numpy.save";

constexpr Split kSplits[] = {Split::Train, Split::Validation, Split::Test};

std::string prefix_of(Split split) {
  switch (split) {
    case Split::Train:
      return "train";
    case Split::Validation:
      return "val";
    case Split::Test:
      return "test";
  }
  internal_error("no such split");
}

fs::path samples_path(const fs::path& folder, Split split) {
  return folder / (prefix_of(split) + "_x.npy");
}

fs::path labels_path(const fs::path& folder, Split split) {
  return folder / (prefix_of(split) + "_y.npy");
}

// What the axes of an array are; positions are those that the channels lie at.
struct SampleAxes {
  std::vector<std::int64_t> shape;  // of a sample, channels first
  std::int64_t channels = 1, positions = 1;
  bool is_turned = false;  // channels last in the file
};

SampleAxes sample_axes(const InputFile& file, const NpyHeader& header, Layout layout) {
  const auto& shape = header.shape;
  if (shape.size() < 2 || shape.size() > 4 ||
      std::find(shape.begin(), shape.end(), 0u) != shape.end())
    file.fail(
        "its array has shape {}; samples are (N, D), (N, H, W), (N, C, L) or (N, C, H, W), no "
        "dimension 0{}",
        shape_text(shape),
        shape.size() == 1 ? "; one value a sample is (N, 1): array.reshape(-1, 1)" : "");
  SampleAxes axes;
  axes.shape.assign(shape.begin() + 1, shape.end());
  if (shape.size() == 2) return axes;
  if (layout == Layout::ChannelsLast) {
    axes.is_turned = true;
    axes.channels = axes.shape.back();
    axes.shape.pop_back();
    for (const std::int64_t n : axes.shape) axes.positions *= n;
    if (shape.size() == 3) axes.shape.insert(axes.shape.begin(), 1);
    axes.shape.insert(axes.shape.begin(), axes.channels);
  } else if (shape.size() == 3) {
    axes.shape.insert(axes.shape.begin(), 1);
  }
  return axes;
}

template <class Value>
void put_channels_first(const SampleAxes& axes, std::vector<Value>& values) {
  if (!axes.is_turned || axes.channels == 1 || axes.positions == 1) return;
  std::vector<Value> sample(static_cast<std::size_t>(axes.channels * axes.positions));
  for (auto at = values.begin(); at != values.end(); at += std::ssize(sample)) {
    for (std::int64_t c = 0; c < axes.channels; ++c) {
      for (std::int64_t p = 0; p < axes.positions; ++p)
        sample[static_cast<std::size_t>(c * axes.positions + p)] = *(at + p * axes.channels + c);
    }
    std::copy(sample.begin(), sample.end(), at);
  }
}

// (N, H, W, 1 or 3), as most other tools have images, and no sensible number of channels elsewhere.
bool looks_channels_last(const std::vector<std::uint64_t>& shape) {
  return shape.size() == 4 && (shape[3] == 1 || shape[3] == 3) && shape[1] > 4 && shape[2] > 1;
}

bool is_bytes(const NpyHeader& header) {
  return header.kind == 'u' && header.item_size == 1;
}

// The other splits' headers are enough; where files are not there, nothing is to agree with.
void check_other_splits(const InputFile& file, const fs::path& folder, Split split, Layout layout,
                        const Dataset& set) {
  const auto kind = [](bool bytes) { return bytes ? "uint8" : "not uint8"; };
  for (const Split other : kSplits) {
    const fs::path path = samples_path(folder, other);
    if (other == split || !path_exists(path)) continue;
    InputFile other_file(path);
    const NpyHeader header = read_npy_header(other_file);
    const SampleAxes axes = sample_axes(other_file, header, layout);
    if (axes.shape != set.sample_shape)
      file.fail("its samples have shape [{}], and those of {} have [{}]; both must be of one shape",
                fmt::join(set.sample_shape, ", "), path.string(), fmt::join(axes.shape, ", "));
    const bool bytes = !set.bytes.empty();
    if (is_bytes(header) != bytes)
      file.fail(
          "its samples are {}, and those of {} are {}; both must be of one type: save both as "
          "float32, or both as uint8",
          kind(bytes), path.string(), kind(!bytes));
  }
}

std::string number_text(double value) {
  return fmt::to_string(value);
}

// A label as the number that it is.
template <class Number>
std::int32_t label_of(const InputFile& file, std::size_t sample, Number value) {
  if constexpr (std::is_same_v<Number, double>) {
    if (value != std::floor(value))  // and NaN
      file.fail(
          "label {} of sample {} is no whole number; classes are whole numbers from 0 (for numbers "
          "to predict, write loss = \"mse\" in the recipe)",
          number_text(value), sample);
  }
  if (value < Number{0} || value >= Number{kMaxClasses})
    file.fail(
        "label {} of sample {} is out of range; 0 to {} are allowed (numpy.unique(labels, "
        "return_inverse=True)[1] numbers any labels from 0)",
        value, sample, kMaxClasses - 1);
  return static_cast<std::int32_t>(value);
}

// Each row has one 1 and otherwise 0.
Labels from_one_hot(const InputFile& file, const NpyArray& array) {
  const auto width = static_cast<std::size_t>(array.header.shape[1]);
  if (width > kMaxClasses)
    file.fail("its array has shape {}, one-hot labels of {} classes; at most {} are allowed",
              shape_text(array.header.shape), width, kMaxClasses);
  Labels labels{std::vector<std::int32_t>(array.header.shape[0], -1), static_cast<int>(width)};
  const auto refuse = [&](std::size_t row) {
    file.fail(
        "its array has shape {}, and row {} is not one-hot (one 1, otherwise 0); labels are (N,) "
        "or (N, 1), or one-hot (for several labels a sample, write loss = \"bce\" in the recipe, "
        "for numbers loss = \"mse\")",
        shape_text(array.header.shape), row);
  };
  visit_numbers(array, [&](std::size_t i, auto value) {
    if (value == decltype(value){0}) return;
    std::int32_t& label = labels.labels[i / width];
    if (value != decltype(value){1} || label >= 0) refuse(i / width);
    label = static_cast<std::int32_t>(i % width);
  });
  const auto none = std::find(labels.labels.begin(), labels.labels.end(), -1);
  if (none != labels.labels.end()) refuse(static_cast<std::size_t>(none - labels.labels.begin()));
  return labels;
}

void check_count(const InputFile& file, std::size_t labels, const char* what,
                 const fs::path& samples, std::uint64_t count) {
  if (labels == count) return;
  file.fail("it has {} {}, but {} has {} samples; both must belong to one set", labels, what,
            samples.string(), count);
}

// Both splits of a set must agree on the number of classes, even if one lacks the last class.
int class_count_of_all(const fs::path& folder, Split split, int own) {
  int classes = own;
  for (const Split other : kSplits) {
    const fs::path path = labels_path(folder, other);
    if (other == split || !path_exists(path)) continue;
    InputFile file(path);
    classes = std::max(classes, read_npy_labels(file).class_count);
  }
  return classes;
}

void add_labels(InputFile& file, const fs::path& folder, Split split, std::uint64_t count,
                Dataset& set) {
  Labels labels = read_npy_labels(file);
  check_count(file, labels.labels.size(), "labels", samples_path(folder, split), count);
  set.class_count = class_count_of_all(folder, split, labels.class_count);
  labels.labels.resize(static_cast<std::size_t>(set.size()));
  set.labels = std::move(labels.labels);
}

void add_targets(InputFile& file, const fs::path& folder, Split split, std::uint64_t count,
                 Dataset& set) {
  Values targets = read_npy_targets(file);
  check_count(file, targets.values.size() / static_cast<std::size_t>(targets.size), "targets",
              samples_path(folder, split), count);
  for (const Split other : kSplits) {
    const fs::path path = labels_path(folder, other);
    if (other == split || !path_exists(path)) continue;
    InputFile other_file(path);
    const auto shape = read_npy_header(other_file).shape;
    const std::uint64_t size = shape.size() == 2 ? shape[1] : 1;
    if (static_cast<std::int64_t>(size) != targets.size)
      file.fail("it has {} values a sample, and {} has {}; both must have as many", targets.size,
                path.string(), size);
  }
  targets.values.resize(static_cast<std::size_t>(set.size() * targets.size));
  set.targets = std::move(targets.values);
  set.target_size = targets.size;
}

}  // namespace

std::uint64_t read_npy_samples(InputFile& file, std::uint64_t limit, Layout layout, Dataset& set) {
  NpyArray array = read_npy(file, limit);
  const SampleAxes axes = sample_axes(file, array.header, layout);
  set.sample_shape = axes.shape;
  const auto& shape = array.header.shape;
  if (is_bytes(array.header)) {
    set.bytes = std::move(array.bytes);
    put_channels_first(axes, set.bytes);
  } else {
    bool changed = false;
    set.floats = npy_floats(file, array, changed);
    put_channels_first(axes, set.floats);
    if (changed)
      set.notes.push_back(fmt::format(
          "{}: its {} values are rounded to float32; save array.astype('float32') to have it said "
          "in the file",
          file.path().string(), type_name(array.header)));
  }
  if (layout == Layout::Unsaid && looks_channels_last(shape))
    set.notes.push_back(fmt::format(
        "{}: its shape {} is read as {} channels of {} x {}; if the channels come last, write "
        "layout = \"channels_last\" under [data] (or \"channels_first\" to say that they do not)",
        file.path().string(), shape_text(shape), shape[1], shape[2], shape[3]));
  return shape[0];
}

Labels read_npy_labels(InputFile& file) {
  const NpyArray array = read_npy(file, 0);
  const auto& shape = array.header.shape;
  const bool is_list = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  const bool is_table = shape.size() == 2 && shape[1] > 1;
  if ((!is_list && !is_table) || shape[0] == 0)
    file.fail(
        "its array has shape {}; labels are (N,) or (N, 1) or one-hot (N, classes), with at least "
        "one entry",
        shape_text(shape));
  if (is_table) return from_one_hot(file, array);
  Labels labels{std::vector<std::int32_t>(shape[0]), 0};
  visit_numbers(array, [&](std::size_t i, auto value) {
    labels.labels[i] = label_of(file, i, value);
    labels.class_count = std::max(labels.class_count, labels.labels[i] + 1);
  });
  return labels;
}

Values read_npy_targets(InputFile& file) {
  const NpyArray array = read_npy(file, 0);
  const auto& shape = array.header.shape;
  const bool is_table = shape.size() == 2 && shape[1] > 0;
  if ((shape.size() != 1 && !is_table) || shape[0] == 0)
    file.fail("its array has shape {}; values to predict are (N,) or (N, K), at least one",
              shape_text(shape));
  bool changed = false;  // of no interest: nobody measures a target to more than float32
  return {npy_floats(file, array, changed), is_table ? static_cast<std::int64_t>(shape[1]) : 1};
}

bool npy_has_validation(const fs::path& folder) {
  return path_exists(samples_path(folder, Split::Validation));
}

namespace {

// Samples alone.
Dataset load_array(const Source& source, const fs::path& path, std::int64_t limit) {
  InputFile file(path);
  Dataset set;
  read_npy_samples(file, static_cast<std::uint64_t>(limit), source.layout, set);
  return set;
}

}  // namespace

Dataset load_npy(const Source& source, const fs::path& folder, Split wanted, std::int64_t limit) {
  if (is_file(folder)) return load_array(source, folder, limit);
  const bool takes_share = wanted == Split::Validation && !npy_has_validation(folder);
  const Split split = takes_share ? Split::Train : wanted;
  InputFile sample_file(samples_path(folder, split), kNpyHelp);
  Dataset set;
  const std::uint64_t count =
      read_npy_samples(sample_file, static_cast<std::uint64_t>(limit), source.layout, set);
  check_other_splits(sample_file, folder, split, source.layout, set);
  const fs::path targets = labels_path(folder, split);
  const bool may_lack = source.targets == Targets::None || source.is_new;
  if (!may_lack || path_exists(targets)) {
    InputFile file(targets, kNpyHelp);
    if (source.targets == Targets::Values)
      add_targets(file, folder, split, count, set);
    else
      add_labels(file, folder, split, count, set);
  }
  take_split(source, wanted, limit, false, set);
  return set;
}

}  // namespace qfx::data
