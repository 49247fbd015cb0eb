// Lesson 11: Baby GPT. Train a transformer on short dialogues, then talk to it.
//
// You know already   tensors and gradients (01, 03), training (04), tokens (05), attention (07, 08), the block (10)
// New here           putting them together: a language model, its loss, and writing with it
// Run                lessons/run 11               about a minute, then a chat
//                    lessons/run 11 --data FILE   your own text
//                    lessons/run 11 --vocab DIR   GPT-2's vocabulary, or any other that you have
//                    lessons/run 11 --chat        only talk, to the model that was trained last
// First breakpoint   lessons/run debug 11, then:  break Softmax::backward   run   bt
// Prints             (seed 0) a first loss near ln 4096 = 8.318 and a validation loss that falls below half of it
#include <cmath>

#include "lessons/11_baby_gpt/model_parts.h"
#include "lessons/11_baby_gpt/options.h"
#include "lessons/11_baby_gpt/records.h"
#include "lessons/11_baby_gpt/results.h"
#include "lessons/11_baby_gpt/trained_chat.h"
#include "lessons/11_baby_gpt/training_screen.h"
#include "lessons/11_baby_gpt/vocabulary.h"

using namespace dikkat;

int main(int argc, char** argv) {
  Lesson lesson("11_baby_gpt", argc, argv, baby_gpt_flags());
  const std::string path = checkpoint_path(lesson);
  BabyGPTSetting setting = chosen_setting(lesson, path);
  if (only_talks(lesson)) {
    if (const auto exit_code = talk_to_trained_model(lesson, setting, path)) return *exit_code;
  }

  // Act 1: the problem ------------------------------------------------------------------------------------------------
  const Corpus corpus = chosen_corpus(lesson, setting);
  setting.training.notes["dialogue"] = corpus.is_dialogue ? "yes" : "no";  // --chat will ask
  lesson.set("passages", corpus.passages);
  lesson.set("bytes", static_cast<int64_t>(corpus.training.size() + corpus.validation.size()));
  if (lesson.section(corpus.is_own ? "problem_own" : "problem"))
    lesson.quote("", first_passage(corpus, lesson.turkish));

  // Lesson 05 in two lines: learn the tokens from the corpus, and write the corpus with them.
  const Tokenizer tokenizer = choose_tokenizer(lesson, corpus, setting, path);
  note_key(lesson, setting, corpus);
  const TokenData tokens = corpus.tokens(tokenizer, setting.config.block_size);
  show_tokens(lesson, corpus, tokenizer, tokens, setting);

  // Lesson 06 in one line: how far does counting get? That is what the model has to beat.
  const Baseline baseline = show_baseline(lesson, tokens, tokenizer, setting);

  // Act 2: the breakthrough -------------------------------------------------------------------------------------------
  manual_seed(lesson.seed);
  GPT model(setting.config);
  describe_model(lesson, model, setting);
  if (lesson.section("idea")) show_parts(lesson, model);
  if (lesson.section("audit")) audit_parameters(lesson, setting.config, corpus);

  // One attention head in four lines, on the tokens of one sentence, and the same from the library.
  const std::string sentence = lesson.label("sentence");
  const Ids ids(tokenizer.encode(sentence));  // (T)
  const int64_t T = ids.numel(), D = setting.config.n_embd / setting.config.n_head;
  SelfAttention& first = model.blocks[0]->attention;
  Tensor x = model.token_embedding.forward(ids);                                         // (T,C)
  const auto head = [&](const Linear& part) {                                            // the first D of its C outputs
    return matmul(x, transpose(slice(part.weight, 0, 0, D))).detach().requires_grad_();  // (T,D)
  };
  Tensor q = head(*first.query), k = head(*first.key), v = head(*first.value);
  Tensor scores = matmul(q, transpose(k)) / std::sqrt(D);  // (T,T)
  Tensor masked = causal_mask(scores);                     // (T,T)
  Tensor weights = softmax(masked);                        // (T,T)
  Tensor by_hand = matmul(weights, v);                     // (T,D)
  sum(by_hand * by_hand).backward();
  Tensor gradient_by_hand = v.grad();  // (T,D)
  v.zero_grad();
  const auto one_head = [&](const Tensor& t) { return reshape(t, {1, T, 1, D}); };  // (T,D) -> (B,T,H,D)
  Tensor from_library =
      reshape(scaled_dot_product_attention(one_head(q), one_head(k), one_head(v), {.causal = true}), {T, D});
  sum(from_library * from_library).backward();
  lesson.set("sentence", sentence);
  lesson.set("sentence_tokens", T);
  if (lesson.section("one_head")) {
    lesson.tokens(shown_tokens(tokenizer, sentence));
    lesson.show(weights.named(lesson.label("weights")));
    // --precision bf16 rounds the products by hand to 8 bits; the library's attention keeps f32.
    const double limit = precision() == Precision::bf16 ? 1e-3 : 1e-5;
    lesson.same(lesson.label("by_hand_output"), by_hand, from_library, limit);
    lesson.same(lesson.label("by_hand_gradient"), gradient_by_hand, v.grad(), limit);
  }

  if (only_before_training(lesson)) return lesson.finish();

  // Training: the loop that everything else serves.
  Trainer trainer(model, tokens, setting.training);
  if (lesson.flags.boolean("resume")) trainer.resume(path);
  predict_first_loss(lesson, model, trainer);
  Run run = begin_run("11_baby_gpt", lesson);
  lesson.section("training");
  TrainingScreen screen(lesson, model, trainer, tokenizer, setting.validate_every(), path);
  while (trainer.step() < setting.training.steps && !Lesson::interrupted()) {
    Batch batch = trainer.next_batch();                  // (B,T), (B,T)
    Tensor logits = model.forward(batch.inputs);         // (B,T,V)
    Tensor loss = cross_entropy(logits, batch.targets);  // ()
    loss.backward();
    trainer.update(loss);
    screen.after_step();
  }
  screen.finish();
  if (screen.took_steps()) keep_run_of(lesson, run, screen, trainer, baseline, setting, corpus);
  if (Lesson::interrupted()) return lesson.finish();
  if (screen.took_steps()) {
    lesson.section("result");
    screen.show_curves();
    show_result(lesson, model, tokenizer, tokens, screen.held().second, baseline);
    if (is_standard(lesson, setting.training)) claim_losses(lesson, trainer, screen.training_loss());
  }
  keep_trained(lesson, model, tokenizer, setting, facts_of(lesson, screen, trainer, baseline, corpus));
  if (!corpus.is_own) show_openings(lesson, model, tokenizer);
  if (Lesson::interrupted()) return lesson.finish();

  // Act 3: your turn --------------------------------------------------------------------------------------------------
  lesson.section("your_turn");
  talk(lesson, model, tokenizer, corpus.is_dialogue);
  return lesson.finish();
}
