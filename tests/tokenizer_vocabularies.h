// For tests of the tokenizer: chance, small vocabularies, texts of every kind, and the textbook's way to merge.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/files/utf8.h"
#include "kernels/random.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/train.h"

namespace dikkat::test {

// Numbers without end, all from one seed.
class Chance {
 public:
  explicit Chance(uint64_t seed) : stream_{.seed = seed} {}
  size_t below(size_t count) { return philox(stream_, drawn_++).v[0] % count; }

 private:
  RandomStream stream_;
  uint64_t drawn_ = 0;
};

// A few hundred bytes in two languages, with digits, signs, line ends and letters beyond.
inline std::string sample_text() {
  return "Günaydın! Bugün hava çok güzel, değil mi?\nGood morning! The weather is nice today, isn't it?\n"
         "İstanbul'da 1453 yılından beri 3 köprü yapıldı.  Ispanak, ıspanak, İSTANBUL.\n\n"
         "\tfor (int i = 0; i < 10; ++i) sum += a[i] * b[i];\r\nhttps://example.org/?q=a+b&c=%20 😀👍🏽 日本語 नमस्ते\n"
         "the the the then they them there; gel gelir geldi gelecek gelmiş gelmez\n";
}

// The 256 bytes, some merges learnt from sample_text(), and <|endoftext|>.
inline Vocabulary sample_vocabulary(int64_t size = 400) {
  return train_bpe(sample_text(), {.vocab_size = size, .least_count = 1}).vocabulary;
}

inline std::string random_bytes(Chance& chance, size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(chance.below(256));
  return bytes;
}

// Valid UTF-8 of `count` code points: some of everything, in runs.
inline std::string random_text(Chance& chance, size_t count) {
  static const std::vector<std::pair<char32_t, char32_t>> blocks = {
      {'a', 'z'},       {'A', 'Z'},       {'0', '9'},       {0x20, 0x20},       {0x00, 0x1F},
      {0x21, 0x2F},     {0xA0, 0x17F},    {0x300, 0x36F},   {0x400, 0x4FF},     {0x2000, 0x206F},
      {0x3040, 0x30FF}, {0x4E00, 0x9FFF}, {0xE000, 0xE0FF}, {0x1F300, 0x1F6FF}, {0x10FF00, 0x10FFFF},
      {'\'', '\''},     {'\n', '\n'},     {0x80, 0xD7FF},   {0xE000, 0x10FFFF}};
  std::string text;
  for (size_t i = 0; i < count;) {
    const auto [first, last] = blocks[chance.below(blocks.size())];
    for (size_t run = 1 + chance.below(6); run > 0 && i < count; --run, ++i)
      append_utf8(text, static_cast<char32_t>(first + chance.below(last - first + 1)));
  }
  return text;
}

// The textbook: look at all pairs, merge the leftmost of the lowest rank, look again.
inline std::vector<int32_t> merged_by_hand(const std::vector<Merge>& merges, std::vector<int32_t> symbols) {
  std::map<std::pair<int32_t, int32_t>, Merge> by_pair;
  for (const Merge& merge : merges) by_pair[{merge.left, merge.right}] = merge;
  while (true) {
    const Merge* best = nullptr;
    size_t place = 0;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = by_pair.find({symbols[i], symbols[i + 1]});
      if (found == by_pair.end() || (best != nullptr && found->second.rank >= best->rank)) continue;
      best = &found->second;
      place = i;
    }
    if (best == nullptr) return symbols;
    symbols[place] = best->result;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

}  // namespace dikkat::test
