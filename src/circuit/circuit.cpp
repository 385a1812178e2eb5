#include "qfx/circuit/circuit.h"
