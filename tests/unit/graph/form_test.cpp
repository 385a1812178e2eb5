#include <gtest/gtest.h>

#include "qfx/graph/op.h"

namespace qfx::graph {
namespace {

TEST(Form, OfAConvolutionIsItsWindow) {
  const Conv2d conv{.out_channels = 8,
                    .kernel = {5, 3},
                    .stride = {2, 1},
                    .padding = {2, 1},
                    .dilation = {1, 2},
                    .groups = 4};
  EXPECT_EQ(form_of(conv), Form(Window{{5, 3}, {2, 1}, {2, 1}, {1, 2}, 4, Reduce::Products}));
}

TEST(Form, APoolTakesEachChannelByItself) {
  const Form max = form_of(MaxPool2d{.kernel = {3, 2}, .stride = {1, 2}, .padding = {1, 0}});
  EXPECT_EQ(max, Form(Window{{3, 2}, {1, 2}, {1, 0}, {1, 1}, 0, Reduce::Max}));
  EXPECT_EQ(std::get<Window>(form_of(AvgPool2d{})).reduce, Reduce::Mean);
  EXPECT_EQ(form_of(GlobalAvgPool2d{}), Form(Plane{Reduce::Mean}));
}

TEST(Form, AMeanCountsWhatItIsToldTo) {
  AvgPool2d mean{.kernel = {3, 2}, .padding = {1, 2, 3, 4}, .overhang = {1, 0}};
  EXPECT_EQ(mean.window().padding, (Sides{1, 2, 4, 4}));
  EXPECT_EQ(mean.window().counted, (Sides{1, 2, 3, 4}));
  mean.count_include_pad = false;
  EXPECT_EQ(mean.window().padding, (Sides{1, 2, 4, 4}));
  EXPECT_EQ(mean.window().counted, Sides());
}

TEST(Form, WhatKeepsItsInputsFormatRenamesOrMoves) {
  for (const Op& op : all_kinds()) {
    const Form form = form_of(op);
    EXPECT_EQ(std::holds_alternative<Rename>(form) || std::holds_alternative<Move>(form),
              keeps_format(op))
        << kind_name(op);
    EXPECT_EQ(std::holds_alternative<Rename>(form), renames(op)) << kind_name(op);
  }
}

}  // namespace
}  // namespace qfx::graph
