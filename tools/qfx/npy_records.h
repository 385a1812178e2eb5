// A NumPy file of records, as numpy.load reads it: one per sample, fields by name.
// Source: numpy/lib/format.py, version 1.0 (2.0 where the header is long).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace qfx::command {

class NpyRecords {
 public:
  explicit NpyRecords(std::int64_t count) : count_(count) {}

  // Fields of `size` numbers, one without a dimension of its own; value(sample, i) gives them.
  void int32(std::string_view name, std::int64_t size,
             const std::function<std::int32_t(std::int64_t sample, std::int64_t i)>& value);
  void float64(std::string_view name, std::int64_t size,
               const std::function<double(std::int64_t sample, std::int64_t i)>& value);
  // A field of UTF-8 text, as long as the longest.
  void text(std::string_view name, const std::function<std::string(std::int64_t sample)>& value);

  std::string bytes() const;

 private:
  struct Field {
    std::string description;  // "('raw', '<i4', (10,))"
    std::size_t size = 0;     // bytes a record
    std::string bytes;
  };

  std::int64_t count_;
  std::vector<Field> fields_;
};

}  // namespace qfx::command
