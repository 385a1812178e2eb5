// Splitting a set by a share: evenly from every class, by nothing but position.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/data/dataset.h"

namespace qfx::data {

// Which samples belong to the share: of each class (of all samples, where there are no labels) as
// many as the share of that class rounds to, evenly spaced. The first sample of a class never does,
// so that no class is taken whole. 0 <= share < 1.
std::vector<bool> share_of(const std::vector<std::int32_t>& labels, std::int64_t size,
                           double share);

// Those samples of a whole set, or of what a source has for training (or for testing, where that is
// `split`), that are the split's, in their order. is_whole: nobody has split the set, and
// Source::test says what is Test's. Then the limit counts; then Source::validation says what is
// Validation's. labels may be empty. Raises UserError where a share that is asked for is empty.
std::vector<std::int64_t> split_indices(const Source& source, Split split, std::int64_t limit,
                                        const std::vector<std::int32_t>& labels, std::int64_t size,
                                        bool is_whole);

// Leaves these samples, whose indices ascend.
void keep(Dataset& set, const std::vector<std::int64_t>& indices);

// Leaves those of split_indices.
void take_split(const Source& source, Split split, std::int64_t limit, bool is_whole, Dataset& set);

}  // namespace qfx::data
