// What there is to say about runs, in words and numbers: for the table of the terminal and for the HTML page alike.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/flags.h"
#include "lessons/stage/runs.h"

namespace dikkat {

// One cell: what is written, and the number behind it; nan where there is none.
struct Figure {
  std::string shown;
  double value;
};

// A column of the list of runs. `importance`: where there is no room for all, the smallest goes first.
struct RunColumn {
  std::string key;
  Bilingual name;
  int importance;
  std::vector<Figure> cells{};  // one for each run
};
std::vector<RunColumn> list_of_runs(const std::vector<Run>& runs, bool turkish);

// A row of a comparison: a setting, which may differ, or a result, of which the lowest or the highest may be the best.
struct RunFact {
  enum Best { none, lowest, highest };
  std::string key;
  Bilingual name;
  Best best = none;
  std::vector<std::string> needs{};  // settings that must be equal for one result to be better than another
  std::vector<Figure> cells{};       // one for each run
  bool is_marked = true;             // a setting whose difference is worth a mark
  bool differs = false;
  std::vector<bool> is_best{};  // several where they are equal, none where all are
};

// Something to know where that setting differs between the runs.
struct RunWarning {
  std::string setting;
  Bilingual words;
  bool applies = false;
};

struct Comparison {
  std::vector<RunFact> settings, results;
  std::vector<RunWarning> warnings;
};
Comparison compare(const std::vector<Run>& runs, bool turkish);

// "#3 11_baby_gpt class"
std::string title_of(const Run& run);

// "2026-11-21 21:40"
std::string when(const Run& run);

}  // namespace dikkat
