// A program that runs a network on raw inputs: what `qfx verify` drives. For simulation only.
//
//   replay INPUTS OUTPUTS FIRST COUNT [TRACE]
//
// INPUTS holds samples of 32-bit integers, raw values in C, H, W order. Samples FIRST to FIRST +
// COUNT - 1 are run; OUTPUTS receives their results in the same form, of several outputs one
// behind the other, TRACE every layer's values
// (trace.h), which takes a build with -DQFX_TRACE_FILE. Exit code 0, or 2 with a reason.
#ifndef QFX_REPLAY_H_
#define QFX_REPLAY_H_

#include <stdio.h>
#include <stdlib.h>
#include <string>
#include <vector>

#include "qfx/host.h"
#include "qfx/trace.h"

namespace qfx {

inline int replay_error(const std::string& what) {
  fprintf(stderr, "replay: %s\n", what.c_str());
  return 2;
}

// NETWORK is the class that tb/network.h describes.
template <class NETWORK>
int replay_samples(FILE* inputs, FILE* outputs, long first, long count) {
  std::vector<int32_t> in(elements_of<typename NETWORK::input>());
  std::vector<int32_t> out(static_cast<size_t>(NETWORK::output_size));
  const long bytes = static_cast<long>(in.size() * sizeof(int32_t));
  if (fseek(inputs, first * bytes, SEEK_SET) != 0) return replay_error("cannot seek in the inputs");
  for (long i = 0; i < count; ++i) {
    if (fread(in.data(), sizeof(int32_t), in.size(), inputs) != in.size())
      return replay_error("the inputs end before sample " + std::to_string(first + i));
    if (!run_sample<NETWORK>(in.data(), out.data()))
      return replay_error("TLAST is not on the last beat alone, sample " +
                          std::to_string(first + i));
    if (fwrite(out.data(), sizeof(int32_t), out.size(), outputs) != out.size())
      return replay_error("cannot write the outputs");
  }
  return 0;
}

template <class NETWORK>
int replay(int argc, char** argv) {
  if (argc != 5 && argc != 6) return replay_error("usage: INPUTS OUTPUTS FIRST COUNT [TRACE]");
  FILE* inputs = fopen(argv[1], "rb");
  if (inputs == 0) return replay_error(std::string("cannot read ") + argv[1]);
  FILE* outputs = fopen(argv[2], "wb");
  if (outputs == 0) return replay_error(std::string("cannot write ") + argv[2]);
  if (argc == 6) {
#ifdef QFX_TRACE_FILE
    trace_file() = fopen(argv[5], "wb");
    if (trace_file() == 0) return replay_error(std::string("cannot write ") + argv[5]);
#else
    return replay_error("a trace takes a build with -DQFX_TRACE_FILE");
#endif
  }
  int code = replay_samples<NETWORK>(inputs, outputs, atol(argv[3]), atol(argv[4]));
#ifdef QFX_TRACE_FILE
  if (trace_file() != 0 && fclose(trace_file()) != 0) code = replay_error("cannot write the trace");
  trace_file() = 0;
#endif
  if (fclose(outputs) != 0) code = replay_error("cannot write the outputs");
  fclose(inputs);
  return code;
}

}  // namespace qfx

#endif  // QFX_REPLAY_H_
