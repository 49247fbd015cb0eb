#include "lessons/data/turkish_suffix.h"

#include <algorithm>
#include <map>
#include <set>

#include "kernels/check.h"
#include "tokenizer/unicode.h"

namespace dikkat {

namespace {

using Letters = std::u32string;

constexpr std::u32string_view vowels = U"aeıioöuü", back_vowels = U"aıou", hard_consonants = U"fstkçşhp";

Letters letters_of(std::string_view text) {
  Letters letters;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = decode(text, at);
    letters += static_cast<char32_t>(point.value);
    at += point.length;
  }
  return letters;
}

std::string text_of(const Letters& letters) {
  std::string text;
  for (const char32_t letter : letters) append_utf8(text, static_cast<uint32_t>(letter));
  return text;
}

bool is_in(char32_t letter, std::u32string_view set) {
  return set.find(letter) != set.npos;
}
bool is_vowel(char32_t letter) {
  return is_in(letter, vowels);
}

// What the rules do not tell. The last word counts: "park saati" is not listed, "saat" is.
bool is_listed(const Letters& word, const std::set<std::string>& list) {
  const size_t space = word.rfind(U' ');
  return list.contains(text_of(space == Letters::npos ? word : word.substr(space + 1)));
}
const std::set<std::string>& with_soft_end() {  // a, o, u of the last syllable, and yet front vowels behind it
  static const std::set<std::string> list = {
      "saat",  "kalp",   "rol",     "gol",    "kontrol", "alkol", "petrol", "harf",  "hal",   "dikkat", "hayal",
      "kabul", "meşgul", "seyahat", "sıhhat", "kemal",   "cemal", "bilal",  "hilal", "nihal", "celal",  "festival"};
  return list;
}
const std::set<std::string>& with_vowel_that_falls() {
  static const std::set<std::string> list = {"ağız", "akıl",  "alın",  "beyin", "boyun", "burun", "fikir", "göğüs",
                                             "isim", "karın", "nehir", "oğul",  "omuz",  "resim", "şehir", "vakit"};
  return list;
}
const std::set<std::string>& softened_against_the_rule() {  // one syllable, or with t
  static const std::set<std::string> list = {"kap",  "dip",   "uç",    "güç",    "gök",  "çok",   "tat",   "kurt",
                                             "dört", "kağıt", "kanat", "yoğurt", "umut", "armut", "senet", "kalp"};
  return list;
}

char32_t last_vowel(const Letters& word) {
  for (auto letter = word.rbegin(); letter != word.rend(); ++letter) {
    if (is_vowel(*letter)) return *letter;
  }
  return U'e';
}

// A word as it grows: its letters, and their small forms, by which the rules go.
class Word {
 public:
  explicit Word(std::string_view word)
      : letters_(letters_of(word)),
        small_(letters_of(to_lower(word, Language::turkish))),
        is_name_(letters_.front() != small_.front()) {}

  void add(const std::string& suffix) {
    if (suffix == "mi") return append(U" m", U'i');
    const bool derives = suffix == "li" || suffix == "siz" || suffix == "lik" || suffix == "ci" || suffix == "ce";
    const bool apostrophe = is_name_ && is_bare_ && !derives && suffix != "ler";
    const bool vowel = is_vowel(small_.back()), hard = is_in(small_.back(), hard_consonants);
    const Letters d = hard && !has_owner_ ? U"t" : U"d", c = hard ? U"ç" : U"c", n = has_owner_ ? U"n" : U"";
    const Letters between = has_owner_ ? U"n" : U"y";
    is_bare_ = false;
    if (apostrophe) letters_ += U'\'';
    keep_ = apostrophe;  // a name keeps its letters
    if (suffix == "i") return append_vowel(vowel ? between : U"", U'i');
    if (suffix == "e") return append_vowel(vowel ? between : U"", U'e');
    if (suffix == "in") return append_vowel(vowel ? (is_water() ? U"y" : U"n") : U"", U'i', U"n");
    if (suffix == "im") return append_possessive(vowel, U"m");
    if (suffix == "in2") return append_possessive(vowel, U"n");
    if (suffix == "imiz") return append_possessive(vowel, U"m"), append(U"", U'i', U"z");
    if (suffix == "iniz") return append_possessive(vowel, U"n"), append(U"", U'i', U"z");
    if (suffix == "si") {
      append_vowel(vowel ? (is_water() ? U"y" : U"s") : U"", U'i');
      has_owner_ = true;
      return;
    }
    if (suffix == "de") append(n + d, U'e');
    if (suffix == "den") append(n + d, U'e', U"n");
    if (suffix == "le") append(vowel ? U"yl" : U"l", U'e');
    if (suffix == "ler") append(U"l", U'e', U"r");
    if (suffix == "li") append(U"l", U'i');
    if (suffix == "siz") append(U"s", U'i', U"z");
    if (suffix == "lik") append(U"l", U'i', U"k");
    if (suffix == "ci") append(c, U'i');
    if (suffix == "ce") append(c, U'e');
    if (suffix == "dir") append(d, U'i', U"r");
    if (suffix == "di") append((vowel ? U"y" : U"") + d, U'i');
    has_owner_ = false;
  }

  std::string text() const { return text_of(letters_); }

 private:
  bool is_water() const { return small_ == U"su"; }

  // The vowel of a suffix, e or i, after the last vowel of the word.
  char32_t in_harmony(char32_t vowel) const {
    char32_t last = last_vowel(small_);
    if (is_listed(small_, with_soft_end())) last = last == U'a' ? U'e' : U'ü';
    if (vowel == U'e') return is_in(last, back_vowels) ? U'a' : U'e';
    switch (last) {
      case U'a':
      case U'ı':
        return U'ı';
      case U'o':
      case U'u':
        return U'u';
      case U'ö':
      case U'ü':
        return U'ü';
      default:
        return U'i';
    }
  }

  void append(const Letters& before, char32_t vowel, const Letters& behind = U"") {
    Letters suffix = before;
    suffix += in_harmony(vowel);
    suffix += behind;
    letters_ += suffix;
    small_ += suffix;
  }

  // The same, where the suffix may begin with its vowel: then the word's end may change.
  void append_vowel(const Letters& before, char32_t vowel, const Letters& behind = U"") {
    if (!before.empty()) return append(before, vowel, behind);
    const char32_t harmony = in_harmony(vowel);
    if (!keep_) change_end();
    Letters suffix(1, harmony);
    suffix += behind;
    letters_ += suffix;
    small_ += suffix;
  }

  void append_possessive(bool after_vowel, const Letters& letter) {
    if (after_vowel && !is_water()) {
      letters_ += letter;
      small_ += letter;
    } else {
      append_vowel(after_vowel ? U"y" : U"", U'i', letter);
    }
  }

  void change_end() {
    if (is_listed(small_, with_vowel_that_falls())) {
      letters_.erase(letters_.size() - 2, 1);
      small_.erase(small_.size() - 2, 1);
      if (small_.back() == U't') return;  // vakit, vakti
    }
    const auto syllables = std::count_if(small_.begin(), small_.end(), is_vowel);
    const bool listed = is_listed(small_, softened_against_the_rule());
    const char32_t last = small_.back(), before = small_.size() > 1 ? small_[small_.size() - 2] : U' ';
    char32_t soft = last;
    if (last == U'k' && before == U'n') {
      soft = U'g';
    } else if (last == U'k' && is_vowel(before) && (syllables > 1 || listed)) {
      soft = U'ğ';
    } else if (last == U'p' && (syllables > 1 || listed)) {
      soft = U'b';
    } else if (last == U'ç' && (syllables > 1 || listed)) {
      soft = U'c';
    } else if (last == U't' && listed) {
      soft = U'd';
    }
    letters_.back() = small_.back() = soft;
  }

  Letters letters_, small_;
  bool is_name_, is_bare_ = true, has_owner_ = false, keep_ = false;
};

}  // namespace

bool is_turkish_suffix(std::string_view name) {
  static const std::set<std::string_view> known = {"i",    "e",    "de", "den", "in",  "le", "ler", "im",  "in2", "si",
                                                   "imiz", "iniz", "li", "siz", "lik", "ci", "ce",  "dir", "di",  "mi"};
  return known.contains(name);
}

std::string with_suffixes(std::string_view word, const std::vector<std::string>& suffixes) {
  require(!word.empty(), "a suffix needs a word in front of it");
  Word result(word);
  for (const std::string& suffix : suffixes) {
    require(is_turkish_suffix(suffix), "no Turkish suffix is called \"", suffix,
            "\"; known are those of turkish_suffix.h");
    result.add(suffix);
  }
  return result.text();
}

}  // namespace dikkat
