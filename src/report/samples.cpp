#include "report/samples.h"

#include <algorithm>

namespace qfx::report {
namespace {

// A picture on the page is some 150 pixels wide.
constexpr std::int64_t kLargestSide = 160;

std::string base64(const std::vector<std::uint8_t>& bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) { return i + k < bytes.size() ? bytes[i + k] : 0u; };
    const unsigned three = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= bytes.size() - i ? kDigits[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

struct Size {
  std::int64_t channels, height, width;
};

// The mean of every `step` by `step` pixels; what is left at the right and the bottom is cut off.
std::vector<std::uint8_t> shrunk(const std::vector<std::uint8_t>& picture, const Size& size,
                                 std::int64_t step) {
  std::vector<std::uint8_t> out;
  for (std::int64_t c = 0; c < size.channels; ++c)
    for (std::int64_t y = 0; y + step <= size.height; y += step)
      for (std::int64_t x = 0; x + step <= size.width; x += step) {
        std::int64_t sum = 0;
        for (std::int64_t i = 0; i < step * step; ++i)
          sum += picture[static_cast<std::size_t>((c * size.height + y + i / step) * size.width +
                                                  x + i % step)];
        out.push_back(static_cast<std::uint8_t>(sum / (step * step)));
      }
  return out;
}

Json parsed(const std::string& measures) {
  const Json json = Json::parse(measures, nullptr, false);
  return json.is_object() ? json : Json(nullptr);
}

}  // namespace

Json samples_json(const Answers& answers) {
  if (answers.worst.empty()) return nullptr;
  const Size size{answers.channels, answers.height, answers.width};
  const std::int64_t step = (std::max(size.height, size.width) + kLargestSide - 1) / kLargestSide;
  const bool has_pictures =
      size.channels > 0 && step > 0 && size.height >= step && size.width >= step;
  Json out = {{"text", answers.text}, {"picture", nullptr}, {"worst", Json::array()}};
  if (has_pictures)
    out["picture"] = {
        {"channels", size.channels}, {"height", size.height / step}, {"width", size.width / step}};
  for (const WorstSample& sample : answers.worst) {
    const bool has_picture = has_pictures && static_cast<std::int64_t>(sample.picture.size()) ==
                                                 size.channels * size.height * size.width;
    out["worst"].push_back(
        {{"index", sample.index},
         {"truth", sample.truth},
         {"answer", sample.answer},
         {"error", sample.error},
         {"picture", has_picture ? Json(base64(shrunk(sample.picture, size, step))) : Json()}});
  }
  return out;
}

Json measures_of(const Json& verify) {
  const Json* measures = field(verify, "runtime_measures");
  return measures && measures->is_object() ? *measures : Json(nullptr);
}

Json measures_of(const Answers& answers) {
  return answers.measures.empty() ? Json(nullptr) : parsed(answers.measures);
}

std::optional<std::string> measured_on(const Json& verify, const Json& verified,
                                       const Answers& answers) {
  if (!verified.is_null()) return text(verify, "data");
  return answers.source.empty() ? std::nullopt : std::optional(answers.source);
}

}  // namespace qfx::report
