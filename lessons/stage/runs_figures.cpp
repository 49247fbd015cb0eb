#include "lessons/stage/runs_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "lessons/stage/chart.h"
#include "lessons/stage/figures.h"

namespace dikkat {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

Figure words(const std::string& content) {
  return {content.empty() ? "-" : content, no_number};
}

Figure count(double value) {
  return {std::abs(value) < 1e15 ? grouped(std::llround(value)) : short_number(value), value};
}

// Losses and the like: three digits behind the point, unless that would take too much room.
Figure decimal(const std::optional<double>& value) {
  if (!value) return words("");
  if (!std::isfinite(*value) || *value >= 1000) return {short_number(*value), *value};
  return {fixed(*value, 3), *value};
}

Figure seconds(const std::optional<double>& value) {
  if (!value) return words("");
  return *value < 100 ? Figure{fixed(*value, *value < 10 ? 2 : 1), *value} : count(*value);
}

Figure rate(const std::optional<double>& value) {
  return value ? count(*value) : words("");
}

Figure bytes(const std::optional<int64_t>& value) {
  return value ? Figure{bytes_text(*value), static_cast<double>(*value)} : words("");
}

Figure fact(const Json* value) {
  if (value == nullptr) return words("");
  const JsonView view(*value);
  if (view.kind() == JsonKind::string) return words(view.string());
  if (view.kind() == JsonKind::integer) return count(view.number());
  return {short_number(view.number()), view.number()};
}

// The validation loss where it was lowest: behind that step the model only learned its training text by heart.
std::optional<LossPoint> lowest(const Run& run) {
  std::optional<LossPoint> least;
  for (const LossPoint& point : run.validation)
    if (std::isfinite(point.loss) && (!least || point.loss < least->loss)) least = point;
  return least;
}

Bilingual name_of_fact(const std::string& name) {
  static const std::map<std::string, Bilingual> known = {
      {"parameters", {"parametre", "parameters"}},
      {"n_layer", {"katman (n_layer)", "layers (n_layer)"}},
      {"n_head", {"dikkat başı (n_head)", "heads (n_head)"}},
      {"n_embd", {"genişlik (n_embd)", "width (n_embd)"}},
      {"block_size", {"bağlam (block_size)", "context (block_size)"}},
      {"vocabulary", {"sözlük", "vocabulary"}},
      {"batch", {"yığın (batch)", "batch"}},
      {"steps", {"adım", "steps"}}};
  const auto found = known.find(name);
  return found == known.end() ? Bilingual{name, name} : found->second;
}

Figure state(const Run& run, bool turkish) {
  return words(run.is_finished ? (turkish ? "bitti" : "finished") : (turkish ? "yarıda kaldı" : "interrupted"));
}

// Fills the cells of a row; `shown` says it of one run.
template <class Shown>
RunFact filled(RunFact fact, const std::vector<Run>& runs, Shown shown) {
  for (const Run& run : runs) {
    fact.cells.push_back(shown(run));
    fact.differs = fact.differs || fact.cells.back().shown != fact.cells.front().shown;
  }
  fact.is_best.assign(runs.size(), false);
  return fact;
}

void mark_best(RunFact& fact) {
  std::optional<double> best;
  for (const Figure& cell : fact.cells) {
    if (!std::isfinite(cell.value)) continue;
    best = !best                           ? cell.value
           : fact.best == RunFact::highest ? std::max(*best, cell.value)
                                           : std::min(*best, cell.value);
  }
  size_t others = 0;
  for (const Figure& cell : fact.cells) others += std::isfinite(cell.value) && cell.value != *best;
  if (others == 0) return;  // alone, or all equal: nobody is the best
  for (size_t i = 0; i < fact.cells.size(); ++i) fact.is_best[i] = fact.cells[i].value == *best;
}

bool differs(const std::vector<RunFact>& settings, const std::string& key) {
  return std::any_of(settings.begin(), settings.end(),
                     [&](const RunFact& fact) { return fact.key == key && fact.differs; });
}

// The names of all facts: in the order of the first run that has each.
std::vector<std::string> fact_names(const std::vector<Run>& runs) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const Run& run : runs)
    for (const auto& [name, value] : run.facts)
      if (seen.insert(name).second) names.push_back(name);
  return names;
}

}  // namespace

std::string when(const Run& run) {
  return run.date.substr(0, 10) + " " + run.date.substr(11, 5);
}

std::string title_of(const Run& run) {
  return text("#", run.number, " ", run.lesson, run.preset.empty() ? "" : " " + run.preset);
}

std::vector<RunColumn> list_of_runs(const std::vector<Run>& runs, bool turkish) {
  std::vector<RunColumn> columns = {{"number", {"no", "no"}, 12},
                                    {"date", {"zaman", "when"}, 7},
                                    {"lesson", {"ders", "lesson"}, 9},
                                    {"preset", {"ön ayar", "preset"}, 4},
                                    {"parameters", {"parametre", "parameters"}, 8},
                                    {"steps", {"adım", "steps"}, 6},
                                    {"training_loss", {"eğitim kaybı", "training loss"}, 5},
                                    {"validation_loss", {"doğrulama kaybı", "validation loss"}, 11},
                                    {"bits_per_character", {"bit/karakter", "bits/character"}, 10},
                                    {"tokens_per_second", {"jeton/s", "tokens/s"}, 3},
                                    {"seconds_training", {"saniye", "seconds"}, 2}};
  for (const Run& run : runs) {
    const std::string cut_short = run.is_finished ? "" : turkish ? " (yarıda)" : " (cut)";
    const std::vector<Figure> cells = {{text(run.number), static_cast<double>(run.number)},
                                       words(when(run)),
                                       words(run.lesson),
                                       words(run.preset + cut_short),
                                       fact(run.fact("parameters")),
                                       fact(run.fact("steps")),
                                       decimal(run.training_loss),
                                       decimal(run.validation_loss()),
                                       decimal(run.bits_per_character),
                                       rate(run.tokens_per_second),
                                       seconds(run.seconds_training)};
    for (size_t i = 0; i < columns.size(); ++i) columns[i].cells.push_back(cells[i]);
  }
  return columns;
}

Comparison compare(const std::vector<Run>& runs, bool turkish) {
  Comparison all;
  const auto setting = [&](RunFact fact, auto shown) { all.settings.push_back(filled(std::move(fact), runs, shown)); };
  setting({"date", {"zaman", "when"}, RunFact::none, {}, {}, false}, [](const Run& run) { return words(when(run)); });
  setting({"lesson", {"ders", "lesson"}}, [](const Run& run) { return words(run.lesson); });
  setting({"preset", {"ön ayar", "preset"}}, [](const Run& run) { return words(run.preset); });
  setting({"data", {"metin", "data"}}, [](const Run& run) { return words(run.data); });
  for (const std::string& name : fact_names(runs))
    setting({name, name_of_fact(name)}, [&](const Run& run) { return fact(run.fact(name)); });
  setting({"seed", {"tohum (seed)", "seed"}}, [](const Run& run) {
    return Figure{text(run.seed), static_cast<double>(run.seed)};
  });
  setting({"device", {"aygıt", "device"}}, [](const Run& run) { return words(run.device); });
  setting({"precision", {"sayı biçimi (precision)", "precision"}}, [](const Run& run) { return words(run.precision); });
  setting({"threads", {"iş parçacığı", "threads"}}, [](const Run& run) { return count(run.threads); });
  setting({"finished", {"durum", "state"}}, [&](const Run& run) { return state(run, turkish); });

  all.warnings = {
      {"data",
       {"Metinler farklı: kayıplar ve bit/karakter karşılaştırılamaz.",
        "The texts differ: neither losses nor bits per character compare."}},
      {"vocabulary",
       {"Sözlükler farklı: jeton başına kayıp karşılaştırılamaz; aynı metinde bit/karakter karşılaştırılır.",
        "The vocabularies differ: losses for each token do not compare; on the same text bits per character "
        "do."}},
      {"finished",
       {"Yarıda kalan bir çalıştırma var: son değerleri erken alınmış olabilir.",
        "A run was cut short: its last values may be early ones."}}};
  for (RunWarning& warning : all.warnings) warning.applies = differs(all.settings, warning.setting);

  const std::vector<std::string> same_tokens = {"data", "vocabulary"};
  const auto result = [&](RunFact fact, auto shown) {
    fact.is_marked = false;  // two measurements always differ
    all.results.push_back(filled(std::move(fact), runs, shown));
  };
  result({"training_loss", {"eğitim kaybı", "training loss"}},
         [](const Run& run) { return decimal(run.training_loss); });
  result({"validation_loss", {"doğrulama kaybı, son", "validation loss, last"}, RunFact::lowest, same_tokens},
         [](const Run& run) { return decimal(run.validation_loss()); });
  result({"lowest_validation_loss",
          {"doğrulama kaybı, en düşük", "validation loss, lowest"},
          RunFact::lowest,
          same_tokens},
         [](const Run& run) { return lowest(run) ? decimal(lowest(run)->loss) : words(""); });
  result({"lowest_step", {"en düşük olduğu adım", "step of the lowest"}},
         [](const Run& run) { return lowest(run) ? count(static_cast<double>(lowest(run)->step)) : words(""); });
  result({"bits_per_character", {"bit/karakter, son", "bits/character, last"}},
         [](const Run& run) { return decimal(run.bits_per_character); });
  result({"lowest_bits_per_character", {"bit/karakter, en düşük", "bits/character, lowest"}, RunFact::lowest, {"data"}},
         [](const Run& run) {
           const auto least = lowest(run);
           const auto bits = run.bits_for_each_loss();
           return least && bits ? decimal(least->loss * *bits) : words("");
         });
  result({"ngram_loss", {"n-gram kaybı (sayarak)", "n-gram loss (counting)"}},
         [](const Run& run) { return decimal(run.ngram_loss); });
  result({"tokens_per_second", {"jeton/s", "tokens/s"}, RunFact::highest},
         [](const Run& run) { return rate(run.tokens_per_second); });
  result({"seconds_training", {"eğitim, saniye", "training, seconds"}, RunFact::lowest},
         [](const Run& run) { return seconds(run.seconds_training); });
  result({"peak_bytes", {"en çok bellek", "peak memory"}, RunFact::lowest},
         [](const Run& run) { return bytes(run.peak_bytes); });
  for (RunFact& fact : all.results) {
    const bool compares = std::none_of(fact.needs.begin(), fact.needs.end(),
                                       [&](const std::string& key) { return differs(all.settings, key); });
    if (compares && fact.best != RunFact::none) mark_best(fact);
  }
  return all;
}

}  // namespace dikkat
