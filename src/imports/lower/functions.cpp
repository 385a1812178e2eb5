#include "imports/lower/functions.h"

#include <cmath>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "imports/operators/rules.h"

namespace qfx::imports {
namespace {

using graph::FunctionName;

const std::map<std::string_view, FunctionName>& plain_functions() {
  static const std::map<std::string_view, FunctionName> kPlain{
      {"Sigmoid", FunctionName::Sigmoid},
      {"Tanh", FunctionName::Tanh},
      {"HardSwish", FunctionName::HardSwish},
      {"Softplus", FunctionName::Softplus},
      {"Exp", FunctionName::Exp},
      {"Mish", FunctionName::Mish},
      {"Softsign", FunctionName::Softsign},
      {"LogSigmoid", FunctionName::LogSigmoid},
      {"Erf", FunctionName::Erf},
      {"Sin", FunctionName::Sin},
      {"Cos", FunctionName::Cos},
      {"Atan", FunctionName::Atan},
      {"Sqrt", FunctionName::Sqrt},
      {"Rsqrt", FunctionName::Rsqrt},
      {"Reciprocal", FunctionName::Reciprocal},
      {"Log", FunctionName::Log},
      {"Sign", FunctionName::Sign},
      {"Floor", FunctionName::Floor},
      {"Ceil", FunctionName::Ceil},
      {"Round", FunctionName::Round}};
  return kPlain;
}

// Files have constants in single precision: what is nearly the usual one is meant to be it.
double settled(double given, std::optional<double> usual) {
  if (!std::isfinite(given)) fault("one of its constants is {}", given);
  const bool is_usual = usual && std::abs(given - *usual) <= 1e-6 * std::abs(*usual);
  return is_usual ? *usual : given;
}

}  // namespace

std::optional<graph::Function> function_of(const Call& call) {
  const std::string& op = call.node.op;
  if (const auto found = plain_functions().find(op); found != plain_functions().end())
    return graph::Function(found->second);
  const auto with = [&](FunctionName name, double alpha, double beta = 0) {
    const std::optional<double> usual_beta = graph::usual_beta(name);
    return graph::Function(name, settled(alpha, graph::usual_alpha(name)),
                           settled(beta, usual_beta));
  };
  const auto number = [&](const char* name, double usual) { return call.real(name, usual); };
  if (op == "HardSigmoid")
    return with(FunctionName::HardSigmoid, number("alpha", 0.2F), number("beta", 0.5));
  if (op == "Swish") return with(FunctionName::Silu, number("alpha", 1));
  if (op == "Elu") return with(FunctionName::Elu, number("alpha", 1));
  if (op == "Celu") return with(FunctionName::Celu, number("alpha", 1));
  if (op == "Selu")
    return with(FunctionName::Selu, number("alpha", 1.67326319217681884765625),
                number("gamma", 1.05070102214813232421875));
  if (op == "ThresholdedRelu") return with(FunctionName::ThresholdedRelu, number("alpha", 1));
  if (op == "Shrink") return with(FunctionName::Shrink, number("lambd", 0.5), number("bias", 0));
  if (op == "Points") {
    const auto& [xs, ys] = corners_of(call);
    std::vector<graph::Point> points;
    for (std::size_t i = 0; i < xs.size(); ++i) points.push_back({xs[i], ys[i]});
    return graph::Function(std::move(points));
  }
  if (op == "Gelu") {
    const bool by_tanh = call.text("approximate", "none") == "tanh";
    return graph::Function(by_tanh ? FunctionName::GeluTanh : FunctionName::Gelu);
  }
  return std::nullopt;
}

}  // namespace qfx::imports
