// Runs the golden vectors of tb/data through small_network and compares every value.
//   test_bench [FOLDER WITH THE GOLDEN FILES]
#include "qfx/test_bench.h"

#include "network.h"

CCS_MAIN(int argc, char** argv) {
  CCS_RETURN(qfx::run_test_bench<small_network_net::network>(argc > 1 ? argv[1] : "tb/data"));
}
