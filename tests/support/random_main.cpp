#include <gtest/gtest.h>

#include "support/random_run.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  qfx::test::read_random_arguments(argc, argv);
  return RUN_ALL_TESTS();
}
