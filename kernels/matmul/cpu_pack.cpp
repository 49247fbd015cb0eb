// Numbers into and out of sixteen bits. Memory sets the pace: the loops are plain, and the compiler makes vectors of
// them.
#include "kernels/half.h"
#include "kernels/parallel.h"
#include "kernels/pieces.h"
#include "kernels/variants.h"

namespace dikkat::cpu {

void pack(const PackArgs& args) {
  parallel_ranges(args.count, elements_per_piece, [&](int64_t begin, int64_t end) {
    if (args.storage == Storage::f16) {
      for (int64_t i = begin; i < end; ++i) args.to[i] = float_to_half(args.from[i]);
    } else {
      for (int64_t i = begin; i < end; ++i) args.to[i] = float_to_bfloat16(args.from[i]);
    }
  });
}

void unpack(const UnpackArgs& args) {
  parallel_ranges(args.count, elements_per_piece, [&](int64_t begin, int64_t end) {
    if (args.storage == Storage::f16) {
      for (int64_t i = begin; i < end; ++i) args.to[i] = half_to_float(args.from[i]);
    } else {
      for (int64_t i = begin; i < end; ++i) args.to[i] = bfloat16_to_float(args.from[i]);
    }
  });
}

void add_pack(KernelTable& table) {
  table.pack = pack;
  table.unpack = unpack;
}

}  // namespace dikkat::cpu
