// lessons/run runs: what the trainings have left behind, side by side.
//
//   lessons/run runs              the last twenty
//   lessons/run runs 3 5          two of them: settings, results, curves
//   lessons/run runs 3 5 --html comparison.html
#include <algorithm>
#include <charconv>

#include "core/files/atomic_file.h"
#include "core/files/utf8.h"
#include "lessons/stage/html_runs.h"
#include "lessons/stage/page.h"
#include "lessons/stage/runs.h"
#include "lessons/stage/runs_view.h"

using namespace dikkat;

namespace {

constexpr size_t most_listed = 20, most_compared = 8;

std::vector<Flag> runs_flags() {
  return {{.name = "lesson",
           .kind = Flag::word,
           .help = {"yalnız bu dersinkiler: 11, baby_gpt ya da 11_baby_gpt",
                    "those of this lesson only: 11, baby_gpt or 11_baby_gpt"},
           .value_name = "NAME"},
          {.name = "all", .help = {"son yirmiyi değil, hepsini gösterir", "shows all of them, not the last twenty"}},
          {.name = "html",
           .kind = Flag::word,
           .help = {"gösterilenleri tek dosyalık bir sayfa olarak yazar; tarayıcıda açılır",
                    "writes what is shown as a page in one file, for a browser"},
           .value_name = "FILE"},
          {.name = "delete",
           .kind = Flag::word,
           .help = {"bu çalıştırmaları siler: 3 ya da 3,5", "removes these runs: 3 or 3,5"},
           .value_name = "N,..."},
          yes_flag()};
}

// Is `wanted` that lesson's number, its name or both?
bool is_lesson(const std::string& lesson, const std::string& wanted) {
  const size_t underscore = lesson.find('_');
  if (lesson == wanted || underscore == std::string::npos) return lesson == wanted;
  const std::string number = lesson.substr(0, underscore), name = lesson.substr(underscore + 1);
  return wanted == name || wanted == number || "0" + wanted == number;
}

const Run& run_of_number(const std::string& word, const std::vector<Run>& runs, const Page& page) {
  int number = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool is_number = error == std::errc() && stop == word.data() + word.size();
  for (const Run& run : runs)
    if (is_number && run.number == number) return run;
  const int first = runs.front().number, last = runs.back().number;
  if (!is_number)
    throw UsageError(page.in(in_quotes(word) + " bir çalıştırmanın numarası değil; numaralar: ",
                             in_quotes(word) + " is not the number of a run; the numbers: ") +
                     text(first, " ... ", last));
  throw UsageError(page.in(text("numarası ", in_quotes(word), " olan bir çalıştırma yok; numaralar ", first, " ile ",
                                last, " arasında, liste: lessons/run runs --all"),
                           text("there is no run ", in_quotes(word), "; the numbers lie between ", first, " and ", last,
                                ", the list: lessons/run runs --all")));
}

// The runs that words such as "3", "5" or "3,5" mean, in that order, each once.
std::vector<Run> chosen(const std::vector<std::string>& words, const std::vector<Run>& runs, const Page& page) {
  std::vector<Run> all;
  for (const std::string& word : words) {
    for (size_t begin = 0; begin <= word.size();) {
      const size_t end = std::min(word.find(',', begin), word.size());
      if (end > begin) {
        const Run& run = run_of_number(word.substr(begin, end - begin), runs, page);
        const bool is_new = std::none_of(all.begin(), all.end(), [&](const Run& r) { return r.number == run.number; });
        if (is_new) all.push_back(run);
      }
      begin = end + 1;
    }
  }
  return all;
}

void remove(const std::vector<Run>& runs, Page& page) {
  std::string numbers;
  for (const Run& run : runs) numbers += (numbers.empty() ? "#" : ", #") + std::to_string(run.number);
  for (const Run& run : runs) page.line("  " + title_of(run) + "  " + when(run));
  const bool agreed = page.confirm(page.in("Silinsin mi: ", "Remove ") + numbers + "?");
  if (agreed)
    for (const Run& run : runs) remove_run(runs_folder(), run);
  page.line(agreed ? page.in("Silindi: ", "Removed: ") + numbers : page.in("Silinmedi.", "Nothing was removed."));
  Json removed = Json::array();
  for (const Run& run : runs)
    if (agreed) removed.append(run.number);
  page.record("removed", removed);
}

void show(const std::vector<Run>& runs, bool is_comparison, Page& page) {
  const Look look = page.screen.look();
  if (is_comparison) {
    for (const Run& run : runs) page.line(title_of(run) + (run.data.empty() ? "" : ": " + harmless(run.data)));
    page.screen.space();
    page.screen.lines(draw_comparison(runs, look, page.turkish));
    page.screen.space();
    page.screen.lines(draw_curves(runs, look, page.turkish));
  } else {
    page.screen.lines(draw_list(runs, look, page.turkish));
    if (runs.size() > 1) {
      page.screen.space();
      page.line(page.in("Karşılaştırmak için:  lessons/run runs ", "To compare:  lessons/run runs ") +
                text(runs[runs.size() - 2].number, " ", runs.back().number));
    }
  }
  Json all = Json::array();
  for (const Run& run : runs) {
    Json one = run_to_json(run);
    one.set("number", run.number);
    one.set("file", run.file);
    all.append(std::move(one));
  }
  page.record("runs", all);
  if (const std::string path = page.flags.word("html"); !path.empty()) {
    write_file(path, html_of_runs(runs, is_comparison, page.turkish));
    page.screen.space();
    page.line(page.in("Sayfa yazıldı: ", "Page written: ") + shown(path));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Page page("runs",
            {"Çalıştırmalar: eğitimlerden geriye kalanlar; listele ve karşılaştır.",
             "Runs: what trainings have left behind; list and compare them."},
            {{.name = "",
              .operands = "[N ...]",
              .help = {"son yirmi çalıştırma; numaralar verilirse onları karşılaştırır",
                       "the last twenty runs; with numbers it compares those"},
              .least = 0,
              .most = 1000}},
            argc, argv, runs_flags());
  page.check_writable("html");
  Runs found = read_runs(runs_folder());
  for (const std::string& problem : found.problems)
    page.screen.error_line(page.in("uyarı: atlandı: ", "warning: skipped: ") + problem);
  std::vector<Run>& runs = found.runs;
  if (const std::string lesson = page.flags.word("lesson"); !lesson.empty())
    std::erase_if(runs, [&](const Run& run) { return !is_lesson(run.lesson, lesson); });
  if (runs.empty()) {
    page.line(page.in("Henüz bir çalıştırma yok. Bir tane yapmak için:  lessons/run 11",
                      "There is no run yet. To make one:  lessons/run 11"));
    page.record("runs", Json::array());
    return page.finish();
  }
  if (page.flags.given("delete")) {
    remove(chosen({page.flags.word("delete")}, runs, page), page);
    return page.finish();
  }
  const std::vector<Run> compared = chosen(page.words, runs, page);
  if (compared.size() > most_compared)
    throw UsageError(
        page.in(text("bir kerede en çok ", most_compared, " çalıştırma karşılaştırılır; verilen: ", compared.size()),
                text("at most ", most_compared, " runs are compared at once; found ", compared.size())));
  if (!compared.empty()) {
    show(compared, true, page);
    return page.finish();
  }
  if (!page.flags.boolean("all") && runs.size() > most_listed) {
    page.line(page.in(text("Son ", most_listed, " çalıştırma; hepsi (", runs.size(), "): --all"),
                      text("The last ", most_listed, " runs; all ", runs.size(), ": --all")));
    runs.erase(runs.begin(), runs.end() - most_listed);
  }
  show(runs, false, page);
  return page.finish();
}
