// Lesson 05: the tokenizer. How a text becomes numbers, and what that costs Turkish and English.
//
// You know already   tensors (01); bytes
// New here           words, characters, bytes; byte-pair encoding: training, encoding; what a vocabulary's size buys;
//                    the dotted and the dotless i
// Run                lessons/run 05                   seconds, then your own sentences
//                    lessons/run 05 --text "Merhaba"  one text as tokens
//                    lessons/run 05 --vocab FOLDER    beside it GPT-2's vocabulary, or any other that you have
// First breakpoint   lessons/run debug 05, then:  break merged   run   finish
// Prints             (seed 0) about one unknown word in five in Turkish, one in thirteen in English, and with 1024
//                    tokens two and a half tokens for a Turkish word, not quite two for an English one
#include "lessons/05_tokenizer/bpe.h"
#include "lessons/05_tokenizer/show.h"
#include "tokenizer/train.h"

using namespace dikkat;

int main(int argc, char** argv) {
  Lesson lesson("05_tokenizer", argc, argv, tokenizer_flags());
  const std::optional<Tokenizer> theirs = vocabulary_of_the_user(lesson);  // --vocab
  const std::vector<Text> texts = read_texts(lesson);                      // Turkish, English, and --data
  const int64_t largest = largest_vocabulary(lesson);

  // Act 1: the problem ------------------------------------------------------------------------------------------------
  const std::vector<Units> units = measure_units(texts);
  set_units(lesson, texts, units);
  if (lesson.section("problem")) predict_unknown_words(lesson, units);
  if (lesson.section("units")) show_units(lesson, texts, units);

  // Act 2: the breakthrough -------------------------------------------------------------------------------------------
  // Training by hand: a few words, as bytes.
  const std::string tiny = lesson.label("tiny");
  std::vector<Row> rows = rows_of_bytes(tiny);
  lesson.set("tiny", tiny);
  set_pieces(lesson, "Ankara'da");
  if (lesson.section("idea")) predict_first_merge(lesson, count_pairs(rows));

  std::vector<std::string> tokens = all_bytes();  // what each id stands for: 256 bytes so far
  std::vector<Merge> merges;
  std::vector<Frame> steps = {frame_of_bytes(lesson, rows, tokens)};
  while (true) {
    const std::map<Pair, int64_t> counts = count_pairs(rows);
    if (counts.empty()) break;
    const auto [pair, count] = most_frequent(counts);
    if (count < 2) break;  // nothing repeats any more
    const auto result = static_cast<int32_t>(tokens.size());
    tokens.push_back(tokens[pair.first] + tokens[pair.second]);
    for (Row& row : rows) row = merged(row, pair, result);
    merges.push_back({pair.first, pair.second, result, static_cast<uint32_t>(merges.size())});
    steps.push_back(frame_of_merge(lesson, rows, tokens, merges.back(), count));
  }
  const Training from_library = train_bpe(tiny, {.special_tokens = {}});
  set_tiny(lesson, merges, tokens);
  if (lesson.section("merges")) {
    lesson.animate(steps, Frames::below);
    lesson.same(lesson.label("by_hand_merges"), as_tensor(merges), as_tensor(from_library.vocabulary.merges), 0);
  }
  if (is_over(lesson, {"problem", "units", "idea", "merges"})) return lesson.finish();

  // The same on the dialogues: a vocabulary for each text, and one for all of them together.
  const std::vector<Vocabulary> own = train_each(lesson, texts, largest);
  const Tokenizer ours(train_together(lesson, texts, largest));
  if (lesson.section("training")) show_vocabularies(lesson, texts, own, largest);

  // Encoding by hand: of all merges that are possible, the one that was learned first.
  const Vocabulary& learned = own[lesson.turkish ? 0 : 1];
  const std::string word = " " + lesson.label("word");  // with the space before it, as in a sentence
  Row row = rows_of_bytes(word).front();
  const std::map<Pair, Merge> by_pair = merges_by_pair(learned);
  std::vector<Frame> pictures = {frame_of_row(lesson, row, learned)};
  while (const Merge* first = first_learned(row, by_pair)) {
    row = merged(row, {first->left, first->right}, first->result);
    pictures.push_back(frame_of_row(lesson, row, learned, first));
  }
  const Tokenizer tokenizer(learned);
  set_word(lesson, word, row);
  if (lesson.section("encoding")) {
    lesson.animate(pictures, Frames::beside);
    lesson.same(lesson.label("by_hand_ids"), as_tensor(row), as_tensor(tokenizer.encode(word)), 0);
  }
  if (lesson.section("ladder")) show_ladder(lesson, learned);
  if (is_over(lesson, {"training", "encoding", "ladder"})) return lesson.finish();

  // What does a larger vocabulary buy, and what does it cost which language?
  const std::vector<Study> studies = study_sizes(lesson, texts, own);
  if (is_over(lesson, {})) return lesson.finish();
  set_study(lesson, studies);
  if (lesson.section("sizes")) {
    predict_language(lesson, studies);
    show_tokens_per_word(lesson, studies);
  }
  if (lesson.section("bits")) show_bits(lesson, studies);
  if (lesson.section("reading")) show_bits_chart(lesson, studies);
  if (lesson.section("rare")) show_rare(lesson, studies);
  if (is_over(lesson, {"sizes", "bits", "reading", "rare"})) return lesson.finish();

  // The dotted and the dotless i.
  set_lower_case(lesson, texts);
  if (lesson.section("lower_case")) show_lower_case(lesson, texts, ours);

  // Act 3: your turn --------------------------------------------------------------------------------------------------
  if (theirs && lesson.section("vocab")) compare_vocabularies(lesson, texts, ours, *theirs);
  if (lesson.section("own_text")) show_own_text(lesson, ours, theirs);
  lesson.section("your_turn");
  if (!lesson.flags.given("text")) conversation(lesson, ours, theirs);
  return lesson.finish();
}
