// What the fast attention does with one row of scores, those of one query: which keys it may see, the mask, the softmax
// and its way back.
#pragma once

#include "kernels/attention/parts.h"
#include "kernels/elementwise/strided.h"

namespace dikkat::attention {

// The keys that causality and the window leave to a query.
template <class Args>
static inline Range visible_keys(const Args& args, int64_t query) {
  const int64_t end = args.causal ? query + 1 + args.keys - args.queries : args.keys;
  return {args.window > 0 && end > args.window ? end - args.window : 0, end};
}

// The tiles that hold these keys of several queries, one after the other: from the first key of a panel.
static inline Range tiles_of(Range first, Range last) {
  return {first.begin / tile::columns * tile::columns, last.end};
}

// The mask of one query, from key 0 on; an empty one hides nothing.
struct MaskRow {
  const float* start = nullptr;
  int64_t step = 0;
  bool hides(int64_t key) const { return start && start[key * step] == -__builtin_inff(); }
};
template <class Args>
static inline MaskRow mask_of(const Args& args, int64_t batch, int64_t head, int64_t query) {
  if (!args.mask) return {};
  const MaskSteps& steps = args.mask_steps;
  return {args.mask + batch * steps.batch + head * steps.head + query * steps.query, steps.key};
}

// The part of a row of scores that lies in the chunk of `key`, up to `end`: where, and how many numbers.
struct Span {
  float* start;
  int64_t count;
};
static inline Span span_of(float* row, int64_t chunk_size, int64_t key, int64_t end) {
  return {row + key / keys_per_chunk * chunk_size + key % keys_per_chunk, smaller(chunk_end(key), end) - key};
}

// How a vector whose first lane is key `key` lies to the keys that are seen.
static inline bool all_seen(Range seen, int64_t key) {
  return seen.begin <= key && key + lanes <= seen.end;
}
static inline IntLanes seen_lanes(Range seen, int64_t key) {
  const IntLanes before_end = first_lanes(seen.end - key);
  return seen.begin <= key ? before_end : before_end & ~first_lanes(seen.begin - key);
}

// Scores become score * scale + mask, -inf for a hidden key. False if no key is left that may be seen.
static inline bool add_mask(float* row, int64_t chunk_size, Range seen, float scale, MaskRow mask) {
  const Lanes hidden = splat(-__builtin_inff());
  Lanes left = {};
  for (int64_t key = seen.begin; key < seen.end; key = chunk_end(key)) {
    const Span span = span_of(row, chunk_size, key, seen.end);
    for (int64_t i = 0; i < span.count; i += lanes) {
      const int64_t count = up_to_lanes(span.count - i);
      const Lanes more = strided::load(mask.start + (key + i) * mask.step, mask.step, count);
      const Lanes score = multiply_add(load_some(span.start + i, count), splat(scale), more);
      const IntLanes hides = more == hidden;
      store_some(span.start + i, select(hides, hidden, score), count);
      left += select(~hides & first_lanes(count), splat(1), Lanes{});
    }
  }
  return simd::sum(left) > 0;
}

// Zeros for the keys of the tiles that lie behind those that are seen, from the next whole vector on.
static inline void clear_behind(float* row, int64_t chunk_size, Range seen, Range tiles) {
  const int64_t behind = (seen.end + lanes - 1) / lanes * lanes;
  for (int64_t key = behind > tiles.begin ? behind : tiles.begin; key < tiles.end; key = chunk_end(key)) {
    const Span span = span_of(row, chunk_size, key, tiles.end);
    for (int64_t i = 0; i < span.count; i += lanes) store(span.start + i, Lanes{});
  }
}

// Turns a row of scores into exp(score * scale - largest); returns what they sum up to. Zeros for the other keys of the
// tiles.
static inline float softmax_scores(float* row, int64_t chunk_size, Range seen, Range tiles, float scale,
                                   float& largest) {
  Lanes most = splat(-__builtin_inff());
  for (int64_t key = tiles.begin; key < seen.end; key = chunk_end(key)) {
    const Span span = span_of(row, chunk_size, key, seen.end);
    for (int64_t i = 0; i < span.count; i += lanes) {
      const Lanes score = load(span.start + i) * splat(scale);
      most = larger(all_seen(seen, key + i) ? score : select(seen_lanes(seen, key + i), score, most), most);
    }
  }
  largest = simd::max(most);
  Lanes total = {};
  for (int64_t key = tiles.begin; key < seen.end; key = chunk_end(key)) {
    const Span span = span_of(row, chunk_size, key, seen.end);
    for (int64_t i = 0; i < span.count; i += lanes) {
      Lanes p = simd::exp(load(span.start + i) * splat(scale) - splat(largest));
      if (!all_seen(seen, key + i)) p = select(seen_lanes(seen, key + i), p, Lanes{});
      total += p;
      store(span.start + i, p);
    }
  }
  clear_behind(row, chunk_size, seen, tiles);
  return simd::sum(total);
}

// p = exp(score * score_scale - log_sum_exp) and ds = p (dp - mean_dp) scale in the places of score and dp; zeros for
// the other keys of the tiles.
static inline void softmax_scores_backward(float* scores, float* dp, int64_t chunk_size, Range seen, Range tiles,
                                           float score_scale, float log_sum_exp, float mean_dp, float scale) {
  for (int64_t key = tiles.begin; key < seen.end; key = chunk_end(key)) {
    const Span p_span = span_of(scores, chunk_size, key, seen.end), dp_span = span_of(dp, chunk_size, key, seen.end);
    for (int64_t i = 0; i < p_span.count; i += lanes) {
      Lanes p = simd::exp(load(p_span.start + i) * splat(score_scale) - splat(log_sum_exp));
      Lanes ds = p * (load(dp_span.start + i) - splat(mean_dp)) * splat(scale);
      if (!all_seen(seen, key + i)) {
        const IntLanes see = seen_lanes(seen, key + i);
        p = select(see, p, Lanes{}), ds = select(see, ds, Lanes{});
      }
      store(p_span.start + i, p);
      store(dp_span.start + i, ds);
    }
  }
  clear_behind(scores, chunk_size, seen, tiles);
  clear_behind(dp, chunk_size, seen, tiles);
}

// Zeros in the places of hidden keys: whatever k and v hold there, it touches nothing.
static inline void clear_hidden(float* p, float* ds, int64_t chunk_size, Range seen, MaskRow mask) {
  for (int64_t key = seen.begin; key < seen.end; key = chunk_end(key)) {
    const Span p_span = span_of(p, chunk_size, key, seen.end), ds_span = span_of(ds, chunk_size, key, seen.end);
    for (int64_t i = 0; i < p_span.count; i += lanes) {
      const int64_t count = up_to_lanes(p_span.count - i);
      const Lanes more = strided::load(mask.start + (key + i) * mask.step, mask.step, count);
      const IntLanes hides = more == splat(-__builtin_inff());
      store_some(p_span.start + i, select(hides, Lanes{}, load_some(p_span.start + i, count)), count);
      store_some(ds_span.start + i, select(hides, Lanes{}, load_some(ds_span.start + i, count)), count);
    }
  }
}

// The probabilities p sum up to 1, but for the rounding of log_sum_exp. Where it is large that counts (near -1e9 it is
// a multiple of 64), and their sum is taken again.
static inline void normalise(float* p, float* ds, int64_t chunk_size, Range tiles, float log_sum_exp) {
  const float size = log_sum_exp < 0 ? -log_sum_exp : log_sum_exp;
  if (!(size > 64 && size < __builtin_inff())) return;
  Lanes total = {};
  for (int64_t key = tiles.begin; key < tiles.end; key = chunk_end(key)) {
    const Span span = span_of(p, chunk_size, key, tiles.end);
    for (int64_t i = 0; i < span.count; i += lanes) total += load_some(span.start + i, up_to_lanes(span.count - i));
  }
  const Lanes factor = splat(1 / simd::sum(total));
  for (int64_t key = tiles.begin; key < tiles.end; key = chunk_end(key)) {
    const Span p_span = span_of(p, chunk_size, key, tiles.end), ds_span = span_of(ds, chunk_size, key, tiles.end);
    for (int64_t i = 0; i < p_span.count; i += lanes) {
      store(p_span.start + i, load(p_span.start + i) * factor);
      store(ds_span.start + i, load(ds_span.start + i) * factor);
    }
  }
}

static inline float dot(const float* a, const float* b, int64_t size) {
  Lanes sum = {};
  for (int64_t i = 0; i < size; i += lanes) {
    const int64_t count = up_to_lanes(size - i);
    sum = multiply_add(load_up_to(a + i, count), load_up_to(b + i, count), sum);
  }
  return simd::sum(sum);
}

// target += factor * source
static inline void add_times(float* target, float factor, const float* source, int64_t size) {
  for (int64_t i = 0; i < size; i += lanes) {
    const int64_t count = up_to_lanes(size - i);
    store_up_to(target + i, multiply_add(splat(factor), load_up_to(source + i, count), load_up_to(target + i, count)),
                count);
  }
}

// target *= factor
static inline void multiply_row(float* target, float factor, int64_t size) {
  for (int64_t i = 0; i < size; i += lanes) {
    const int64_t count = up_to_lanes(size - i);
    store_up_to(target + i, load_up_to(target + i, count) * splat(factor), count);
  }
}

static inline void clear_row(float* target, int64_t size) {
  for (int64_t i = 0; i < size; i += lanes) store_up_to(target + i, Lanes{}, up_to_lanes(size - i));
}

}  // namespace dikkat::attention
