// Lesson 02: the matrix product, from three loops to the library. The same arithmetic, a hundred times faster.
//
// You know already   tensors, rows and columns in memory (01)
// New here           caches and their lines, blocks, vectors, registers, packing, threads; GFLOP/s against the peak of
//                    this machine; arithmetic intensity and the roofline
// Run                lessons/run 02               seconds
//                    lessons/run 02 --size 500    other matrices; also --threads 1, --repeats 20, --precision bf16
// First breakpoint   lessons/run debug 02, then:  break three_loops   run   bt
// Prints             (seed 0) that three loops reach about a hundredth of what one thread can do and the library more
//                    than half of what all of them can, if the machine has AVX2 or better; the figures are its own
#include "lessons/02_matmul/rungs.h"
#include "lessons/02_matmul/show.h"

using namespace dikkat;

int main(int argc, char** argv) {
  Lesson lesson("02_matmul", argc, argv, matmul_flags());
  const int64_t n = chosen_size(lesson);        // --size
  const Timing timing = chosen_timing(lesson);  // --repeats

  // Act 1: the problem ------------------------------------------------------------------------------------------------
  set_size(lesson, n);
  const bool told = lesson.section("problem");
  const Machine machine = measure_machine(lesson, n, timing);
  const Traffic bytes = bytes_per_multiply_add(n, machine.depth);
  Ladder ladder(lesson, machine, n, timing);  // a and b, (n,n)
  ladder.climb("three_loops", bytes.three_loops, three_loops);
  set_machine(lesson, machine);
  if (told) {
    show_machine(lesson, machine);
    predict_loops(lesson, ladder);
  }

  // Act 2: the breakthrough -------------------------------------------------------------------------------------------
  if (lesson.section("idea") && !told) show_machine(lesson, machine);

  // Along the rows instead of down the columns.
  ladder.climb("swapped_loops", bytes.swapped_loops, swapped_loops);
  if (lesson.section("order")) {
    ladder.check("swapped_loops");
    predict_row_reads(lesson, ladder);
    predict_swap(lesson, ladder);
    ladder.show_share("swapped_loops");
  }

  // Blocks that stay in the first cache.
  ladder.climb("blocked", bytes.blocked, blocked, machine.block);
  if (lesson.section("blocks")) {
    ladder.check("blocked");
    predict_blocks(lesson, ladder, machine);
    ladder.show_speed("blocked");
  }

  // Many numbers with one instruction.
  ladder.climb("vectors", bytes.vectors, vectors);
  ladder.step_beside("by_compiler", swapped_loops_by_compiler);
  if (lesson.section("vectors")) {
    ladder.show("vectors");
    show_vectors(lesson, ladder, machine);
  }

  // What has been fetched works several times before it leaves the registers.
  ladder.climb("tiled", bytes.tiled, tiled);
  set_tile(lesson, ladder, machine);
  if (lesson.section("tile")) ladder.show("tiled");

  // Copied into the order in which it will be read.
  ladder.climb("packed", bytes.packed, packed, machine.depth);
  if (lesson.section("packing")) {
    ladder.show("packed");
    show_packed(lesson, ladder);
  }

  // On all threads.
  ladder.climb("threaded", bytes.packed, threaded, machine.depth, Uses::all_threads);
  if (lesson.section("threads")) {
    ladder.show("threaded");
    lesson.same(lesson.label("same_bits"), ladder.at("threaded").c, ladder.at("packed").c, 0);
    show_threads(lesson, ladder, machine);
  }

  // The product of all other lessons: matmul(a, b).
  ladder.climb_library("library", Precision::f32);
  if (lesson.section("library")) {
    ladder.show("library");
    show_ladder(lesson, ladder);
  }

  // Fewer bits.
  ladder.climb_library("bf16x3", Precision::bf16x3);
  ladder.climb_library("bf16", Precision::bf16);
  if (lesson.section("precision")) {
    ladder.check("bf16x3");
    ladder.check("bf16");
    predict_bf16(lesson, ladder);
    show_precisions(lesson, ladder);
  }

  // Who waits for whom, in one picture.
  if (lesson.section("roofline")) show_roofline(lesson, ladder, machine);
  const std::vector<FewRows> rows = measure_few_rows(lesson, machine, timing);
  if (lesson.section("vector")) {
    predict_vector(lesson, rows, machine);
    show_few_rows(lesson, rows, machine);
  }

  // Act 3: your turn --------------------------------------------------------------------------------------------------
  lesson.section("outcomes");
  lesson.section("questions");
  lesson.section("terms");
  lesson.section("your_turn");
  record_figures(lesson, machine, ladder, rows);
  return lesson.finish();
}
