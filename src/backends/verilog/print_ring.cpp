#include "backends/verilog/print_ring.h"

#include <algorithm>

#include "backends/verilog/memory_text.h"

#include "qfx/base/error.h"
#include "qfx/circuit/pipeline.h"

namespace qfx::backends::verilog {
namespace {

using circuit::Round;

constexpr std::size_t kLoops = 7;

// What a number that moves by `each` of a loop's rounds moves by where that loop goes on and those
// within it begin again; last, where all begin again.
std::vector<std::int64_t> steps_of(const std::array<std::int64_t, kLoops + 1>& counts,
                                   const std::array<std::int64_t, kLoops + 1>& each) {
  std::vector<std::int64_t> steps;
  std::int64_t back = 0;
  for (std::size_t k = 0; k <= kLoops; ++k) {
    steps.push_back(each[k] - back);
    back += (counts[k] - 1) * each[k];
  }
  return steps;
}

std::int64_t modulo(std::int64_t value, std::int64_t by) {
  return ((value % by) + by) % by;
}

// What changes between a round and the next: how far the need grows, and what becomes free.
struct Change {
  std::int64_t need = 0, free = 0;
  bool operator==(const Change&) const = default;
};

std::vector<Change> changes_of(const std::vector<Round>& rounds, std::int64_t frame_words) {
  std::vector<Change> changes;
  std::int64_t freed = 0;
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    const bool is_last = r + 1 == rounds.size();
    const std::int64_t next = is_last ? frame_words + rounds[0].need : rounds[r + 1].need;
    changes.push_back({next - rounds[r].need, rounds[r].free - freed});
    QFX_ASSERT(changes.back().free >= 0);
    freed = rounds[r].free;
  }
  QFX_ASSERT(freed == frame_words);
  return changes;
}

// The changes as a table of columns and one of rows (qfx_ring_fill).
struct Tables {
  std::vector<Change> columns, rows;
  std::vector<bool> keeps;  // for each row
};

Tables tables_of(const std::vector<Change>& changes, std::int64_t row_length) {
  const auto width = static_cast<std::size_t>(row_length);
  Tables tables;
  for (std::size_t at = 0; at < changes.size(); at += width)
    tables.rows.push_back(changes[at + width - 1]);
  // The columns of a row that frees something.
  std::size_t model = 0;
  const auto frees = [&](std::size_t at) {
    return std::any_of(changes.begin() + static_cast<std::ptrdiff_t>(at),
                       changes.begin() + static_cast<std::ptrdiff_t>(at + width - 1),
                       [](const Change& change) { return change.free > 0; });
  };
  for (std::size_t at = 0; at < changes.size(); at += width)
    if (frees(at)) model = at;
  tables.columns.assign(changes.begin() + static_cast<std::ptrdiff_t>(model),
                        changes.begin() + static_cast<std::ptrdiff_t>(model + width));
  tables.columns.back() = {};
  for (std::size_t at = 0; at < changes.size(); at += width) {
    const bool keeps = frees(model) && !frees(at);
    tables.keeps.push_back(keeps);
    for (std::size_t x = 0; x + 1 < width; ++x) {
      const Change& column = tables.columns[x];
      if (changes[at + x] == Change{column.need, keeps ? 0 : column.free}) continue;
      // Rows differ: a table of all windows.
      return {{Change{}}, changes, std::vector<bool>(changes.size(), false)};
    }
  }
  return tables;
}

// Bounds of the two numbers that qfx_ring_fill keeps.
struct Bounds {
  std::int64_t least_spare = 0, most_spare = 0, least_held = 0;
};

Bounds bounds_of(const std::vector<Round>& rounds, std::int64_t frame_words, std::int64_t buffer) {
  Bounds bounds;
  std::int64_t came = 0, freed = 0;  // at least, of this frame
  for (const Round& round : rounds) came = std::max(came, round.need);
  came -= frame_words;
  for (const Round& round : rounds) {
    bounds.least_spare = std::min(bounds.least_spare, came - round.need);
    bounds.least_held = std::min(bounds.least_held, came - freed);
    bounds.most_spare = std::max(bounds.most_spare, freed + buffer - round.need);
    came = std::max(came, round.need);
    freed = round.free;
  }
  return bounds;
}

std::string table_text(const std::vector<Change>& changes, const std::vector<bool>& keeps,
                       int need_width, int free_width) {
  std::string text;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    MemoryWord word;
    word.append(changes[i].need, need_width);
    word.append(changes[i].free, free_width);
    word.append(i < keeps.size() && keeps[i] ? 1 : 0, 1);
    text += word.text() + "\n";
  }
  return text;
}

// Rows that repeat stand once: they are read round and round.
void shorten(Tables& tables) {
  const std::size_t all = tables.rows.size();
  for (std::size_t length = 1; length < all; ++length) {
    if (all % length != 0) continue;
    bool repeats = true;
    for (std::size_t i = length; i < all && repeats; ++i)
      repeats =
          tables.rows[i] == tables.rows[i - length] && tables.keeps[i] == tables.keeps[i - length];
    if (!repeats) continue;
    tables.rows.resize(length);
    tables.keeps.resize(length);
    return;
  }
}

}  // namespace

void add_fill(RingText& text, const std::string& name, const circuit::Behaviour& behaviour,
              std::int64_t frame_words, std::int64_t row_length) {
  const std::int64_t buffer = behaviour.buffer;
  Tables tables = tables_of(changes_of(behaviour.rounds, frame_words), row_length);
  if (tables.columns.size() == 1) shorten(tables);
  const Bounds bounds = bounds_of(behaviour.rounds, frame_words, buffer);
  std::int64_t least_need = bounds.least_spare, most_need = bounds.most_spare, most_free = buffer;
  for (const std::vector<Change>* changes : {&tables.columns, &tables.rows}) {
    for (const Change& change : *changes) {
      least_need = std::min(least_need, change.need);
      most_need = std::max(most_need, change.need);
      most_free = std::max(most_free, change.free);
    }
  }
  const int need_width = signed_bits(least_need, most_need);
  const int free_width = signed_bits(bounds.least_held, most_free);

  const std::string column_file = name + "_columns.mem", row_file = name + "_rows.mem";
  text.memories[row_file] = table_text(tables.rows, tables.keeps, need_width, free_width);
  if (tables.columns.size() > 1)
    text.memories[column_file] = table_text(tables.columns, {}, need_width, free_width);

  text.instance.with("FILL_COLUMNS", static_cast<std::int64_t>(tables.columns.size()))
      .with("FILL_ROWS", static_cast<std::int64_t>(tables.rows.size()))
      .with("FILL_WIDTH", need_width)
      .with("FREE_WIDTH", free_width)
      .with("FIRST_NEED", behaviour.rounds[0].need)
      .with("COLUMN_FILE", '"' + column_file + '"')
      .with("ROW_FILE", '"' + row_file + '"');
}

RingText ring_text(const std::string& name, const dataflow::Window& window, const RingLoops& loops,
                   const circuit::Behaviour& behaviour, std::int64_t word_width) {
  const std::int64_t buffer = behaviour.buffer;
  const std::int64_t row_words = window.width * loops.pixel_words;
  const std::int64_t frame_words = window.height * row_words;
  const auto windows = static_cast<std::int64_t>(behaviour.rounds.size());
  const std::int64_t row_length = window.positions(1);
  QFX_ASSERT(buffer > 0 && windows % row_length == 0);

  std::array<RingLoop, kLoops + 1> all;
  std::ranges::copy(loops.loops, all.begin());
  all[5] = {.count = row_length,
            .words = window.stride[1] * loops.pixel_words,
            .columns = window.stride[1]};
  all[6] = {.count = windows / row_length,
            .words = window.stride[0] * row_words,
            .rows = window.stride[0]};
  all[7] = {.count = 1, .words = frame_words};
  std::array<std::int64_t, kLoops + 1> counts{}, words{}, rows{}, columns{}, numbers{};
  std::int64_t number = 1;
  for (std::size_t k = 0; k <= kLoops; ++k) {
    counts[k] = all[k].count;
    words[k] = all[k].words;
    rows[k] = all[k].rows;
    columns[k] = all[k].columns;
    if (k < loops.loops.size()) {
      numbers[k] = number;
      number *= all[k].count;
    }
  }

  std::vector<std::int64_t> address_steps = steps_of(counts, words);
  for (std::int64_t& step : address_steps) step = modulo(step, buffer);
  const std::int64_t origin =
      -(window.padding.top * row_words + window.padding.left * loops.pixel_words);
  const auto reach = [&](int axis) {
    return (window.kernel[axis] - 1) * window.dilation[axis] + window.padded(axis);
  };
  const int place_width = unsigned_bits(std::max(reach(0), reach(1))) + 1;

  RingText text{Instance("qfx_ring", "window"), unsigned_bits(number - 1), {}};
  const bool is_padded = window.padding != graph::Sides();
  std::vector<std::int64_t> counted(counts.begin(), counts.begin() + kLoops);
  text.instance.with("WIDTH", word_width)
      .with("BUFFER", buffer)
      .with("ADDRESS_WIDTH", unsigned_bits(buffer - 1))
      .with("BLOCK", circuit::in_block_ram(buffer, word_width) ? 1 : 0)
      .with("COUNTS", packed(counted))
      .with("ADDRESS_STEPS", packed(address_steps))
      .with("ADDRESS_START", modulo(origin, buffer))
      .with("INDEX_WIDTH", text.index_width)
      .with("INDEX_STEPS", packed(steps_of(counts, numbers)));
  if (is_padded)
    text.instance.with("PADDED", 1)
        .with("PLACE_WIDTH", place_width)
        .with("IMAGE_HEIGHT", window.height)
        .with("IMAGE_WIDTH", window.width)
        .with("ROW_STEPS", packed(steps_of(counts, rows)))
        .with("ROW_START", -window.padding.top)
        .with("COLUMN_STEPS", packed(steps_of(counts, columns)))
        .with("COLUMN_START", -window.padding.left);
  add_fill(text, name, behaviour, frame_words, row_length);
  return text;
}

}  // namespace qfx::backends::verilog
