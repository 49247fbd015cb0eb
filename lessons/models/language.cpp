#include "lessons/models/language.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "lessons/models/turns.h"
#include "lessons/models/words.h"

namespace dikkat {

namespace {

constexpr size_t shortest_beginning = 3;     // letters
constexpr double most_evidence = 4;          // of one word: e^4, fifty times as frequent
constexpr double beginning_weight = 0.5;     // a beginning says less than a word
constexpr double turkish_letter_weight = 2;  // such a letter is in no English word, but in names
constexpr double enough = 1;                 // less evidence than this is none
constexpr double enough_for_a_change = most_evidence;
constexpr uint64_t any_seed = 1;

std::string whole(const std::string& word) {
  return word + ' ';
}

// Is there a letter in it that English has not? (Small and capital dotless and dotted i need the text as it was typed.)
bool has_turkish_letter(std::string_view text) {
  for (const char* letter : {"ç", "Ç", "ğ", "Ğ", "ı", "İ", "ö", "Ö", "ş", "Ş", "ü", "Ü"}) {
    if (text.find(letter) != text.npos) return true;
  }
  return false;
}

// The words that a list holds with a capital letter: people, cities, the English days.
std::set<std::string> names_in(const std::vector<SkeletonFile>& files) {
  std::set<std::string> names;
  for (const SkeletonFile& file : files) {
    const Language language = file.turkish ? Language::turkish : Language::any;
    for (const auto& [list, values] : file.lists) {
      for (const std::string& value : values) {
        if (to_lower(value, language) == value) continue;
        for (const std::string& word : words_of(value, language)) names.insert(word);
      }
    }
  }
  return names;
}

}  // namespace

LanguageGuess::LanguageGuess(const std::vector<Dialogue>& turkish, const std::vector<Dialogue>& english,
                             std::set<std::string> names)
    : names_(std::move(names)) {
  count(english, false);
  count(turkish, true);
}

LanguageGuess LanguageGuess::of_the_course() {
  const std::vector<SkeletonFile> turkish = skeleton_files(true), english = skeleton_files(false);
  std::set<std::string> names = names_in(turkish);
  names.merge(names_in(english));
  return LanguageGuess(make_dialogues(turkish, false, 1, any_seed), make_dialogues(english, false, 1, any_seed),
                       std::move(names));
}

// English first: a Turkish word without its own letters is counted only where English has no such word.
void LanguageGuess::count(const std::vector<Dialogue>& dialogues, bool turkish) {
  std::map<std::string, double> words;
  for (const Dialogue& dialogue : dialogues) {
    for (const std::string& line : spoken_lines(dialogue.dialogue)) {
      for (const std::string& word : words_of(line, turkish ? Language::turkish : Language::any)) {
        if (!names_.contains(word)) ++words[word];
      }
    }
  }
  if (turkish) {
    std::map<std::string, double> plain;
    for (const auto& [word, times] : words) {
      const std::string typed = without_turkish_letters(word);
      if (typed != word && !counts_.contains(whole(typed))) plain[typed] += times;
    }
    for (const auto& [word, times] : plain) words[word] += times;
  }
  for (const auto& [word, times] : words) {
    const auto add = [&](const std::string& key) { (turkish ? counts_[key].turkish : counts_[key].english) += times; };
    (turkish ? total_.turkish : total_.english) += times;
    add(whole(word));
    for (size_t size = shortest_beginning; size <= letter_count(word); ++size) add(first_letters(word, size));
  }
}

double LanguageGuess::log_ratio(const std::string& in_turkish, const std::string& in_english) const {
  const auto turkish = counts_.find(in_turkish), english = counts_.find(in_english);
  const double as_turkish = turkish == counts_.end() ? 0 : turkish->second.turkish;
  const double as_english = english == counts_.end() ? 0 : english->second.english;
  if (as_turkish + as_english == 0) return 0;
  constexpr double unseen = 0.3;  // what a word counts that might have come and did not
  const double ratio = (as_turkish + unseen) / (total_.turkish + 1) * (total_.english + 1) / (as_english + unseen);
  return std::clamp(std::log(ratio), -most_evidence, most_evidence);
}

// The word, or else the longest beginning of it that is known.
double LanguageGuess::evidence_of(const std::string& in_turkish, const std::string& in_english) const {
  if (const double ratio = log_ratio(whole(in_turkish), whole(in_english)); ratio != 0) return ratio;
  for (size_t size = letter_count(in_turkish); size >= shortest_beginning; --size) {
    const double ratio = log_ratio(first_letters(in_turkish, size), first_letters(in_english, size));
    if (ratio != 0) return beginning_weight * ratio;
  }
  return 0;
}

double LanguageGuess::evidence(std::string_view line) const {
  const std::vector<std::string> in_turkish = words_of(line, Language::turkish),
                                 in_english = words_of(line, Language::any);
  double sum = has_turkish_letter(line) ? turkish_letter_weight : 0;
  for (size_t i = 0; i < std::min(in_turkish.size(), in_english.size()); ++i)
    if (!names_.contains(in_turkish[i]) && !names_.contains(in_english[i]))
      sum += evidence_of(in_turkish[i], in_english[i]);
  return sum;
}

Spoken LanguageGuess::operator()(std::string_view line, Spoken before) const {
  const double found = evidence(line);
  const Spoken language = found > 0 ? Spoken::turkish : Spoken::english;
  if (before != Spoken::unknown && (language == before || std::abs(found) < enough_for_a_change)) return before;
  return std::abs(found) >= enough ? language : Spoken::unknown;
}

}  // namespace dikkat
