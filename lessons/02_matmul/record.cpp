// The figures of lesson 02 for --json.
#include "lessons/02_matmul/rungs.h"
#include "lessons/02_matmul/show.h"

namespace dikkat {

namespace {

Json json_of(const Machine& machine) {
  Json all = Json::object();
  all.set("lanes", tile().lanes);
  all.set("caches_known", machine.caches.is_known);
  all.set("first_cache_bytes", machine.caches.first);
  all.set("second_cache_bytes", machine.caches.second);
  all.set("third_cache_bytes", machine.caches.third);
  all.set("cache_line_bytes", machine.caches.line);
  all.set("peak_one_thread_gflops", machine.peak_one);
  all.set("peak_all_threads_gflops", machine.peak_all);
  all.set("first_cache_gbps", machine.first_cache);
  all.set("second_cache_gbps", machine.second_cache);
  all.set("large_bytes", int64_t{4} * machine.large.numel());
  all.set("large_one_thread_gbps", machine.large_one);
  all.set("large_all_threads_gbps", machine.large_all);
  all.set("block", machine.block);
  all.set("depth", machine.depth);
  return all;
}

Json json_of(const Rung& rung, double tolerance) {
  Json all = Json::object();
  all.set("name", rung.name);
  all.set("number", rung.sign);
  all.set("all_threads", rung.uses == Uses::all_threads);
  all.set("factors", name_of(rung.precision));
  all.set("seconds", rung.seconds);
  all.set("gflops", rung.gflops);
  all.set("times_first", rung.times);
  all.set("share_of_peak", rung.share);
  all.set("largest_difference", rung.difference);
  all.set("tolerance", tolerance);
  all.set("relative_error", rung.error);
  if (rung.intensity > 0) all.set("flops_per_byte", rung.intensity);
  return all;
}

Json json_of(const FewRows& one) {
  Json all = Json::object();
  all.set("rows", one.rows);
  all.set("seconds", one.seconds);
  all.set("gflops", one.gflops);
  all.set("share_of_peak", one.share);
  all.set("flops_per_byte", one.intensity);
  all.set("gbps", one.carries);
  return all;
}

}  // namespace

void record_figures(Lesson& lesson, const Machine& machine, const Ladder& ladder, const std::vector<FewRows>& rows) {
  Json rungs = Json::array(), few = Json::array();
  for (const Rung& rung : ladder.rungs()) rungs.append(json_of(rung, ladder.tolerance(rung.precision)));
  for (const FewRows& one : rows) few.append(json_of(one));
  lesson.record("size", ladder.n());
  lesson.record("machine", json_of(machine));
  lesson.record("rungs", rungs);
  lesson.record("few_rows", few);
}

}  // namespace dikkat
