// The fast attention. What makes it fast:
//   - for each head the keys and values are packed once into panels, and everything that multiplies (scores, outputs,
//     the five products of the backward pass) runs on the register tiles of matmul;
//   - the scores of a few queries at a time live in scratch memory of the size of a cache, and are used there: the
//     (T,T) matrix is never stored, and the softmax needs no second reading;
//   - with the causal mask, keys in the future are never multiplied, but for the rest of a tile;
//   - each thread takes whole heads (forward also parts of the queries), and waits for nobody.
//
// Measured on two cores with AVX-512, causal, counting only the visible half: 64 keys of 32 numbers 103 GFLOP/s forward
// and 124 backward, 128 keys 141 and 170. What is missing to the pace of matmul goes into exp, and into the tiles on
// the diagonal that are half invisible: the shorter the context, the more of it they are.
//
// A tile multiplies what its queries may not see with 0, and 0 * NaN is NaN: where the numbers of a head are not all
// finite, the queries go one by one, and the future stays untouched.
//
// Every number is the work of one task and a fixed order: the bits do not depend on the number of threads.
#include "kernels/attention/parts.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/variants.h"

namespace dikkat::cpu {
namespace {

using namespace attention;

// How many queries the backward pass holds at a time: dk and dv are added to once for so many.
constexpr int64_t block_rows = 64;

int64_t visible_keys(bool causal, int64_t query, int64_t queries, int64_t keys) {
  return causal ? query + 1 + keys - queries : keys;
}

// Turns a row of scores into exp(score * scale - largest); returns what they sum up to. Zeros from `visible` to `end`.
float softmax_scores(float* row, int64_t chunk_size, int64_t visible, int64_t end, float scale, float& largest) {
  Lanes most = splat(-__builtin_inff());
  for (int64_t key = 0; key < visible; key += tile::depth) {
    const Span span = span_of(row, chunk_size, key, visible);
    for (int64_t i = 0; i < span.count; i += lanes) {
      const int64_t count = up_to_lanes(span.count - i);
      const Lanes score = load(span.start + i) * splat(scale);
      most = larger(count == lanes ? score : select(first_lanes(count), score, most), most);
    }
  }
  largest = simd::max(most);
  Lanes total = {};
  for (int64_t key = 0; key < end; key += tile::depth) {  // up to the end of the tile, with zeros for the invisible
    const Span span = span_of(row, chunk_size, key, end);
    for (int64_t i = 0; i < span.count; i += lanes) {
      const int64_t seen = visible - key - i;
      Lanes p = {};
      if (seen > 0) p = simd::exp(load(span.start + i) * splat(scale) - splat(largest));
      if (seen < lanes) p = select(first_lanes(seen < 0 ? 0 : seen), p, Lanes{});
      total += p;
      store(span.start + i, p);
    }
  }
  return simd::sum(total);
}

struct Forward {
  const AttentionArgs& args;
  float *k_panels, *v_panels, *strips, *scores;

  static int64_t scratch_size(const AttentionArgs& args) {
    return panels_size(args.head_size, args.keys) + panels_size(args.keys, args.head_size) +
           strips_size(args.head_size) + scores_size(tile::max_rows, args.keys);
  }
  Forward(const AttentionArgs& args, float* scratch) : args(args) {
    k_panels = scratch;
    v_panels = k_panels + panels_size(args.head_size, args.keys);
    strips = v_panels + panels_size(args.keys, args.head_size);
    scores = strips + strips_size(args.head_size);
  }

  // Queries [first, last) of one head.
  void run(int64_t batch, int64_t head, int64_t first, int64_t last) {
    const int64_t size = args.head_size, keys = args.keys, chunk_size = tile::max_rows * tile::row_step;
    const int64_t needed = visible_keys(args.causal, last - 1, args.queries, keys);
    const float* v = head_of(args.v, args.v_steps, batch, head);
    pack_panels({head_of(args.k, args.k_steps, batch, head), 1, args.k_steps.time}, size, needed, k_panels);
    pack_panels({v, args.v_steps.time, 1}, needed, size, v_panels);
    const int64_t height = !args.causal || all_finite(v, args.v_steps.time, keys, size) ? tile::max_rows : 1;
    const int64_t count = last - first, strip_count = pieces(count, height);
    for (int64_t s = 0; s < strip_count; ++s) {
      const int64_t query = first + begin_of(s, count, strip_count);
      const int64_t rows = first + begin_of(s + 1, count, strip_count) - query;
      const int64_t visible = visible_keys(args.causal, query + rows - 1, args.queries, keys);
      const float* q = head_of(args.q, args.q_steps, batch, head) + query * args.q_steps.time;
      float* out = head_of(args.out, args.out_steps, batch, head) + query * args.out_steps.time;
      pack_strips(q, args.q_steps.time, rows, size, strips);
      multiply_scores(strips, k_panels, rows, size, needed, visible, scores, chunk_size);
      float sums[2 * lanes] = {}, largest[2 * lanes] = {};  // one for each of at most 14 (or 6) rows
      float* log_sum_exp = args.log_sum_exp + (batch * args.heads + head) * args.queries + query;
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t seen = visible_keys(args.causal, query + i, args.queries, keys);
        sums[i] = softmax_scores(scores + i * tile::row_step, chunk_size, seen, visible, args.scale, largest[i]);
      }
      for (int64_t i = 0; i < rows; i += lanes) {
        store_up_to(log_sum_exp + i, load(largest + i) + simd::log(load(sums + i)), up_to_lanes(rows - i));
      }
      multiply_values(scores, chunk_size, v_panels, rows, size, needed, visible, out, args.out_steps.time, false);
      for (int64_t i = 0; i < rows; ++i) {
        float* row = out + i * args.out_steps.time;
        const Lanes factor = splat(1 / sums[i]);
        for (int64_t d = 0; d < size; d += lanes) {
          const int64_t n = up_to_lanes(size - d);
          store_up_to(row + d, load_up_to(row + d, n) * factor, n);
        }
      }
    }
  }
};

// p = exp(score * scale - log_sum_exp) and ds = p (dp - mean_dp) scale in the places of score and dp; zeros from
// `visible` to `end`.
void softmax_scores_backward(float* scores, float* dp, int64_t chunk_size, int64_t visible, int64_t end, float scale,
                             float log_sum_exp, float mean_dp) {
  for (int64_t key = 0; key < end; key += tile::depth) {
    const Span p_span = span_of(scores, chunk_size, key, end), dp_span = span_of(dp, chunk_size, key, end);
    for (int64_t i = 0; i < p_span.count; i += lanes) {
      const int64_t seen = visible - key - i;
      Lanes p = {}, ds = {};
      if (seen > 0) {
        p = simd::exp(load(p_span.start + i) * splat(scale) - splat(log_sum_exp));
        ds = p * (load(dp_span.start + i) - splat(mean_dp)) * splat(scale);
      }
      if (seen < lanes) {
        const IntLanes see = first_lanes(seen < 0 ? 0 : seen);
        p = select(see, p, Lanes{}), ds = select(see, ds, Lanes{});
      }
      store(p_span.start + i, p);
      store(dp_span.start + i, ds);
    }
  }
}

float dot(const float* a, const float* b, int64_t size) {
  Lanes sum = {};
  for (int64_t i = 0; i < size; i += lanes) {
    const int64_t count = up_to_lanes(size - i);
    sum = multiply_add(load_up_to(a + i, count), load_up_to(b + i, count), sum);
  }
  return simd::sum(sum);
}

// target (visible keys, n) += scores^T (visible keys, rows) times panels (rows, n).
void add_transposed(const float* scores, int64_t chunk_size, const float* panels, int64_t rows, int64_t n,
                    int64_t visible, float* target, int64_t step) {
  for (int64_t first = 0; first < visible; first += tile::depth) {
    const int64_t count = smaller(tile::depth, visible - first), strips = pieces(count, tile::max_rows);
    for (int64_t s = 0; s < strips; ++s) {
      const int64_t key = begin_of(s, count, strips), height = begin_of(s + 1, count, strips) - key;
      const float* strip = scores + first / tile::depth * chunk_size + key;
      for (int64_t j = 0; j < n; j += tile::columns) {
        tile::multiply(height, smaller(tile::columns, n - j), rows, strip, tile::row_step, panels + j * rows,
                       {target + (first + key) * step + j, step, 1, nullptr, true});
      }
    }
  }
}

struct Backward {
  const AttentionBackwardArgs& args;
  float *k_panels, *v_panels, *k_rows, *q_rows, *dout_rows, *strips, *scores, *dp;

  static int64_t scratch_size(const AttentionBackwardArgs& args) {
    return 2 * panels_size(args.head_size, args.keys) + panels_size(args.keys, args.head_size) +
           2 * panels_size(block_rows, args.head_size) + strips_size(args.head_size) +
           2 * scores_size(block_rows, args.keys);
  }
  Backward(const AttentionBackwardArgs& args, float* scratch) : args(args) {
    k_panels = scratch;
    v_panels = k_panels + panels_size(args.head_size, args.keys);
    k_rows = v_panels + panels_size(args.head_size, args.keys);
    q_rows = k_rows + panels_size(args.keys, args.head_size);
    dout_rows = q_rows + panels_size(block_rows, args.head_size);
    strips = dout_rows + panels_size(block_rows, args.head_size);
    scores = strips + strips_size(args.head_size);
    dp = scores + scores_size(block_rows, args.keys);
  }

  // One head.
  void run(int64_t batch, int64_t head) {
    const int64_t size = args.head_size, keys = args.keys, queries = args.queries;
    const float* k = head_of(args.k, args.k_steps, batch, head);
    const float* v = head_of(args.v, args.v_steps, batch, head);
    pack_panels({k, 1, args.k_steps.time}, size, keys, k_panels);
    pack_panels({v, 1, args.v_steps.time}, size, keys, v_panels);
    if (args.dq) pack_panels({k, args.k_steps.time, 1}, keys, size, k_rows);
    const bool finite =
        all_finite(k, args.k_steps.time, keys, size) &&
        all_finite(head_of(args.q, args.q_steps, batch, head), args.q_steps.time, queries, size) &&
        all_finite(head_of(args.dout, args.dout_steps, batch, head), args.dout_steps.time, queries, size);
    const int64_t height = !args.causal || finite ? block_rows : 1;
    for (int64_t first = 0; first < queries; first += height) {
      run_block(batch, head, first, smaller(height, queries - first));
    }
  }

  void run_block(int64_t batch, int64_t head, int64_t first, int64_t count) {
    const int64_t size = args.head_size, keys = args.keys, chunk_size = block_rows * tile::row_step;
    const int64_t visible = visible_keys(args.causal, first + count - 1, args.queries, keys);
    const float* q = head_of(args.q, args.q_steps, batch, head);
    const float* out = head_of(args.out, args.out_steps, batch, head);
    const float* dout = head_of(args.dout, args.dout_steps, batch, head);
    float* dq = head_of(args.dq, args.dq_steps, batch, head);
    float* dk = head_of(args.dk, args.dk_steps, batch, head);
    float* dv = head_of(args.dv, args.dv_steps, batch, head);
    const float* log_sum_exp = args.log_sum_exp + (batch * args.heads + head) * args.queries;

    const int64_t strip_count = pieces(count, tile::max_rows);
    for (int64_t s = 0; s < strip_count; ++s) {
      const int64_t begin = begin_of(s, count, strip_count), rows = begin_of(s + 1, count, strip_count) - begin;
      const int64_t query = first + begin;
      const int64_t needed = visible_keys(args.causal, query + rows - 1, args.queries, keys);
      float *p_rows = scores + begin * tile::row_step, *ds_rows = dp + begin * tile::row_step;
      pack_strips(q + query * args.q_steps.time, args.q_steps.time, rows, size, strips);
      multiply_scores(strips, k_panels, rows, size, keys, needed, p_rows, chunk_size);
      pack_strips(dout + query * args.dout_steps.time, args.dout_steps.time, rows, size, strips);
      multiply_scores(strips, v_panels, rows, size, keys, needed, ds_rows, chunk_size);
      for (int64_t i = 0; i < rows; ++i) {
        const float mean_dp =
            dot(dout + (query + i) * args.dout_steps.time, out + (query + i) * args.out_steps.time, size);
        softmax_scores_backward(p_rows + i * tile::row_step, ds_rows + i * tile::row_step, chunk_size,
                                visible_keys(args.causal, query + i, args.queries, keys), visible, args.scale,
                                log_sum_exp[query + i], mean_dp);
      }
      if (dq) {
        multiply_values(ds_rows, chunk_size, k_rows, rows, size, keys, needed, dq + query * args.dq_steps.time,
                        args.dq_steps.time, true);
      }
    }
    if (dv) {
      pack_panels({dout + first * args.dout_steps.time, args.dout_steps.time, 1}, count, size, dout_rows);
      add_transposed(scores, chunk_size, dout_rows, count, size, visible, dv, args.dv_steps.time);
    }
    if (dk) {
      pack_panels({q + first * args.q_steps.time, args.q_steps.time, 1}, count, size, q_rows);
      add_transposed(dp, chunk_size, q_rows, count, size, visible, dk, args.dk_steps.time);
    }
  }
};

// Heads that share keys and values (a step of 0) also share their gradients: then one thread does all.
bool shares(const float* gradient, const HeadSteps& steps, int64_t batch, int64_t heads) {
  return gradient && ((steps.head == 0 && heads > 1) || (steps.batch == 0 && batch > 1));
}

// task(scratch, number) for every task, each worker with scratch memory of its own.
template <class Task>
void deal(int64_t tasks, int64_t workers, int64_t scratch_floats, const Task& task) {
  const Buffer scratch(workers * scratch_floats * static_cast<int64_t>(sizeof(float)), Category::workspace);
  parallel_for(workers, [&](int64_t worker) {
    float* own = static_cast<float*>(scratch.address()) + worker * scratch_floats;
    for (int64_t i = begin_of(worker, tasks, workers); i < begin_of(worker + 1, tasks, workers); ++i) task(own, i);
  });
}

// Below a million multiplications (about ten microseconds) one thread is as fast as two.
template <class Args>
int64_t worker_count(const Args& args) {
  return 1.0 * args.batch * args.heads * args.queries * args.keys * args.head_size < 1e6 ? 1 : threads();
}

}  // namespace

void attention(const AttentionArgs& args) {
  const int64_t heads = args.batch * args.heads;
  if (heads == 0 || args.queries == 0) return;
  const int64_t workers = worker_count(args);
  int64_t parts = 1;  // of the queries, where there are few heads
  while (heads * parts < 2 * workers && args.queries >= parts * 4 * tile::max_rows) parts *= 2;
  deal(heads * parts, workers, Forward::scratch_size(args), [&](float* scratch, int64_t task) {
    const int64_t part = task % parts, head = task / parts;
    Forward(args, scratch)
        .run(head / args.heads, head % args.heads, begin_of(part, args.queries, parts),
             begin_of(part + 1, args.queries, parts));
  });
}

void attention_backward(const AttentionBackwardArgs& args) {
  const int64_t heads = args.batch * args.heads;
  if (heads == 0 || args.queries == 0) return;
  const bool shared = shares(args.dq, args.dq_steps, args.batch, args.heads) ||
                      shares(args.dk, args.dk_steps, args.batch, args.heads) ||
                      shares(args.dv, args.dv_steps, args.batch, args.heads);
  deal(heads, shared ? 1 : worker_count(args), Backward::scratch_size(args),
       [&](float* scratch, int64_t head) { Backward(args, scratch).run(head / args.heads, head % args.heads); });
}

}  // namespace dikkat::cpu
