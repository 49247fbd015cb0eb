// Flags, and the first act: words, characters, bytes; the small steps of merging.
#include "lessons/05_tokenizer/show.h"

#include <algorithm>

#include "lessons/05_tokenizer/numbers.h"
#include "tokenizer/files.h"
#include "tokenizer/train.h"

namespace dikkat {

std::vector<Flag> tokenizer_flags() {
  return {
      {.name = "text",
       .kind = Flag::word,
       .help = {"jetonlara bölünecek metin", "a text to be cut into tokens"},
       .value_name = "TEXT"},
      {.name = "vocab",
       .kind = Flag::word,
       .help = {"başka bir sözlük: GPT-2'ninki ya da elindeki; klasör veya dosya",
                "another vocabulary: GPT-2's or any that you have; a folder or a file"},
       .value_name = "DIR"},
      {.name = "vocab_size",
       .kind = Flag::integer,
       .help = {"eğitilen en büyük sözlük", "the largest vocabulary to be trained"},
       .lowest = 512,
       .highest = 1'000'000},
      {.name = "data",
       .kind = Flag::files,
       .help = {"kendi metinlerin; Türkçe ile İngilizcenin yanına eklenir (virgülle ayır)",
                "your own texts, studied beside Turkish and English (comma-separated)"}},
  };
}

std::optional<Tokenizer> vocabulary_of_the_user(const Lesson& lesson) {
  const std::string section = lesson.flags.word("section");
  if (section == "vocab" && !lesson.flags.given("vocab"))
    throw UsageError(lesson.turkish ? "--section vocab: bu bölüm için --vocab da gerekir"
                                    : "--section vocab: this section needs --vocab as well");
  if (section == "try" && lesson.flags.given("text"))
    throw UsageError(lesson.turkish ? "--section try: --text verilince bu bölüm anlatılmaz; --section own_text kullan"
                                    : "--section try: this section is not told with --text; use --section own_text");
  if (!lesson.flags.given("vocab")) return std::nullopt;
  const std::string path = lesson.flags.word("vocab");
  return Tokenizer(read_vocabulary(path), path);
}

int64_t largest_vocabulary(const Lesson& lesson) {
  const int64_t size = lesson.preset == Preset::test ? 1024 : lesson.preset == Preset::full ? 8192 : 2048;
  return lesson.flags.given("vocab_size") ? lesson.flags.integer("vocab_size") : size;
}

bool is_over(const Lesson& lesson, const std::vector<std::string>& sections) {
  const auto only = std::find(sections.begin(), sections.end(), lesson.flags.word("section"));
  return Lesson::interrupted() || only != sections.end();
}

std::string shown(const Lesson& lesson, const std::string& token) {
  return visible(token, !lesson.flags.boolean("plain"));
}

// Words, characters, bytes --------------------------------------------------------------------------------------------

namespace {

constexpr double tolerance = 4;  // of the guess, in words of a hundred

// "çalışır, çalışan ..." with at most `most` forms.
std::string list_of(const std::vector<std::string>& forms, size_t most) {
  std::string list;
  for (size_t i = 0; i < std::min(forms.size(), most); ++i) list += (i > 0 ? ", " : "") + forms[i];
  return forms.size() > most ? list + " ..." : list;
}

Json figures(const std::string& text, const std::string& name, const Unit& unit) {
  Json row = Json::object();
  row.set("text", text);
  row.set("unit", name);
  row.set("list", unit.list);
  row.set("tokens_per_word", unit.tokens_per_word);
  row.set("not_in_list", unit.unknown);
  return row;
}

}  // namespace

void set_units(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Units>& units) {
  Json all = Json::array(), all_forms = Json::array();
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string& key = texts[i].key;
    all.append(figures(key, "word", units[i].words));
    all.append(figures(key, "character", units[i].characters));
    all.append(figures(key, "byte", units[i].bytes));
    if (key != "tr" && key != "en") continue;
    const std::string root = key == "tr" ? "çalış" : "work";
    const std::vector<std::string> forms = forms_of(texts[i].training, root);
    const auto count = static_cast<int64_t>(forms.size());
    lesson.set("words_" + key, std::to_string(units[i].words.list));
    lesson.set("unknown_" + key, 100 * units[i].words.unknown, 1);
    lesson.set("bytes_per_word_" + key, units[i].bytes.tokens_per_word, 1);
    lesson.set("root_" + key, root);
    lesson.set("forms_" + key, list_of(forms, 8));
    lesson.set("form_count_" + key, count);
    Json of_root = Json::object();
    of_root.set("text", key);
    of_root.set("root", root);
    of_root.set("count", count);
    all_forms.append(of_root);
  }
  lesson.set("tolerance", tolerance, 0);
  lesson.record("units", all);
  lesson.record("forms", all_forms);
}

void predict_unknown_words(Lesson& lesson, const std::vector<Units>& units) {
  lesson.predict("unknown", 100 * units[0].words.unknown, tolerance);
}

void show_units(Lesson& lesson, const std::vector<Text>& texts, const std::vector<Units>& units) {
  Table table({lesson.label("text"), lesson.label("unit"), lesson.label("list"), lesson.label("tokens_per_word"),
               lesson.label("not_in_list")});
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto add = [&](const std::string& label, const Unit& unit) {
      table.add({texts[i].name, lesson.label(label), std::to_string(unit.list), fixed(unit.tokens_per_word, 2),
                 percent(unit.unknown)});
    };
    add("word_unit", units[i].words);
    add("character_unit", units[i].characters);
    add("byte_unit", units[i].bytes);
  }
  lesson.table(table);
}

// Merging, step by step -----------------------------------------------------------------------------------------------

std::vector<std::string> all_bytes() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  return tokens;
}

namespace {

std::string sum_of(const Lesson& lesson, const std::string& left, const std::string& right) {
  return shown(lesson, left) + " + " + shown(lesson, right);
}

}  // namespace

void set_pieces(Lesson& lesson, const std::string& word) {
  std::string all;
  for (const std::string_view piece : pieces_of(word)) all += (all.empty() ? "" : " | ") + std::string(piece);
  lesson.set("with_suffix", word);
  lesson.set("pieces", all);
}

void predict_first_merge(Lesson& lesson, const std::map<Pair, int64_t>& counts) {
  const std::vector<std::string> bytes = all_bytes();
  const auto [best, most] = most_frequent(counts);
  // The best and the three that come next, in the order of their letters.
  std::vector<std::pair<int64_t, Pair>> by_count;
  for (const auto& [pair, count] : counts)
    if (pair != best && count < most) by_count.push_back({-count, pair});
  std::sort(by_count.begin(), by_count.end());
  std::vector<Pair> offered = {best};
  for (size_t i = 0; i < std::min<size_t>(3, by_count.size()); ++i) offered.push_back(by_count[i].second);
  std::sort(offered.begin(), offered.end());
  std::vector<std::string> choices;
  for (const Pair& pair : offered) choices.push_back(sum_of(lesson, bytes[pair.first], bytes[pair.second]));
  lesson.set("first_merge", sum_of(lesson, bytes[best.first], bytes[best.second]));
  lesson.set("first_count", most);
  lesson.predict("first_merge", choices,
                 static_cast<int>(std::find(offered.begin(), offered.end(), best) - offered.begin()));
}

void set_tiny(Lesson& lesson, const std::vector<Merge>& merges, const std::vector<std::string>& tokens) {
  std::string longest;
  for (const Merge& merge : merges) {
    const std::string& token = tokens[static_cast<size_t>(merge.result)];
    if (token.size() > longest.size()) longest = token;
  }
  lesson.set("tiny_longest", shown(lesson, longest));
  lesson.set("tiny_merges", static_cast<int64_t>(merges.size()));
  lesson.set("space", shown(lesson, " "));
  lesson.record("tiny_merges", static_cast<int64_t>(merges.size()));
}

void set_word(Lesson& lesson, const std::string& word, const Row& row) {
  lesson.set("word", shown(lesson, word));
  lesson.set("word_tokens", static_cast<int64_t>(row.size()));
  lesson.record("word_tokens", static_cast<int64_t>(row.size()));
}

namespace {

Frame frame_of(const std::string& caption, const std::vector<Row>& rows, const std::vector<std::string>& tokens,
               int32_t marked) {
  Frame frame{caption, {}};
  for (const Row& row : rows)
    for (const int32_t id : row) frame.tokens.push_back({tokens[static_cast<size_t>(id)], "", id == marked});
  return frame;
}

}  // namespace

Frame frame_of_bytes(const Lesson& lesson, const std::vector<Row>& rows, const std::vector<std::string>& tokens) {
  return frame_of(lesson.label("bytes_only"), rows, tokens, -1);
}

Frame frame_of_merge(const Lesson& lesson, const std::vector<Row>& rows, const std::vector<std::string>& tokens,
                     const Merge& merge, int64_t count) {
  const std::string pair = sum_of(lesson, tokens[merge.left], tokens[merge.right]);
  const std::string caption = lesson.label("merge_caption", {{"number", std::to_string(merge.rank + 1)},
                                                             {"pair", pair},
                                                             {"id", std::to_string(merge.result)},
                                                             {"count", std::to_string(count)}});
  return frame_of(caption, rows, tokens, merge.result);
}

Frame frame_of_row(const Lesson& lesson, const Row& row, const Vocabulary& vocabulary, const Merge* merge) {
  if (merge == nullptr) return frame_of(lesson.label("encode_begin"), {row}, vocabulary.tokens, -1);
  const std::string pair = sum_of(lesson, vocabulary.tokens[merge->left], vocabulary.tokens[merge->right]);
  const std::string caption =
      lesson.label("encode_caption", {{"rank", std::to_string(merge->rank + 1)}, {"pair", pair}});
  return frame_of(caption, {row}, vocabulary.tokens, merge->result);
}

std::map<Pair, Merge> merges_by_pair(const Vocabulary& vocabulary) {
  std::map<Pair, Merge> by_pair;
  for (const Merge& merge : vocabulary.merges) by_pair[{merge.left, merge.right}] = merge;
  return by_pair;
}

const Merge* first_learned(const Row& row, const std::map<Pair, Merge>& by_pair) {
  const Merge* first = nullptr;
  for (size_t i = 0; i + 1 < row.size(); ++i) {
    const auto found = by_pair.find({row[i], row[i + 1]});
    if (found != by_pair.end() && (first == nullptr || found->second.rank < first->rank)) first = &found->second;
  }
  return first;
}

Tensor as_tensor(const std::vector<Merge>& merges) {
  std::vector<double> numbers;
  for (const Merge& merge : merges)
    for (const int32_t id : {merge.left, merge.right, merge.result}) numbers.push_back(id);
  return tensor(numbers, {static_cast<int64_t>(merges.size()), 3});
}

Tensor as_tensor(const Row& ids) {
  return tensor(std::vector<double>(ids.begin(), ids.end()));
}

}  // namespace dikkat
