#include "lessons/stage/html_runs.h"

#include <cmath>

#include "lessons/stage/html.h"
#include "lessons/stage/runs_figures.h"

namespace dikkat {
namespace {

// <name attributes>content</name>; both are HTML already.
std::string tag(const std::string& name, const std::string& attributes, const std::string& content) {
  return "<" + name + (attributes.empty() ? "" : " ") + attributes + ">" + content + "</" + name + ">";
}

// name="value"
std::string attribute(const std::string& name, const std::string& value) {
  return " " + name + "=\"" + html_text(value) + "\"";
}

// The number behind a cell as JavaScript reads it; empty where there is none.
std::string number_of(const Figure& figure) {
  return std::isfinite(figure.value) ? Json(figure.value).dump() : "";
}

// Text from outside may run from right to left: it must not turn what stands beside it.
std::string isolated(const std::string& content) {
  return tag("bdi", "", html_text(content));
}

class Writer {
 public:
  Writer(const std::vector<Run>& runs, bool turkish) : runs_(runs), turkish_(turkish) {}

  std::string body() { return chart() + table() + beside() + points(); }

  Json words() {
    return Json::object({{"curves", in("Öğrenme eğrileri", "Learning curves")},
                         {"hint", in("Sol ve sağ ok tuşları adımlar arasında gezdirir, Home ve End uçlara götürür.",
                                     "The left and right arrow keys move between steps, Home and End to either end.")},
                         {"step", in("adım", "step")},
                         {"last", in("son değerler", "last values")},
                         {"loss", in("kayıp", "loss")},
                         {"training", in("eğitim", "training")},
                         {"validation", in("doğrulama", "validation")},
                         {"ngram", "n-gram"},
                         {"empty", in("Gösterilecek eğri yok: aşağıdan bir çalıştırma seç.",
                                      "There is no curve to show: choose a run below.")},
                         {"differs", in("farklı", "differs")},
                         {"best", in("en iyi", "best")}});
  }

 private:
  std::string in(const char* turkish_words, const char* english_words) const {
    return turkish_ ? turkish_words : english_words;
  }

  std::string chart() {
    const std::string units = R"(<fieldset class="choices" id="units"><legend>)" + in("eksen", "axis") + "</legend>" +
                              R"(<label><input type="radio" name="unit" value="loss" checked><span>)" +
                              in("kayıp (nat/jeton)", "loss (nats/token)") +
                              R"(</span></label><label><input type="radio" name="unit" value="bits"><span>)" +
                              in("bit/karakter", "bits/character") + "</span></label></fieldset>\n";
    return R"(<section aria-labelledby="curves-title">
<h2 id="curves-title">)" +
           in("Öğrenme eğrileri", "Learning curves") + "</h2>\n" +
           tag("noscript", "",
               tag("p", R"(class="note")",
                   in("Eğriler için tarayıcıda JavaScript açık olmalı; tablolar aşağıda.",
                      "The curves need JavaScript; the tables stand below."))) +
           R"(<div class="needs-script" hidden>
<div class="controls">)" +
           units + R"(<label><input type="checkbox" id="training" checked> )" +
           in("eğitim eğrileri (ince)", "training curves (thin)") + "</label></div>\n" +
           R"(<div class="beside"><figure><div class="chart" id="chart"></div>
<figcaption class="note" id="bits-note" hidden>)" +
           in("Bit/karakter doğrulama metninde ölçülür; bu eksende eğitim eğrisi yoktur.",
              "Bits per character are measured on the validation text; training curves have no place on this axis.") +
           "</figcaption></figure>\n" +
           R"(<div class="scroll"><table class="readings"><caption id="readings-at"></caption>
<thead><tr><th scope="col">)" +
           in("çalıştırma", "run") + R"(</th><th scope="col" class="number">)" + in("doğrulama", "validation") +
           R"(</th><th scope="col" class="number">)" + in("eğitim", "training") +
           "</th></tr></thead>\n<tbody id=\"readings\"></tbody></table></div></div>\n</div>\n</section>\n";
  }

  // Every run in a row, with the box that chooses it.
  std::string table() {
    const std::vector<RunColumn> columns = list_of_runs(runs_, turkish_);
    std::string head =
        tag("th", R"(scope="col" class="first")", tag("span", R"(class="unseen")", in("göster", "show")));
    for (const RunColumn& column : columns) {
      const std::string sorted = column.key == "number" ? R"( aria-sort="ascending")" : "";
      head +=
          tag("th", "scope=\"col\" data-sort" + (is_number(column) ? std::string(R"( class="number")") : "") + sorted,
              html_text(column.name.in(turkish_)));
    }
    std::string rows;
    for (size_t i = 0; i < runs_.size(); ++i) {
      const std::string label = in("göster: ", "show ") + title_of(runs_[i]);
      std::string row =
          tag("td", R"(class="first")",
              "<input type=\"checkbox\" disabled" + attribute("data-run", std::to_string(runs_[i].number)) +
                  attribute("aria-label", label) + ">");
      for (const RunColumn& column : columns) {
        const Figure& cell = column.cells[i];
        row += is_number(column)
                   ? tag("td", R"(class="number")" + attribute("data-value", number_of(cell)), html_text(cell.shown))
                   : tag("td", "", isolated(cell.shown));
      }
      rows += tag("tr", "", row) + "\n";
    }
    return heading("runs", in("Çalıştırmalar", "Runs")) + scroll("runs", R"(class="wide sortable")", head, rows) +
           "</section>\n";
  }

  // Settings and results, a column for each run.
  std::string beside() {
    const Comparison comparison = compare(runs_, turkish_);
    std::string head = tag("th", R"(scope="col" class="first")", in("ayar", "setting"));
    for (const Run& run : runs_)
      head += tag("th", R"(scope="col")" + attribute("data-run", std::to_string(run.number)), text("#", run.number));
    std::string rows;
    for (const RunFact& fact : comparison.settings) {
      const bool marked = fact.is_marked && fact.differs;
      rows += tag("tr",
                  (marked ? R"(class="differs")" : std::string()) + attribute("data-key", fact.key) +
                      attribute("data-setting", fact.is_marked ? "marked" : "unmarked"),
                  name_of(fact, marked ? "≠" : "") + cells(fact, false)) +
              "\n";
    }
    rows += tag("tr", R"(class="parts")",
                tag("th", text(R"(scope="colgroup" colspan=")", runs_.size() + 1, "\""), in("sonuçlar", "results"))) +
            "\n";
    for (const RunFact& fact : comparison.results) {
      std::string needs;
      for (const std::string& key : fact.needs) needs += (needs.empty() ? "" : " ") + key;
      const char* best = fact.best == RunFact::lowest ? "lowest" : fact.best == RunFact::highest ? "highest" : "none";
      rows += tag("tr", attribute("data-key", fact.key) + attribute("data-best", best) + attribute("data-needs", needs),
                  name_of(fact, "") + cells(fact, true)) +
              "\n";
    }
    std::string notes;
    for (const RunWarning& warning : comparison.warnings)
      notes +=
          tag("p",
              R"(class="note warning")" + attribute("data-warns", warning.setting) + (warning.applies ? "" : " hidden"),
              html_text(warning.words.in(turkish_))) +
          "\n";
    return heading("beside", in("Yan yana", "Side by side")) + scroll("beside", R"(id="facts")", head, rows) + notes +
           tag("p", R"(class="note")",
               in("≠ farklı ayar, ★ en iyi sonuç. Kayıp nat/jeton; n-gram: aynı metinde yalnızca sayarak varılan "
                  "kayıp.",
                  "≠ a setting that differs, ★ the best result. Losses in nats for each token; n-gram: the loss that "
                  "counting alone reaches on the same text.")) +
           "\n</section>\n";
  }

  std::string points() {
    return R"(<details class="needs-script" hidden><summary>)" +
           in("Bütün noktalar, tablo olarak", "Every point, as a table") +
           "</summary>\n<div id=\"points\" class=\"scroll\"></div></details>\n";
  }

  std::string name_of(const RunFact& fact, const std::string& sign) {
    return tag("th", R"(scope="row" class="first")",
               tag("span", R"(class="signs")", sign) + html_text(fact.name.in(turkish_)));
  }

  std::string cells(const RunFact& fact, bool is_result) {
    std::string all;
    for (size_t i = 0; i < runs_.size(); ++i) {
      const Figure& cell = fact.cells[i];
      const std::string kind = fact.is_best[i] ? "best" : cell.shown.size() > 24 ? "long" : "";
      all += tag(
          "td",
          "class=\"" + kind + "\"" + attribute("data-run", std::to_string(runs_[i].number)) +
              attribute("data-value", number_of(cell)) + attribute("data-shown", cell.shown),
          isolated(cell.shown) + (is_result ? " " + tag("span", R"(class="signs")", fact.is_best[i] ? "★" : "") : ""));
    }
    return all;
  }

  static bool is_number(const RunColumn& column) {
    return column.key != "date" && column.key != "lesson" && column.key != "preset";
  }

  static std::string heading(const std::string& id, const std::string& title) {
    return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-title\">\n<h2 id=\"" + id + "-title\">" + title +
           "</h2>\n";
  }

  // A table that may be wider than the screen: its frame scrolls, with the keyboard too.
  static std::string scroll(const std::string& id, const std::string& attributes, const std::string& head,
                            const std::string& rows) {
    return "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"" + id + "-title\">\n" +
           tag("table", attributes + " aria-labelledby=\"" + id + "-title\"",
               "\n<thead>" + tag("tr", "", head) + "</thead>\n<tbody>\n" + rows + "</tbody>") +
           "</div>\n";
  }

  const std::vector<Run>& runs_;
  bool turkish_;
};

}  // namespace

std::string html_of_runs(const std::vector<Run>& runs, bool compares, bool turkish) {
  Json all = Json::array();
  for (const Run& run : runs) {
    Json one = run_to_json(run);
    one.set("number", run.number);
    one.set("file", run.file);
    one.set("title", title_of(run));
    const std::optional<double> bits = run.bits_for_each_loss();
    one.set("bits_for_each_loss", bits ? Json(*bits) : Json());
    all.append(std::move(one));
  }
  Writer writer(runs, turkish);
  HtmlPage page;
  page.turkish = turkish;
  page.title = turkish ? "Çalıştırmalar" : "Runs";
  if (compares) {
    std::string numbers;
    for (const Run& run : runs) numbers += (numbers.empty() ? "#" : ", #") + std::to_string(run.number);
    page.title = (turkish ? "Karşılaştırma: " : "Comparison: ") + numbers;
  }
  page.lead = turkish ? "Eğitimlerden geriye kalanlar: eğrileri, ayarları, sonuçları."
                      : "What trainings have left behind: their curves, settings and results.";
  page.body = writer.body();
  page.data = Json::object({{"words", writer.words()}, {"compares", compares}, {"runs", all}});
  page.scripts = {"curves.js", "runs.js"};
  return assemble(std::move(page));
}

}  // namespace dikkat
