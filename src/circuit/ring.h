// Sliding windows as rounds of steps: which words of an image a window needs and frees.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/circuit/circuit.h"

namespace qfx::circuit {

// A round for each window, row by row: `count` steps, of which every `period`-th gives. The image's
// words, `pixel_words` for each pixel, are in a ring.
//
// need: up to the window's last pixel on the image; where only the padding lies under it, what
// windows before it needed. free: what no later window reads, all of the image behind the last. A
// stride beyond the kernel frees words before they have come.
std::vector<Round> ring_rounds(const dataflow::Window& window, std::int64_t pixel_words,
                               std::int64_t count, std::int64_t period);

// How large a ring is. Least: all that a window needs beyond what earlier ones freed. To that comes
// what the rows of the next windows bring while these are worked on, `row_words`, or the largest
// leap from a window's need to the next one's, so that filling overlaps; two frames are enough.
// More than that only where many windows in a row bring nothing new, whole rows of padding: what
// comes during them is kept for windows that need it faster than it comes.
std::int64_t ring_words(const std::vector<Round>& rounds, std::int64_t frame_words,
                        std::int64_t row_words);

// Cycles from frame to frame with a ring of so many words, where a word is always offered and every
// one given is taken at once.
std::int64_t ring_interval(const std::vector<Round>& rounds, std::int64_t frame_words,
                           std::int64_t buffer);

// A window's walk with its ring, over a frame of so many words.
Behaviour ring_behaviour(const dataflow::Window& window, std::int64_t frame_words,
                         std::int64_t count, std::int64_t period);

// The walk over the padded image: takes a word at a position on the image, gives `blocks` where a
// window is complete. A position that does neither is a step all the same.
std::vector<Round> walk_rounds(const dataflow::Window& window, std::int64_t blocks);

// Appends a round, as part of the last one where that means the same.
void append(std::vector<Round>& rounds, const Round& round);

}  // namespace qfx::circuit
