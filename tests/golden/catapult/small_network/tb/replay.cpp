// Runs small_network on a file of raw inputs; qfx/replay.h says how.
#include "qfx/replay.h"

#include "network.h"

int main(int argc, char** argv) { return qfx::replay<small_network_net::network>(argc, argv); }
