// The flags of every lesson, the page that --help prints, the nearest word, and the language.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "kernels/precision.h"
#include "kernels/table.h"
#include "lessons/stage/flags.h"
#include "lessons/stage/letters.h"
#include "lessons/stage/text.h"

namespace dikkat {

std::vector<Flag> common_flags() {
  std::vector<Flag> flags = {
      {.name = "lang",
       .kind = Flag::word,
       .help = {"dil; verilmezse sistemin dili", "language; otherwise that of the system"},
       .allowed = {"tr", "en"}},
      {.name = "preset",
       .kind = Flag::word,
       .fallback = "class",
       .help = {"test: saniyeler, class: bir iki dakika, full: tam ölçü",
                "test: seconds, class: a minute or two, full: the full size"},
       .allowed = {"test", "class", "full"}},
      {.name = "section",
       .kind = Flag::word,
       .help = {"yalnız bu bölümü anlatır; adlar: --list", "tells this section only; names: --list"},
       .value_name = "NAME"},
      {.name = "pace",
       .kind = Flag::word,
       .help = {"step: her bölümden sonra bekler, auto: durmaz; verilmezse terminalde step, değilse auto",
                "step: waits after each section, auto: does not; otherwise step at a terminal, else auto"},
       .allowed = {"step", "auto"}},
      {.name = "list", .help = {"bölümleri listeler ve biter", "lists the sections and ends"}},
      {.name = "seed",
       .kind = Flag::integer,
       .fallback = "0",
       .help = {"rastgele sayıların başlangıcı; aynı sayı, aynı sonuç",
                "start of the random numbers; same seed, same result"},
       .lowest = 0},
      {.name = "threads",
       .kind = Flag::integer,
       .help = {"iş parçacığı sayısı; verilmezse işlemci sayısı",
                "number of threads; otherwise that of the processors"},
       .lowest = 1,
       .highest = 1024},
      {.name = "device",
       .kind = Flag::word,
       .fallback = "cpu",
       .help = {"nerede hesaplanacağı; reference: yavaş, düz döngüler",
                "where to compute; reference: slow, plain loops"},
       .allowed = device_names(),
       .not_yet = {"vulkan"}},
      {.name = "precision",
       .kind = Flag::word,
       .fallback = "f32",
       .help = {"matris çarpımında çarpanların biçimi; bf16: 8 bite yuvarlanır, bf16x3: iki parçayla 16 bit",
                "format of the factors in matrix products; bf16: rounded to 8 bits, bf16x3: 16 bits in two parts"},
       .allowed = precision_names()},
      {.name = "check",
       .help = {"her çekirdeği düz döngülü olanla karşılaştırır", "compares each kernel with its plain loops"}},
      {.name = "trace",
       .help = {"ilk NaN'da işlemi ve satırı söyleyip durur", "stops at the first NaN and names operation and line"}},
      {.name = "profile", .help = {"her çekirdeğin süresini yazar", "prints the time of each kernel"}},
      {.name = "json",
       .kind = Flag::word,
       .help = {"ölçülen her sayıyı bu dosyaya yazar", "writes every measured figure to this file"},
       .value_name = "FILE"},
      {.name = "plain", .help = {"renksiz, çizim karaktersiz", "no colours, no drawing characters"}},
      {.name = "help", .help = {"bu sayfa", "this page"}},
      {.name = "gpu",
       .kind = Flag::word,
       .help = {"hesap işlemcide yapılır", "everything is computed on the processor"},
       .is_planned = true},
      {.name = "html",
       .kind = Flag::word,
       .help = {"sonuçlar --json ile yazılır", "results are written with --json"},
       .is_planned = true},
  };
  for (Flag& flag : flags) flag.is_common = true;
  return flags;
}

namespace {

std::string usage(const Flag& flag) {
  if (flag.kind == Flag::boolean) return "--" + flag.name;
  std::string value = flag.value_name;
  for (const std::string& word : flag.allowed) value += (value.empty() ? "" : "|") + word;
  if (value.empty()) value = flag.kind == Flag::files ? "FILE,..." : flag.kind == Flag::word ? "TEXT" : "N";
  return "--" + flag.name + " " + value;
}

void add_wrapped(std::vector<std::string>& lines, const std::string& content, int width, int indent) {
  for (const std::string& line : wrap(content, std::max(8, width - indent))) {
    lines.push_back(std::string(indent, ' ') + line);
  }
}

}  // namespace

std::vector<std::string> Flags::describe(bool common, int width, bool turkish) const {
  constexpr int longest = 30;  // a longer usage gets a line of its own
  int column = 0;
  for (const Flag& flag : known_) {
    const int needed = 2 + display_width(usage(flag)) + 2;
    if (!flag.is_planned && needed <= longest) column = std::max(column, needed);
  }
  const bool two_columns = column + 30 <= width;
  std::vector<std::string> lines;
  for (const Flag& flag : known_) {
    if (flag.is_planned || flag.is_common != common) continue;
    std::string says = flag.help.in(turkish);
    if (!flag.fallback.empty()) says += text(" [", flag.fallback, "]");
    if (two_columns) {
      std::vector<std::string> described = wrap(says, width - column);
      if (2 + display_width(usage(flag)) + 2 > column) {
        add_wrapped(lines, usage(flag), width, 2);
      } else {
        lines.push_back(pad_right("  " + usage(flag), column) + described[0]);
        described.erase(described.begin());
      }
      for (const std::string& line : described) lines.push_back(std::string(column, ' ') + line);
    } else {
      add_wrapped(lines, usage(flag), width, 2);
      add_wrapped(lines, says, width, 4);
    }
  }
  return lines;
}

std::vector<std::string> Flags::help(const std::string& program, int width, bool turkish) const {
  std::vector<std::string> lines;
  add_wrapped(lines, turkish ? "Kullanım: " + program + " [seçenekler]" : "Usage: " + program + " [flags]", width, 0);
  for (const bool common : {false, true}) {
    const std::vector<std::string> described = describe(common, width, turkish);
    if (described.empty()) continue;
    const Bilingual title =
        common ? Bilingual{"Her derste:", "In every lesson:"} : Bilingual{"Bu derste:", "In this lesson:"};
    lines.push_back("");
    lines.push_back(title.in(turkish));
    lines.insert(lines.end(), described.begin(), described.end());
  }
  return lines;
}

std::string nearest(const std::string& word, const std::vector<std::string>& words) {
  std::string best;
  if (word.size() > 100) return best;
  size_t fewest = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string& other : words) {
    // before[j], now[j]: changes from the first i letters of `word` to the first j letters of `other`.
    std::vector<size_t> two_before, before(other.size() + 1), now(other.size() + 1);
    for (size_t j = 0; j <= other.size(); ++j) before[j] = j;
    for (size_t i = 1; i <= word.size(); ++i) {
      now[0] = i;
      for (size_t j = 1; j <= other.size(); ++j) {
        const size_t replaced = before[j - 1] + (word[i - 1] == other[j - 1] ? 0 : 1);
        now[j] = std::min({before[j] + 1, now[j - 1] + 1, replaced});
        if (i > 1 && j > 1 && word[i - 1] == other[j - 2] && word[i - 2] == other[j - 1]) {
          now[j] = std::min(now[j], two_before[j - 2] + 1);
        }
      }
      two_before = before;
      before = now;
    }
    // A beginning of a long name is near as well: --check for --checkpoint, --sect for --section.
    const bool beginning = word.size() >= 3 && other.compare(0, word.size(), word) == 0;
    const size_t changes = beginning ? std::min<size_t>(before[other.size()], 1) : before[other.size()];
    if (changes < fewest && changes < other.size()) {
      fewest = changes;
      best = other;
    }
  }
  return best;
}

bool locale_is_turkish() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string language(value);
    return !(language.compare(0, 2, "en") == 0 && (language.size() == 2 || language.find_first_of("_.@-") == 2));
  }
  return true;
}

bool turkish_wanted(const std::vector<std::string>& arguments) {
  bool turkish = locale_is_turkish();
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string value;
    if (arguments[i].compare(0, 7, "--lang=") == 0) value = arguments[i].substr(7);
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) value = arguments[i + 1];
    if (value == "tr" || value == "en") turkish = value == "tr";
  }
  return turkish;
}

}  // namespace dikkat
