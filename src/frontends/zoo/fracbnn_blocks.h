// What the FracBNN networks (Zhang et al., FPGA'21, arXiv 2012.12206) share. Nodes have the names
// of the published sources, cornell-zhang/FracBNN, so that parameters are found by name
// (frontends/state_dict.h); what comes after a rprelu is named NAME.shift_y.
#pragma once

#include <cstdint>
#include <string>

#include "qfx/graph/builder.h"

namespace qfx::frontends {

// A byte becomes 32 channels of -1 and +1, one for each 8 of its brightness: "encoder".
graph::NodeId encode_bytes(graph::Builder& builder, graph::NodeId input);

// Binary weights, padding that keeps the size at stride 1.
graph::Conv2d binary_conv(std::int64_t out_channels, std::int64_t size, std::int64_t stride = 1);
graph::FractionalConv2d fractional_conv(std::int64_t out_channels, std::int64_t size,
                                        std::int64_t stride = 1);

// An offset, a PReLU and an offset, each per channel: name.shift_x, name.prelu, name.shift_y.
graph::NodeId rprelu(graph::Builder& builder, graph::NodeId x, const std::string& name);

// A scale and an offset per channel, learned as they are.
graph::NodeId channel_affine(graph::Builder& builder, graph::NodeId x, const std::string& name);

// A number that the network is defined by: no file of parameters has it.
graph::NodeId times(graph::Builder& builder, graph::NodeId x, float factor,
                    const std::string& name);

// Mean of 2x2, twice behind itself on the channels: name.pool, name.
graph::NodeId halve_and_double(graph::Builder& builder, graph::NodeId x, const std::string& name,
                               const graph::AvgPool2d& pool = {});

}  // namespace qfx::frontends
