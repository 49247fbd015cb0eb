// Flags, the machine, and what the student guesses and reads on the way up the ladder.
#include "lessons/02_matmul/show.h"

#include <algorithm>

#include "lessons/02_matmul/numbers.h"
#include "lessons/02_matmul/rungs.h"

namespace dikkat {

std::vector<Flag> matmul_flags() {
  return {
      {.name = "size",
       .kind = Flag::integer,
       .help = {"matrislerin satır ve sütun sayısı; 1024 ve üstünde ilk basamak uzun sürebilir",
                "rows and columns of the matrices; from 1024 on the first rung may take long"},
       .lowest = 1,
       .highest = 2048},
      {.name = "repeats",
       .kind = Flag::integer,
       .help = {"her basamak en az kaç kez ölçülsün; en hızlısı yazılır",
                "how often each rung is measured at least; the fastest run counts"},
       .lowest = 1,
       .highest = 10'000},
  };
}

int64_t chosen_size(const Lesson& lesson) {
  const int64_t size = lesson.preset == Preset::test ? 128 : lesson.preset == Preset::full ? 1024 : 512;
  return lesson.flags.given("size") ? lesson.flags.integer("size") : size;
}

Timing chosen_timing(const Lesson& lesson) {
  Timing timing;
  if (lesson.preset == Preset::test) timing = {.repeats = 2, .least = 0.005, .most = 0.05};
  if (lesson.flags.given("repeats")) timing.repeats = lesson.flags.integer("repeats"), timing.most = 60;
  return timing;
}

namespace {

// Which of the choices `value` is: the first border that it does not reach, or the last choice.
int choice(double value, const std::vector<double>& borders) {
  return static_cast<int>(std::upper_bound(borders.begin(), borders.end(), value) - borders.begin());
}

std::vector<std::string> labels(const Lesson& lesson, const std::vector<std::string>& keys) {
  std::vector<std::string> words;
  for (const std::string& key : keys) words.push_back(lesson.label(key));
  return words;
}

std::string memory_size(int64_t bytes) {
  constexpr int64_t kib = 1024, mib = kib * kib;
  if (bytes % mib == 0) return std::to_string(bytes / mib) + " MiB";
  return bytes % kib == 0 ? std::to_string(bytes / kib) + " KiB" : std::to_string(bytes) + " B";
}

std::string with_unit(double value, const char* unit) {
  return short_figure(value) + " " + unit;
}

// How many times as fast? The borders lie far from what is usually measured.
void predict_times(Lesson& lesson, const std::string& name, double times) {
  lesson.predict(name, labels(lesson, {"times_less", "times_same", "times_some", "times_many"}),
                 choice(times, {1.0 / 3, 1.5, 4}));
}

// matmul() is not the library's own product then: nobody shall take its speed for the library's.
bool say_if_plain_loops(Lesson& lesson) {
  if (uses_plain_loops(lesson)) lesson.line(lesson.label("plain_loops"));
  return uses_plain_loops(lesson);
}

}  // namespace

// The machine ---------------------------------------------------------------------------------------------------------

void set_size(Lesson& lesson, int64_t n) {
  lesson.set("n", n);
  lesson.set("multiply_adds", n * n * n);
  lesson.set("stride", 4 * n);
}

void set_machine(Lesson& lesson, const Machine& machine) {
  lesson.set("line_numbers", machine.caches.line / 4);
  lesson.set("line", machine.caches.line);
  lesson.set("first_size", memory_size(machine.caches.first));
  lesson.set("first_cache", short_figure(machine.first_cache));
  lesson.set("second_cache", short_figure(machine.second_cache));
  lesson.set("large_one", short_figure(machine.large_one));
  lesson.set("large_size", memory_size(4 * machine.large.numel()));
  lesson.set("large_n", machine.large.size(0));
  lesson.set("peak_one", short_figure(machine.peak_one));
  // Two numbers, eight bytes, for one multiplication and one addition.
  lesson.set("from_large", short_figure(machine.large_one * 2 / 8));
  lesson.set("block", machine.block);
  lesson.set("lanes", tile().lanes);
}

void show_machine(Lesson& lesson, const Machine& machine) {
  const Caches& caches = machine.caches;
  Table table({lesson.label("machine"), lesson.label("value")});
  const auto add = [&](const std::string& label, const std::string& value) { table.add({lesson.label(label), value}); };
  add("threads_used", std::to_string(machine.threads));
  add("lanes", std::to_string(tile().lanes));
  add("first_size", memory_size(caches.first));
  add("second_size", memory_size(caches.second));
  if (caches.third > 0) add("third_size", memory_size(caches.third));
  add("line_size", memory_size(caches.line));
  add("peak_one", with_unit(machine.peak_one, "GFLOP/s"));
  if (machine.threads > 1) add("peak_all", with_unit(machine.peak_all, "GFLOP/s"));
  add("read_first", with_unit(machine.first_cache, "GB/s"));
  add("read_second", with_unit(machine.second_cache, "GB/s"));
  add("read_large", with_unit(machine.large_one, "GB/s"));
  if (machine.threads > 1) add("read_large_all", with_unit(machine.large_all, "GB/s"));
  lesson.table(table);
  lesson.line("");
  if (!caches.is_known) lesson.line(lesson.label("caches_assumed"));
  const int64_t large = 4 * machine.large.numel();
  const bool fits = large <= std::max(caches.third, caches.second);
  lesson.line(lesson.label(fits ? "large_fits" : "large_does_not_fit", {{"large", memory_size(large)}}));
}

void predict_loops(Lesson& lesson, const Ladder& ladder) {
  const Rung& loops = ladder.at("three_loops");
  lesson.set("loops_gflops", short_figure(loops.gflops));
  lesson.set("loops_share", percent_figure(loops.share));
  lesson.set("loops_milliseconds", short_figure(1000 * loops.seconds));
  lesson.set("ideal_milliseconds", short_figure(1000 * loops.seconds * loops.share));
  lesson.predict("loops", labels(lesson, {"loops_tiny", "loops_small", "share_some", "share_most"}),
                 choice(loops.share, {0.03, 0.1, 0.5}));
}

// Order, blocks, vectors, tiles, copies -------------------------------------------------------------------------------

void predict_row_reads(Lesson& lesson, const Ladder& ladder) {
  lesson.predict("row_reads", static_cast<double>(ladder.n()), 0);
}

void predict_swap(Lesson& lesson, const Ladder& ladder) {
  const double times = ladder.at("swapped_loops").times;
  lesson.set("swap_times", short_figure(times));
  predict_times(lesson, "swap", times);
  lesson.line("");
}

void predict_blocks(Lesson& lesson, const Ladder& ladder, const Machine& machine) {
  const Rung& before = ladder.at("swapped_loops");
  const Rung& blocks = ladder.at("blocked");
  const double times = before.seconds / blocks.seconds;
  lesson.set("blocks_times", short_figure(times));
  predict_times(lesson, "blocks", times);
  const bool one_block = ladder.n() <= machine.block;
  const std::string why = one_block ? "blocks_single" : times >= 1.2 ? "blocks_help" : "blocks_idle";
  lesson.line("");
  lesson.line(lesson.label(why, {{"carries", short_figure(before.carries())},
                                 {"of_b", short_figure(before.carries() / 3)},  // c: read and written
                                 {"second_cache", short_figure(machine.second_cache)},
                                 {"large_one", short_figure(machine.large_one)}}));
  lesson.line("");
}

void show_vectors(Lesson& lesson, const Ladder& ladder, const Machine& machine) {
  const Rung& rung = ladder.at("vectors");
  lesson.line("");
  lesson.line(lesson.label("by_compiler_says", {{"gflops", short_figure(ladder.at("by_compiler").gflops)}}));
  lesson.line("");
  // The columns of b that a piece of a row needs are used for every row of a: where do they stay?
  const bool in_first = 4 * ladder.n() * tile().row_columns <= machine.caches.first;
  const double gives = in_first ? machine.first_cache : machine.second_cache;
  const double share = rung.carries() / gives;
  const std::string carry = lesson.label("vectors_carry", {{"needs", short_figure(rung.carries())},
                                                           {"first_cache", short_figure(machine.first_cache)},
                                                           {"second_cache", short_figure(machine.second_cache)}});
  const std::string who = share > 0.8 ? "carrying_waits" : share > 0.5 ? "carrying_is_near" : "carrying_is_quick";
  lesson.line(carry + " " + lesson.label(who));
}

void set_tile(Lesson& lesson, const Ladder& ladder, const Machine& machine) {
  const Tile sizes = tile();
  lesson.set("tile_rows", sizes.rows);
  lesson.set("tile_columns", sizes.columns);
  lesson.set("tile_reads", sizes.rows + sizes.columns);
  lesson.set("tile_work", sizes.rows * sizes.columns);
  lesson.set("tile_vectors", sizes.rows * sizes.columns / sizes.lanes);
  lesson.set("intensity_vectors", short_figure(ladder.at("vectors").intensity));
  lesson.set("intensity_tile", short_figure(ladder.at("tiled").intensity));
  lesson.set("depth", machine.depth);
}

void show_packed(Lesson& lesson, const Ladder& ladder) {
  const double times = ladder.at("tiled").seconds / ladder.at("packed").seconds;
  lesson.line("");
  lesson.line(lesson.label(times > 1.05 ? "packing_pays" : "packing_costs", {{"times", short_figure(times)}}));
}

void show_threads(Lesson& lesson, const Ladder& ladder, const Machine& machine) {
  const double times = ladder.at("packed").seconds / ladder.at("threaded").seconds;
  const std::string what = machine.threads == 1 ? "threads_single" : times < 1.1 ? "threads_no_gain" : "threads_bring";
  lesson.line("");
  lesson.line(lesson.label(what, {{"threads", std::to_string(machine.threads)}, {"times", short_figure(times)}}));
}

// The whole ladder, and fewer bits ------------------------------------------------------------------------------------

void show_ladder(Lesson& lesson, const Ladder& ladder) {
  Table table({lesson.label("number"), lesson.label("rung"), "GFLOP/s", lesson.label("times"), lesson.label("share")});
  for (const Rung& rung : ladder.rungs())
    table.add({rung.sign, lesson.label(rung.name), short_figure(rung.gflops), short_figure(rung.times),
               percent_figure(rung.share) + " %"});
  lesson.table(table);
  lesson.line("");
  const double times = ladder.rungs().back().times;
  const std::string what = times > 1 ? "whole_ladder" : "whole_ladder_no_gain";
  if (!say_if_plain_loops(lesson)) lesson.line(lesson.label(what, {{"times", short_figure(times)}}));
}

void predict_bf16(Lesson& lesson, const Ladder& ladder) {
  lesson.set("bf16_error", power_figure(ladder.at("bf16").error));
  lesson.set("f32_error", power_figure(ladder.at("library").error));
  lesson.predict("bf16", -std::log10(ladder.at("bf16").error), 1);
  lesson.line("");
}

void show_precisions(Lesson& lesson, const Ladder& ladder) {
  const Rung& f32 = ladder.at("library");
  Table table({lesson.label("precision"), "GFLOP/s", lesson.label("share"), lesson.label("times_library"),
               lesson.label("error")});
  for (const char* name : {"three_loops", "library", "bf16x3", "bf16"}) {
    const Rung& rung = ladder.at(name);
    table.add({lesson.label(name), short_figure(rung.gflops), percent_figure(rung.share) + " %",
               short_figure(f32.seconds / rung.seconds), power_figure(rung.error)});
  }
  lesson.table(table);
  lesson.line("");
  const double times = f32.seconds / ladder.at("bf16").seconds;
  const std::string what = times > 1.2 ? "bf16_pays" : "bf16_costs";
  if (!say_if_plain_loops(lesson)) lesson.line(lesson.label(what, {{"times", short_figure(times)}}));
}

// The roofline: what registers, caches and memory allow --------------------------------------------------------------

namespace {

// What reading at `rate` GB/s allows, from `from` flops for a byte up to the peak.
Curve slope(const std::string& name, double rate, double from, double peak) {
  const double ridge = peak / rate;  // from here on the peak is lower
  from = std::min(from, ridge);
  return {.name = name, .x = {from, ridge}, .y = {from * rate, peak}, .shows_last = false};
}

Curve roof(const std::string& name, double from, double to, double peak) {
  return {.name = name, .x = {from, to}, .y = {peak, peak}, .shows_last = false};
}

}  // namespace

void show_roofline(Lesson& lesson, const Ladder& ladder, const Machine& machine) {
  Chart chart{.title = lesson.label("roofline_chart"),
              .logarithmic = true,
              .x_name = lesson.label("roofline_axis"),
              .rows = 14};
  Table table(
      {lesson.label("number"), lesson.label("rung"), lesson.label("intensity"), "GFLOP/s", lesson.label("carries")});
  double least = 1, most = 1;
  for (const Rung& rung : ladder.rungs()) {
    if (rung.intensity == 0 || rung.uses == Uses::all_threads) continue;
    chart.marks.push_back({rung.sign, rung.intensity, rung.gflops});
    table.add({rung.sign, lesson.label(rung.name), short_figure(rung.intensity), short_figure(rung.gflops),
               short_figure(rung.carries())});
    least = std::min(least, rung.intensity);
    most = std::max(most, rung.intensity);
  }
  const double peak = machine.peak_one;
  most = std::max(most, 1.5 * peak / machine.large_one);
  chart.curves = {slope(lesson.label("slope_large"), machine.large_one, least, peak),
                  slope(lesson.label("slope_second"), machine.second_cache, least, peak),
                  slope(lesson.label("slope_first"), machine.first_cache, least, peak),
                  roof(lesson.label("roof"), peak / machine.first_cache, most, peak)};
  lesson.table(table);
  lesson.chart(chart);
}

void predict_vector(Lesson& lesson, const std::vector<FewRows>& rows, const Machine& machine) {
  const FewRows& vector = rows.front();
  lesson.set("vector_gflops", short_figure(vector.gflops));
  lesson.set("vector_share", percent_figure(vector.share));
  lesson.set("vector_carries", short_figure(vector.carries));
  lesson.set("large_all", short_figure(machine.large_all));
  lesson.set("most_rows", rows.back().rows);
  lesson.set("most_rows_share", percent_figure(rows.back().share));
  say_if_plain_loops(lesson);
  lesson.predict("vector", labels(lesson, {"share_tiny", "share_small", "share_some", "share_most"}),
                 choice(vector.share, {0.01, 0.1, 0.5}));
}

void show_few_rows(Lesson& lesson, const std::vector<FewRows>& rows, const Machine& machine) {
  Table table(
      {lesson.label("rows"), lesson.label("intensity"), "GFLOP/s", lesson.label("share"), lesson.label("carries")});
  Chart chart{
      .title = lesson.label("rows_chart"), .logarithmic = true, .x_name = lesson.label("rows_axis"), .rows = 12};
  for (const FewRows& one : rows) {
    table.add({std::to_string(one.rows), short_figure(one.intensity), short_figure(one.gflops),
               percent_figure(one.share) + " %", short_figure(one.carries)});
    chart.marks.push_back({std::to_string(one.rows), one.intensity, one.gflops});
  }
  const double ridge = machine.peak_all / machine.large_all;
  chart.curves = {slope(lesson.label("slope_read"), machine.large_all, rows.front().intensity, machine.peak_all),
                  roof(lesson.label("roof"), ridge, std::max(rows.back().intensity, 1.5 * ridge), machine.peak_all)};
  lesson.table(table);
  lesson.chart(chart);
  const auto share_of_line = [&](const FewRows& one) {
    return one.gflops / std::min(machine.peak_all, one.intensity * machine.large_all);
  };
  const auto any_row = [&](auto meets) { return std::any_of(rows.begin(), rows.end(), meets); };
  if (any_row([&](const FewRows& one) { return share_of_line(one) > 1; })) {
    const bool beats_f32 = precision() != Precision::f32 && any_row([](const FewRows& one) { return one.share > 1; });
    lesson.line("");
    lesson.line(lesson.label(beats_f32 ? "rows_above_f32" : "rows_above"));
  }
  if (!uses_plain_loops(lesson) && any_row([&](const FewRows& one) { return share_of_line(one) < 0.5; })) {
    lesson.line("");
    lesson.line(lesson.label("rows_below"));
  }
}

}  // namespace dikkat
