// Everything fast that goes element by element: whole vectors, spread over the threads. Memory sets the pace of all of
// it but exp, log, tanh, gelu (a polynomial each, simd.h) and random.
// Measured on one AVX-512 core, a million numbers: gelu 0.51 ms, its gradient 0.66 ms, adding a bias 0.28 ms (30 GB/s),
// copy 0.27 ms, transposed copy 0.54 ms; two cores halve the last three. Uniform random numbers take 2.6 ns each (the
// ten rounds of Philox), normal ones 25 ns (logarithm, sine and cosine in double, for the bits of the reference).
#include "kernels/elementwise/binary.h"
#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/strided.h"
#include "kernels/elementwise/unary.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace elementwise;

template <Unary function>
void run(const UnaryArgs& args) {
  const Lanes alpha = splat(args.alpha), beta = splat(args.beta);
  parallel_ranges(args.size, elements_per_piece, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t count = up_to_lanes(end - i);
      store_up_to(args.y + i, value<function>(load_up_to(args.x + i, count), alpha, beta), count);
    }
  });
}

template <Unary function>
void run(const UnaryBackwardArgs& args) {
  const Lanes alpha = splat(args.alpha);
  parallel_ranges(args.size, elements_per_piece, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t count = up_to_lanes(end - i);
      const Lanes f = slope<function>(load_up_to(args.x + i, count), load_up_to(args.y + i, count), alpha);
      store_up_to(args.dx + i, multiply_add(load_up_to(args.dy + i, count), f, load_up_to(args.dx + i, count)), count);
    }
  });
}

template <class Args>
void choose_and_run(const Args& args) {
  switch (args.function) {
    case Unary::affine:
      return run<Unary::affine>(args);
    case Unary::exp:
      return run<Unary::exp>(args);
    case Unary::log:
      return run<Unary::log>(args);
    case Unary::sqrt:
      return run<Unary::sqrt>(args);
    case Unary::tanh:
      return run<Unary::tanh>(args);
    case Unary::relu:
      return run<Unary::relu>(args);
    case Unary::gelu:
      return run<Unary::gelu>(args);
  }
}

template <Binary function>
void run(const BinaryBackwardArgs& args) {
  if (args.da) binary_gradient<function>(args, true);
  if (args.db) binary_gradient<function>(args, false);
}

constexpr double pi = 3.14159265358979323846;

}  // namespace

void unary(const UnaryArgs& args) {
  choose_and_run(args);
}

void unary_backward(const UnaryBackwardArgs& args) {
  choose_and_run(args);
}

void binary(const BinaryArgs& args) {
  switch (args.function) {
    case Binary::add:
      return elementwise::binary<Binary::add>(args);
    case Binary::subtract:
      return elementwise::binary<Binary::subtract>(args);
    case Binary::multiply:
      return elementwise::binary<Binary::multiply>(args);
    case Binary::divide:
      return elementwise::binary<Binary::divide>(args);
  }
}

void binary_backward(const BinaryBackwardArgs& args) {
  switch (args.function) {
    case Binary::add:
      return run<Binary::add>(args);
    case Binary::subtract:
      return run<Binary::subtract>(args);
    case Binary::multiply:
      return run<Binary::multiply>(args);
    case Binary::divide:
      return run<Binary::divide>(args);
  }
}

void copy(const CopyArgs& args) {
  copy_strided(args);
}

void causal_mask(const CausalMaskArgs& args) {
  const int64_t keys = args.keys;
  parallel_ranges(args.batch * args.queries, rows_per_piece(keys), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t wanted = row % args.queries + keys - args.queries + 1;
      const int64_t visible = wanted < 0 ? 0 : wanted;
      for (int64_t i = 0; i < keys; i += lanes) {
        const int64_t count = up_to_lanes(keys - i), seen = visible - i;
        const Lanes x = load_up_to(args.x + row * keys + i, count);
        const IntLanes see = first_lanes(seen < 0 ? 0 : up_to_lanes(seen));
        store_up_to(args.y + row * keys + i, select(see, x, splat(-__builtin_inff())), count);
      }
    }
  });
}

void causal_mask_backward(const CausalMaskBackwardArgs& args) {
  const int64_t keys = args.keys;
  parallel_ranges(args.batch * args.queries, rows_per_piece(keys), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t wanted = row % args.queries + keys - args.queries + 1;
      if (wanted > 0) {
        copy_row(args.dy + row * keys, args.dx + row * keys, 1, 1, wanted < keys ? wanted : keys, true);
      }
    }
  });
}

void fill(const FillArgs& args) {
  parallel_ranges(args.size, 4 * elements_per_piece, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += lanes) store_up_to(args.y + i, splat(args.value), up_to_lanes(end - i));
  });
}

// Four numbers from each call of Philox; in double like the reference, so that the bits are the same.
void random(const RandomArgs& args) {
  const double first = args.first, second = args.second;
  parallel_ranges(args.size, 1024, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += 4) {
      const Philox4 bits = philox(args.stream, static_cast<uint64_t>(i) / 4);
      double number[4];
      for (int j = 0; j < 4; ++j) number[j] = (bits.v[j] >> 8) * (1.0 / 16777216.0);
      if (args.distribution == Distribution::uniform) {
        for (int j = 0; j < 4; ++j) {
          const volatile double product = (second - first) * number[j];  // not to be fused with the addition
          number[j] = first + product;
        }
      } else {
        for (int j = 0; j < 4; j += 2) {
          const double radius = __builtin_sqrt(-2 * __builtin_log(1 - number[j])), angle = 2 * pi * number[j + 1];
          number[j] = first + second * radius * __builtin_cos(angle);
          number[j + 1] = first + second * radius * __builtin_sin(angle);
        }
      }
      for (int64_t j = 0; j < 4 && i + j < end; ++j) args.y[i + j] = static_cast<float>(number[j]);
    }
  });
}

}  // namespace dikkat::cpu
