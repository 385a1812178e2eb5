// A network built, trained in fixed point, frozen and run in integers, in C++.
//   train_and_run RUN [DATA]      DATA as in a recipe; default: fashion-mnist
#include <cstdio>
#include <exception>
#include <string>

#include "qfx/data/dataset.h"
#include "qfx/graph/builder.h"
#include "qfx/graph/file.h"
#include "qfx/runtime/engine.h"
#include "qfx/runtime/evaluate.h"
#include "qfx/train/run.h"

int main(int argc, char** argv) try {
  const std::string run = argc > 1 ? argv[1] : "runs/cpp",
                    source = argc > 2 ? argv[2] : "fashion-mnist";
  const qfx::data::Dataset test = qfx::data::load(source, qfx::data::Split::Test);

  qfx::graph::Builder net("small");
  auto x = net.input(test.sample_shape, {.divisor = 256});
  x = net.conv2d(x, {.out_channels = 8, .kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  x = net.relu(net.batch_norm(x));
  x = net.linear(net.flatten(x), {.out_features = test.class_count});

  qfx::frontends::Recipe recipe;
  recipe.model = net.finish();  // every tensor 8 bits, binary points learned
  recipe.data = source;
  recipe.float_phase = {.epochs = 2, .optimizer = {.learning_rate = 0.05}};
  recipe.fixed_phase = {.epochs = 1, .optimizer = {.learning_rate = 0.01}};
  qfx::train::train(recipe, {.run_folder = run});

  const qfx::runtime::Engine engine(qfx::graph::load_frozen(run + "/model.qfx"));
  const auto result = qfx::runtime::evaluate(engine, test);
  std::printf("integers only: %ld of %ld images right\n", long(result.measures.correct()),
              long(result.images));
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 2;
}
