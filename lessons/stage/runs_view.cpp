#include "lessons/stage/runs_view.h"

#include <algorithm>
#include <cmath>

#include "lessons/stage/chart.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/table.h"
#include "lessons/stage/text.h"

namespace dikkat {
namespace {

constexpr int gap = 2;  // that a table puts between its columns

int width_of(const std::string& heading, const std::vector<std::string>& cells) {
  int widest = display_width(harmless(heading));
  for (const std::string& cell : cells) widest = std::max(widest, display_width(harmless(cell)));
  return widest;
}

std::vector<std::string> shown_cells(const std::vector<Figure>& figures) {
  std::vector<std::string> cells;
  for (const Figure& figure : figures) cells.push_back(figure.shown);
  return cells;
}

void append(std::vector<std::string>& lines, const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

struct Signs {
  std::string differs, best;
};

std::string sign_and_name(const RunFact& fact, const Signs& signs, bool turkish) {
  return (fact.is_marked && fact.differs ? signs.differs : " ") + " " + fact.name.in(turkish);
}

// What a run has in that row; only words are cut.
std::string cell_of(const RunFact& fact, size_t run, const Signs& signs, int widest, const Look& look) {
  const Figure& cell = fact.cells[run];
  if (std::isnan(cell.value) && cell.shown != "nan") return cut(harmless(cell.shown), widest, look.drawing ? "…" : "~");
  return cell.shown + (fact.is_best[run] ? " " + signs.best : "");
}

std::vector<std::string> draw_curves(const std::string& title, const std::vector<Run>& runs,
                                     std::vector<LossPoint> Run::*points, const Look& look, bool turkish) {
  Chart chart{.title = title, .x_name = turkish ? "adım" : "step"};
  size_t most = 0;
  for (const Run& run : runs) {
    Curve curve{.name = title_of(run), .x = {}, .y = {}};
    for (const LossPoint& point : run.*points) curve.add(static_cast<double>(point.step), point.loss);
    most = std::max(most, curve.x.size());
    chart.curves.push_back(std::move(curve));
  }
  return most < 2 ? std::vector<std::string>{} : draw(chart, look);
}

}  // namespace

std::vector<std::string> draw_list(const std::vector<Run>& runs, const Look& look, bool turkish) {
  std::vector<RunColumn> columns = list_of_runs(runs, turkish);
  const auto too_wide = [&] {
    int width = -gap;
    for (const RunColumn& column : columns) width += gap + width_of(column.name.in(turkish), shown_cells(column.cells));
    return width > look.width;
  };
  while (columns.size() > 2 && too_wide()) {
    columns.erase(std::min_element(columns.begin(), columns.end(),
                                   [](const auto& a, const auto& b) { return a.importance < b.importance; }));
  }
  std::vector<std::string> headings;
  for (const RunColumn& column : columns) headings.push_back(column.name.in(turkish));
  Table table(headings);
  for (size_t i = 0; i < runs.size(); ++i) {
    std::vector<std::string> row;
    for (const RunColumn& column : columns) row.push_back(column.cells[i].shown);
    table.add(row);
  }
  return draw(table, look);
}

std::vector<std::string> draw_comparison(const std::vector<Run>& runs, const Look& look, bool turkish) {
  const Comparison comparison = compare(runs, turkish);
  const Signs signs = look.drawing ? Signs{"≠", "★"} : Signs{"*", "<"};
  std::vector<RunFact> facts = comparison.settings;
  facts.insert(facts.end(), comparison.results.begin(), comparison.results.end());
  std::vector<std::string> names;
  for (const RunFact& fact : facts) names.push_back(sign_and_name(fact, signs, turkish));
  const int name_width = width_of("", names);

  // Words give way so that more runs stand beside each other; a date (16 columns) still fits.
  const int share = (look.width - name_width) / static_cast<int>(runs.size()) - gap;
  const int widest = std::max(16, share);
  std::vector<std::string> lines;
  size_t first = 0;
  while (first < runs.size()) {  // one table for as many runs as fit
    std::vector<std::vector<std::string>> rows;
    for (const std::string& name : names) rows.push_back({name});
    std::vector<std::string> headings = {""};
    int width = name_width;
    size_t next = first;
    for (; next < runs.size(); ++next) {
      std::vector<std::string> cells;
      for (const RunFact& fact : facts) cells.push_back(cell_of(fact, next, signs, widest, look));
      const std::string heading = text("#", runs[next].number);
      width += gap + width_of(heading, cells);
      if (next > first && width > look.width) break;
      headings.push_back(heading);
      for (size_t i = 0; i < rows.size(); ++i) rows[i].push_back(cells[i]);
    }
    Table table(headings);
    table.rows = std::move(rows);
    if (first > 0) lines.emplace_back();
    append(lines, draw(table, look));
    first = next;
  }
  const std::string legend = turkish
                                 ? text(signs.differs, " farklı ayar   ", signs.best, " en iyi sonuç")
                                 : text(signs.differs, " a setting that differs   ", signs.best, " the best result");
  append(lines, wrap(legend, look.width));
  for (const RunWarning& warning : comparison.warnings) {
    if (!warning.applies) continue;
    for (const std::string& line : wrap(warning.words.in(turkish), look.width))
      lines.push_back(paint(look, Ink::warning, line));
  }
  return lines;
}

std::vector<std::string> draw_curves(const std::vector<Run>& runs, const Look& look, bool turkish) {
  std::vector<std::string> lines =
      draw_curves(turkish ? "Doğrulama kaybı" : "Validation loss", runs, &Run::validation, look, turkish);
  const std::vector<std::string> training =
      draw_curves(turkish ? "Eğitim kaybı" : "Training loss", runs, &Run::training, look, turkish);
  if (!lines.empty() && !training.empty()) lines.emplace_back();
  append(lines, training);
  return lines;
}

}  // namespace dikkat
