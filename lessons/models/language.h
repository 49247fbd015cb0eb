// Which of the course's two languages a line is in.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lessons/data/dialogues.h"

namespace dikkat {

enum class Spoken { unknown, turkish, english };

// Counts the words of dialogues in either language, and how words begin, since a Turkish word has more endings than any
// corpus. A line is in the language in which its words are the likelier ones.
class LanguageGuess {
 public:
  // `names` (lower case) belong to both languages and are not counted.
  LanguageGuess(const std::vector<Dialogue>& turkish, const std::vector<Dialogue>& english,
                std::set<std::string> names = {});

  // From the course's own dialogues, those for training. Its names are the values of its lists with a capital letter.
  static LanguageGuess of_the_course();

  // Unknown where the words are in neither ("12:30", another language) or fit both. After a line in the language
  // `before`, more is asked of one in the other: a name or "ok" alone changes nothing and is in the language before.
  Spoken operator()(std::string_view line, Spoken before = Spoken::unknown) const;

  // What that rests on: the sum over the words of log(frequency in Turkish / frequency in English), each limited so
  // that no word decides a long line alone.
  double evidence(std::string_view line) const;

 private:
  struct Counts {
    double turkish = 0, english = 0;
  };

  void count(const std::vector<Dialogue>& dialogues, bool turkish);
  double evidence_of(const std::string& in_turkish, const std::string& in_english) const;
  double log_ratio(const std::string& in_turkish, const std::string& in_english) const;  // 0: neither is known

  std::set<std::string> names_;
  std::map<std::string, Counts> counts_;  // of whole words ("ev ", a space at the end) and of beginnings ("arab")
  Counts total_;
};

}  // namespace dikkat
