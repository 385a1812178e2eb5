// What the network is for: the loss, its targets, and what weighs on it.
#pragma once

#include "frontends/table_reader.h"

#include "qfx/frontends/recipe.h"

namespace qfx::frontends {

// The keys at the top that read_loss reads.
std::vector<std::string> loss_keys();

// loss, class_weights, label_smoothing and target of the table [data] into the recipe: its task,
// and what its data source's targets are. Before the data are read.
void read_loss(const TableReader& root, const TableReader& data, Recipe& recipe);

// Once the network is there, of loss = "teacher": a task that the network has, which labels may
// measure and nothing is trained by. has_classes: the data has labels.
void settle_teacher(const TableReader& root, bool has_classes, Recipe& recipe);

// Once the network is there: raises UserError where it cannot answer what the loss asks, or has
// another number of outputs than class_weights.
void check_loss(const TableReader& root, const Recipe& recipe);

// What the data have as many of as the network must have outputs: "classes", "target values".
std::string outputs_word(const graph::Task& task);

}  // namespace qfx::frontends
