// What lesson 02 shows: its flags, its figures in the text, tables and charts.
#pragma once

#include <string>
#include <vector>

#include "lessons/02_matmul/ladder.h"
#include "lessons/02_matmul/rows.h"

namespace dikkat {

std::vector<Flag> matmul_flags();
int64_t chosen_size(const Lesson& lesson);   // --size, or the preset's
Timing chosen_timing(const Lesson& lesson);  // --repeats, and the preset's patience

// The machine, and the first rung.
void set_size(Lesson& lesson, int64_t n);
void set_machine(Lesson& lesson, const Machine& machine);
void show_machine(Lesson& lesson, const Machine& machine);
void predict_loops(Lesson& lesson, const Ladder& ladder);

// Order, blocks, vectors, tiles, copies.
void predict_row_reads(Lesson& lesson, const Ladder& ladder);
void predict_swap(Lesson& lesson, const Ladder& ladder);
void predict_blocks(Lesson& lesson, const Ladder& ladder, const Machine& machine);
void show_vectors(Lesson& lesson, const Ladder& ladder, const Machine& machine);
void set_tile(Lesson& lesson, const Ladder& ladder, const Machine& machine);
void show_packed(Lesson& lesson, const Ladder& ladder);
void show_threads(Lesson& lesson, const Ladder& ladder, const Machine& machine);

// The whole ladder; what fewer bits bring and cost.
void show_ladder(Lesson& lesson, const Ladder& ladder);
void predict_bf16(Lesson& lesson, const Ladder& ladder);
void show_precisions(Lesson& lesson, const Ladder& ladder);

// The roofline: the rungs of one thread, and a few rows times a large matrix.
void show_roofline(Lesson& lesson, const Ladder& ladder, const Machine& machine);
void predict_vector(Lesson& lesson, const std::vector<FewRows>& rows, const Machine& machine);
void show_few_rows(Lesson& lesson, const std::vector<FewRows>& rows, const Machine& machine);

// Every figure, for --json.
void record_figures(Lesson& lesson, const Machine& machine, const Ladder& ladder, const std::vector<FewRows>& rows);

}  // namespace dikkat
