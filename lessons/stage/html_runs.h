// The HTML page of runs: their curves in one chart, a table of all, settings and results side by side.
#pragma once

#include <string>
#include <vector>

#include "lessons/stage/runs.h"

namespace dikkat {

// `compares`: these runs were chosen to be compared, so all of them are shown at first; otherwise the last four are.
std::string html_of_runs(const std::vector<Run>& runs, bool compares, bool turkish);

}  // namespace dikkat
