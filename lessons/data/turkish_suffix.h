// Turkish suffixes. A suffix is named by its front, unrounded form and takes the sounds of its word: "de" makes
// İzmir'de, Ankara'da, Muş'ta, evde, kitapta.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dikkat {

// The suffixes that are known:
//   i e de den in le   accusative, dative, locative, ablative, genitive, "with"
//   ler                plural
//   im in2 si imiz iniz   my, your, his/her/its, our, your (several, or polite)
//   li siz lik ci ce   with, without, -ness, -er, -ly
//   dir di mi          is, was, the question (a word of its own)
bool is_turkish_suffix(std::string_view name);

// `word` with the suffixes in their order: ("çocuk", {"ler", "e"}) gives "çocuklara".
//   vowel harmony      e becomes a, i becomes ı, u or ü, after the last vowel (saat, kalp, rol ...: as if it were soft)
//   softening          p ç t k of the end before a vowel: kitap, kitabı; renk, rengi; saç, saçı
//   letters between    y, n or s where two vowels meet, and n behind "si": arabayı, arabanın, arabası, arabasını
//   a vowel falls out  of some words before a vowel: şehir, şehri
//   apostrophe         between a name (its first letter is a capital) and its first case or possessive: Ayşe'ye
// Throws Error for a suffix that is not known and for an empty word.
std::string with_suffixes(std::string_view word, const std::vector<std::string>& suffixes);

}  // namespace dikkat
