// The networks of the zoo; each builds itself for an input and a number of classes.
#pragma once

#include <cstdint>
#include <vector>

#include "qfx/graph/builder.h"

namespace qfx::frontends {

// Appends the network after the builder's input node, down to `classes` outputs.
using ZooNetwork = void (*)(graph::Builder& builder, graph::NodeId input, std::int64_t classes);

// The zoo's mlp with hidden layers of these sizes. Raises UserError.
graph::Model mlp(const graph::Shape& input, const graph::Preprocess& preprocess,
                 const std::vector<std::int64_t>& hidden, std::int64_t classes, std::uint64_t seed);

void build_mlp(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_lenet(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_lenet_bn(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_tiny_resnet(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_resnet8(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_resnet20(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_fracbnn(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_fracbnn_published(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_fracbnn_imagenet(graph::Builder& builder, graph::NodeId input, std::int64_t classes);
void build_mobilenet_small(graph::Builder& builder, graph::NodeId input, std::int64_t classes);

}  // namespace qfx::frontends
