// A network as another tool wrote it: nodes with ONNX's operator names, values by name. Every door
// (the ONNX reader is the first) makes one of these; passes make it plain (passes.h), and lower.h
// makes a graph::Model of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "qfx/base/shape.h"
#include "qfx/fixed/format.h"
#include "qfx/imports/tensor.h"

namespace qfx::imports {

// An attribute of a kind that no operator here takes: a graph, a sparse tensor. Reading it is no
// error, using it is.
struct Opaque {
  std::string what;  // "a graph"
  bool operator==(const Opaque&) const = default;
};

using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                               std::vector<double>, std::vector<std::string>, Tensor, Opaque>;

struct Node {
  std::string name;    // as the file has it; may be empty
  std::string domain;  // "" is ONNX's own
  std::string op;
  std::int64_t opset = 0;            // of its domain
  std::vector<std::string> inputs;   // an empty name: left out
  std::vector<std::string> outputs;  // likewise
  std::map<std::string, Attribute> attributes = {};
  // A quantizer that keeps to its range and does not round, to compare the ends of an import by.
  bool is_smooth = false;
  // The nodes of the file that it stands for (Source::records).
  std::vector<int> origins = {};
};

// A node as the file has it, and what became of it.
struct Record {
  std::string name;
  std::string op;
  std::string output;     // its first
  std::string fate = {};  // empty: what was made of it says so
};

// What a constant's elements are multiples of, where the file has them as integers.
struct Grid {
  Tensor scale;  // broadcasts to the constant
  std::int64_t low = 0, high = 0;  // of the integers
  fixed::Rounding rounding = fixed::Rounding::RND_CONV;
  bool is_bipolar = false;  // -1 and +1 alone
};

struct SourceInput {
  std::string name;
  bool is_integer = false;
  // -1: free. Empty where the file says nothing.
  std::optional<Shape> shape = {};
};

struct Source {
  std::string name = {};
  std::string producer = {};
  std::vector<SourceInput> inputs = {};  // without those that are constants
  std::map<std::string, Tensor> constants = {};
  std::map<std::string, Grid> grids = {};  // of constants of a quantized network
  // Whether the file says how values are quantized: then nothing of it is rounded otherwise.
  bool is_quantized = false;
  std::vector<Node> nodes = {};  // each after those that it reads
  // As the file calls them, and the values that they are now.
  std::vector<std::string> output_names = {};
  std::vector<std::string> outputs = {};
  // Of every value that is no constant, once they are inferred.
  std::map<std::string, Shape> shapes = {};
  std::vector<Record> records = {};       // one a node of the file, in its order
  std::vector<std::string> remarks = {};  // for people: what was cut, set, removed
  std::int64_t new_names = 0;
};

// A name for a new value, which no file has: told from the file's by is_new_name.
std::string new_name(Source& source, const std::string& like);
bool is_new_name(const std::string& name);

// How a message names a node: "node 'conv1' (Conv)", by its output where it has no name.
std::string called(const Node& node);

}  // namespace qfx::imports
