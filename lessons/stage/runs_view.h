// Runs on the screen: the list, the facts side by side, the curves.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/look.h"
#include "lessons/stage/runs_figures.h"

namespace dikkat {

// A table with as many columns as there is room for; the least important ones go first.
std::vector<std::string> draw_list(const std::vector<Run>& runs, const Look& look, bool turkish);

// Settings and results side by side, in several tables where the screen is too narrow for all runs; what differs and
// what is best is marked with signs that a line below explains.
std::vector<std::string> draw_comparison(const std::vector<Run>& runs, const Look& look, bool turkish);

// The validation curves, then the training curves; none of them where there are fewer than two points.
std::vector<std::string> draw_curves(const std::vector<Run>& runs, const Look& look, bool turkish);

}  // namespace dikkat
