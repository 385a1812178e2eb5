#include "graph/verify/checks.h"

#include <cstdlib>

#include "qfx/base/utf8.h"

namespace qfx::graph {

bool is_legal_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxNameLength && is_printable_ascii(name);
}

void check_task(const Task& task, const std::string& model, const Shape& input,
                const Shape& output) {
  const std::int64_t outputs = element_count(output);
  if (!task.names.empty() && std::ssize(task.names) != outputs)
    user_error(
        "model '{}': it has {} outputs and names {}; name every one or none (data.class_names in a "
        "recipe)",
        model, outputs, task.names.size());
  for (const std::string& name : task.names) {
    if (name.empty() || name.size() > kMaxOutputNameLength || !is_printable_text(name))
      user_error(
          "model '{}': an output has the name {}; a name is 1 to {} bytes of printable text in "
          "UTF-8, without control characters",
          model, in_quotes(name), kMaxOutputNameLength);
  }
  if (!task.rebuilds_input) return;
  if (task.classifies())
    user_error(
        "model '{}': it rebuilds its input, and the loss {} is about classes; mse, mae and bce are "
        "allowed there",
        model, to_string(task.loss));
  if (outputs != element_count(input))
    user_error(
        "model '{}': it rebuilds its input of {} values {}, and has {} outputs; both must be as "
        "many",
        model, element_count(input), to_string(input), outputs);
}

void check_task_of_several(const Task& task, const std::string& model, std::size_t outputs) {
  if (!task.names.empty())
    user_error(
        "model '{}': it has {} outputs with a tensor each, and names for the values of one "
        "(data.class_names in a recipe); names are for networks with one output",
        model, outputs);
  if (task.rebuilds_input)
    user_error(
        "model '{}': it rebuilds its input and has {} outputs; what is rebuilt leaves a network "
        "with one output",
        model, outputs);
}

void check_format(const fixed::Format& format, const std::string& tensor) {
  const int widest = format.is_signed ? kMaxSignedWidth : kMaxUnsignedWidth;
  if (format.width < 1 || format.width > widest)
    user_error("tensor '{}': width is {}, allowed are 1 to {} ({})", tensor, format.width, widest,
               format.is_signed ? "signed" : "unsigned");
  if (std::abs(std::int64_t{format.width} - format.int_bits) > kMaxFracBits)
    user_error(
        "tensor '{}': {} bits with {} integer bits leave {} fraction bits, allowed are {} to {}",
        tensor, format.width, format.int_bits, std::int64_t{format.width} - format.int_bits,
        -kMaxFracBits, kMaxFracBits);
  try {
    fixed::validate(format);
  } catch (const UserError& error) {
    user_error("tensor '{}': {}", tensor, error.what());
  }
}

}  // namespace qfx::graph
