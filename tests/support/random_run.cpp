#include "support/random_run.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string_view>

#include "qfx/base/error.h"

namespace qfx::test {
namespace {

std::optional<std::uint64_t> given_seed, given_count;

std::optional<std::uint64_t> number(const char* text) {
  if (text == nullptr || *text == '\0') return std::nullopt;
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(text, &end, 10);
  if (*end != '\0') user_error("'{}' is not a number", text);
  return value;
}

// What a check says, with an exception as text.
std::string message_of(const Case& one, const Check& check) {
  try {
    return check(one);
  } catch (const std::exception& error) {
    return fmt::format("raised: {}", error.what());
  }
}

}  // namespace

void read_random_arguments(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--seed") given_seed = number(argv[i + 1]);
    if (argument == "--count") given_count = number(argv[i + 1]);
  }
}

RandomRun random_run(std::int64_t count, std::int64_t long_count) {
  const char* is_long = std::getenv("QFX_LONG");
  const bool wants_long = is_long != nullptr && std::string_view(is_long) == "1";
  RandomRun run{.count = wants_long ? long_count : count};
  const auto seed = given_seed ? given_seed : number(std::getenv("QFX_RANDOM_SEED"));
  const auto chosen_count = given_count ? given_count : number(std::getenv("QFX_RANDOM_COUNT"));
  if (seed) run.seed = *seed;
  if (chosen_count) run.count = static_cast<std::int64_t>(*chosen_count);
  return run;
}

Case random_case(std::uint64_t seed, std::int64_t batch, RandomModelOptions options) {
  options.modes = seed % 2 == 1 ? Modes::ApFixed : Modes::AcFixed;
  Case one{.model = random_model(seed, options), .samples = {}, .batch = batch};
  one.samples = random_samples(one.model, seed, batch);
  return one;
}

std::string failure_of(std::uint64_t seed, Case one, const Check& check, int max_tries) {
  const std::string message = message_of(one, check);
  if (message.empty()) return "";
  // At once: shrinking takes its time, and a time limit may end it.
  std::fprintf(stderr, "seed %llu fails: %s\nlooking for a smaller model ...\n",
               static_cast<unsigned long long>(seed), message.c_str());
  const Case small = shrink(std::move(one), check, max_tries);
  return fmt::format(
      "seed {} (repeat with --seed {} --count 1): {}\nsmallest failing model: {}\n{}", seed, seed,
      message, message_of(small, check), to_text(small));
}

}  // namespace qfx::test
