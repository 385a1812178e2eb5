// The recipe: one TOML file that says which network, which data, which formats, what is learned,
// and the schedule. Every error names the key, the value, what is allowed, and where it stands; an
// unknown key names the nearest known one. docs/recipe.md lists the keys.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qfx/data/dataset.h"
#include "qfx/graph/calibration.h"
#include "qfx/graph/graph.h"

namespace qfx::frontends {

enum class OptimizerKind { Sgd, Adam };
enum class Schedule { Constant, Cosine, Step };
using graph::CalibrationMethod;

// The recipe's word for it: "mean3sd".
std::string to_string(CalibrationMethod method);

struct Optimizer {
  OptimizerKind kind = OptimizerKind::Sgd;
  double learning_rate = 0.1;
  double momentum = 0.9;       // sgd
  double weight_decay = 5e-4;  // weights and linear biases; never gamma, beta, binary points
  Schedule schedule = Schedule::Cosine;
  double warmup_epochs = 0;
  std::vector<double> step_epochs = {};  // Schedule::Step: learning rate times step_factor at each
  double step_factor = 0.1;
};

// One pass of training: in float, or in fixed point.
struct Phase {
  double epochs = 0;
  Optimizer optimizer;
};

struct Points {                 // the learned binary points: an optimiser group of their own
  double learning_rate = 1e-2;  // Adam
  double freeze_after = 0.7;    // fraction of the fixed phase after which points start to freeze
};

// How the weights of convolutions and linear layers come onto their grid.
enum class WeightRounding {
  Nearest,  // each by itself
  Gptq      // each in view of the errors of those before it, on the inputs that calibration sees
};

struct Calibration {
  CalibrationMethod method = CalibrationMethod::Mse;
  double percentile = 99.99;
  std::int64_t images = 512;
  bool equalize = false;  // channels of one activation to one size, where the error falls by it
  WeightRounding rounding = WeightRounding::Nearest;
  bool bias_correction = false;  // of the mean error of every layer
};

struct Augment {
  bool flip = false;     // horizontal
  int crop_padding = 0;  // random crop after zero padding by this many pixels
};

// Which network of the fixed phase is frozen: the best of those judged, the calibrated one among
// them, or the one that training ended with.
enum class Keep { Best, Last };

// What a run that `start` names is asked for: the parameters after its float phase, or what its
// fixed phase has reached, binary points included.
enum class StartFrom { Float, Fixed };

struct Recipe {
  std::string text;  // the file; where it has no name, a line with the one below comes first
  std::string name;
  std::uint64_t seed = 1;
  int threads = 0;               // 0: all cores
  std::string device = "cpu";    // a device of torch's; train asks torch whether it is there
  graph::Model model;            // specs resolved on every tensor
  std::string zoo;               // the name of the zoo's network that it is; empty: another
  bool fold_batch_norm = false;  // fold into the convolution before fixed-point training
  std::string start;             // a run folder whose parameters to start from; empty: train them
  StartFrom start_from = StartFrom::Float;
  // Globs over the parameters that keep their values while the others train.
  std::vector<std::string> untrained;
  // Of cross_entropy, by class: empty, or one each. Balanced: by how often each is among the
  // samples.
  std::vector<double> class_weights;
  bool balances_classes = false;
  double label_smoothing = 0;
  // The fixed phase learns what the network in float answers, no labels.
  bool has_teacher = false;
  // In the float phase, by the node that it follows: the share of the values that become 0.
  std::map<std::string, double> dropout;
  data::Source data;
  std::int64_t train_limit = 0, test_limit = 0;  // 0: all
  std::int64_t batch_size = 128;
  Augment augment;
  Phase float_phase, fixed_phase;
  bool binary_in_float = true;  // binary weights are so in the float phase already
  Keep keep = Keep::Best;
  Points points;
  Calibration calibration;
  double checkpoint_minutes =
      1.0;  // between checkpoints inside an epoch; one is written at each epoch's end too
};

Recipe parse_recipe(const std::string& text, const std::string& file_name);
Recipe load_recipe(const std::string& path);

// The data source a recipe names, its targets left to who knows the model; without reading the data
// or building the network.
data::Source recipe_data_source(const std::string& text, const std::string& file_name);

// Where two recipes say different things: the dotted names of the keys of top tables and of what
// stands beside them, "seed", "fixed.epochs", in order. Empty: they say the same. Raises UserError
// for a text that is no TOML.
std::vector<std::string> recipe_differences(const std::string& text, const std::string& other);

// Names the zoo knows, and the network of that name for this input and number of classes. Raises
// UserError.
std::vector<std::string> zoo_names();
graph::Model zoo(const std::string& name, const graph::Shape& input,
                 const graph::Preprocess& preprocess, std::int64_t classes, std::uint64_t seed);

}  // namespace qfx::frontends
