#include "circuit/ring.h"

#include <algorithm>

namespace qfx::circuit {
namespace {

using dataflow::Window;

// The last position under the window that begins at `first`, on the image. Holes of a dilation are
// not looked at: hardware compares one number.
std::int64_t last_under(const Window& window, int axis, std::int64_t first) {
  return std::min(first + (window.kernel[axis] - 1) * window.dilation[axis], window.size(axis) - 1);
}

// Pixels up to and with the last under the window at (y, x).
std::int64_t pixels_needed(const Window& window, std::int64_t y, std::int64_t x) {
  const std::int64_t last_y = last_under(window, 0, y), last_x = last_under(window, 1, x);
  if (last_y < 0) return 0;
  return last_y * window.width + std::max<std::int64_t>(last_x + 1, 0);
}

// Pixels that neither the window at (y, x) nor any later one reads. A row of windows that begins in
// the padding above frees nothing: the next one may begin at the first pixel again.
std::int64_t pixels_passed(const Window& window, std::int64_t y, std::int64_t x) {
  if (y < 0) return 0;
  return std::min(y * window.width + std::clamp<std::int64_t>(x, 0, window.width),
                  window.height * window.width);
}

// The least ring, from `least` on, with which the rounds' steps or the frame's words are all that
// takes time.
std::int64_t words_that_keep_up(const std::vector<Round>& rounds, std::int64_t frame_words,
                                std::int64_t least) {
  std::int64_t shortest = 0;
  for (const Round& round : rounds) shortest += round.count;
  shortest = std::max(shortest, frame_words);
  const auto keeps_up = [&](std::int64_t buffer) {
    return ring_interval(rounds, frame_words, buffer) <= shortest;
  };
  std::int64_t enough = std::max(least, 2 * frame_words);
  if (keeps_up(least) || !keeps_up(enough)) return least;
  while (enough - least > 1) {
    const std::int64_t middle = least + (enough - least) / 2;
    (keeps_up(middle) ? enough : least) = middle;
  }
  return enough;
}

}  // namespace

std::vector<Round> ring_rounds(const Window& window, std::int64_t pixel_words, std::int64_t count,
                               std::int64_t period) {
  std::vector<Round> rounds;
  rounds.reserve(window.positions(0) * window.positions(1));
  for (std::int64_t row = 0; row < window.positions(0); ++row) {
    for (std::int64_t column = 0; column < window.positions(1); ++column) {
      const std::int64_t y = row * window.stride[0] - window.padding.top;
      const std::int64_t x = column * window.stride[1] - window.padding.left;
      if (!rounds.empty()) rounds.back().free = pixels_passed(window, y, x) * pixel_words;
      rounds.push_back(
          {.count = count, .period = period, .need = pixels_needed(window, y, x) * pixel_words});
    }
  }
  rounds.back().free = window.height * window.width * pixel_words;
  return rounds;
}

std::int64_t ring_words(const std::vector<Round>& rounds, std::int64_t frame_words,
                        std::int64_t row_words) {
  std::int64_t least = 1, leap = row_words, needed = 0, freed = 0;
  for (const Round& round : rounds) {
    const std::int64_t need = std::max(needed, round.need);
    least = std::max(least, need - freed);
    if (needed > 0) leap = std::max(leap, need - needed);
    needed = need;
    freed = round.free;
  }
  leap = std::max(leap, frame_words - needed + rounds.front().need);  // to the next frame's first
  return words_that_keep_up(rounds, frame_words,
                            std::max(least, std::min(least + leap, 2 * frame_words)));
}

// A word comes in each cycle that begins with room for it, and is there for the rounds that begin
// later; a round frees with its last step. The interval falls from frame to frame, since more has
// come before each, until nothing changes.
std::int64_t ring_interval(const std::vector<Round>& rounds, std::int64_t frame_words,
                           std::int64_t buffer) {
  constexpr int kMostFrames = 64;
  std::int64_t accepted = 0, freed = 0, interval = 0;  // of the frame at hand
  for (int frame = 0; frame < kMostFrames; ++frame) {
    const std::int64_t before = accepted;
    interval = 0;
    for (const Round& round : rounds) {
      const std::int64_t cycles = std::max<std::int64_t>(round.need - accepted, 0) + round.count;
      accepted = std::max(accepted, std::min(accepted + cycles, freed + buffer));
      interval += cycles;
      freed = round.free;
    }
    accepted -= frame_words;
    freed = 0;
    if (accepted == before) break;
  }
  return interval;
}

Behaviour ring_behaviour(const Window& window, std::int64_t frame_words, std::int64_t count,
                         std::int64_t period) {
  const std::int64_t pixel_words = frame_words / (window.height * window.width);
  Behaviour behaviour;
  behaviour.rounds = ring_rounds(window, pixel_words, count, period);
  behaviour.buffer =
      ring_words(behaviour.rounds, frame_words, window.stride[0] * window.width * pixel_words);
  return behaviour;
}

std::vector<Round> walk_rounds(const Window& window, std::int64_t blocks) {
  std::vector<Round> rounds;
  const graph::Pair size{window.height, window.width};
  graph::Pair at{};
  const auto is_inside = [&](int axis) { return at[axis] >= 0 && at[axis] < size[axis]; };
  const auto is_due = [&](int axis) {
    const std::int64_t over =
        at[axis] + window.padding.before(axis) - (window.kernel[axis] - 1) * window.dilation[axis];
    return over >= 0 && over % window.stride[axis] == 0;
  };
  for (at[0] = -window.padding.top; at[0] < size[0] + window.padding.bottom; ++at[0]) {
    for (at[1] = -window.padding.left; at[1] < size[1] + window.padding.right; ++at[1]) {
      const bool takes = is_inside(0) && is_inside(1), gives = is_due(0) && is_due(1);
      append(rounds, {.count = 1, .period = gives ? 1 : 0, .takes = takes ? 1 : 0});
      if (gives && blocks > 1) append(rounds, {.count = blocks - 1, .period = 1});
    }
  }
  return rounds;
}

void append(std::vector<Round>& rounds, const Round& round) {
  if (!rounds.empty()) {
    Round& last = rounds.back();
    const bool is_same = last.period == round.period && last.takes == round.takes &&
                         last.need == 0 && last.free == 0 && round.need == 0 && round.free == 0;
    if (is_same && (last.period == 0 || last.count % last.period == 0)) {
      last.count += round.count;
      return;
    }
  }
  rounds.push_back(round);
}

}  // namespace qfx::circuit
