#include "lessons/11_baby_gpt/options.h"

#include <algorithm>

#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "lessons/11_baby_gpt/chat.h"

namespace dikkat {

std::vector<Flag> baby_gpt_flags() {
  constexpr double many = 100'000'000;
  std::vector<Flag> flags = {
      {.name = "data",
       .kind = Flag::files,
       .help = {"kendi metinlerin (virgülle ayır): düz metin, UTF-8; ya da DialogSum'ın JSON satırları",
                "your own texts (comma-separated): plain UTF-8, or JSON lines as DialogSum has them"}},
      {.name = "validation",
       .kind = Flag::word,
       .help = {"doğrulama için ayrı bir metin; yoksa --data'nın onda biri saklanır",
                "a text of its own for validation; otherwise a tenth of --data is kept back"},
       .value_name = "FILE"},
      {.name = "vocab",
       .kind = Flag::word,
       .help = {"metinden öğrenmek yerine hazır bir sözlük: GPT-2'ninki ya da başka biri; klasör ya da dosya",
                "a vocabulary instead of one learned from the text: GPT-2's or any that you have; a folder or a file"},
       .value_name = "DIR"},
      {.name = "vocab_size",
       .kind = Flag::integer,
       .help = {"metinden öğrenilen jetonların sayısı; 256: yalnız baytlar",
                "number of tokens learned from the text; 256: bytes alone"},
       .lowest = 256,
       .highest = 1'000'000},
      {.name = "untied",
       .help = {"çıkış katmanının gömme tablosundan ayrı ağırlıkları olsun",
                "the output layer gets weights of its own beside the embedding"}},
      {.name = "steps",
       .kind = Flag::integer,
       .help = {"eğitim adımı sayısı", "number of training steps"},
       .lowest = 1,
       .highest = many},
      {.name = "batch",
       .kind = Flag::integer,
       .help = {"bir adımdaki metin parçası sayısı", "pieces of text in a step"},
       .lowest = 1,
       .highest = 100'000},
      {.name = "checkpoint",
       .kind = Flag::word,
       .help = {"denetim noktasının (checkpoint) yazıldığı ve okunduğu dosya",
                "the file that the checkpoint is written to and read from"},
       .value_name = "FILE"},
      {.name = "resume", .help = {"eğitimi denetim noktasından sürdür", "go on training from the checkpoint"}},
      {.name = "save_every",
       .kind = Flag::integer,
       .fallback = "50",
       .help = {"kaç adımda bir kaydedilsin", "steps between checkpoints"},
       .lowest = 1,
       .highest = many},
      {.name = "print_every",
       .kind = Flag::integer,
       .help = {"kaç adımda bir kayıp yazılsın, bütün basamaklarıyla",
                "steps between printed losses, with all their digits"},
       .lowest = 1,
       .highest = many},
      {.name = "temperature",
       .kind = Flag::number,
       .fallback = "0.7",
       .help = {"yazarken sıcaklık: küçükse temkinli, 0 ise hep en olası",
                "when writing: small is careful, 0 takes the likeliest"},
       .lowest = 0,
       .highest = 100},
      {.name = "top_k",
       .kind = Flag::integer,
       .fallback = "20",
       .help = {"yazarken en olası kaç jeton arasından seçilsin (0: hepsi)",
                "when writing: choose among the k likeliest (0: all)"},
       .lowest = 0,
       .highest = many},
  };
  for (Flag& flag : chat_flags()) flags.push_back(std::move(flag));
  return flags;
}

bool only_talks(const Lesson& lesson) {
  return lesson.flags.boolean("chat") || lesson.flags.given("say");
}

std::string checkpoint_path(const Lesson& lesson) {
  if (lesson.flags.given("checkpoint")) return lesson.flags.word("checkpoint");
  return Lesson::home() + "/checkpoints/11_baby_gpt.safetensors";
}

bool chooses_model(const Lesson& lesson) {
  const std::vector<std::string> names = {"data",  "validation", "vocab", "vocab_size", "untied",    "steps",
                                          "batch", "preset",     "seed",  "precision",  "checkpoint"};
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return lesson.flags.given(name); });
}

namespace {

// Flags that make no sense together.
void refuse_contradictions(const Lesson& lesson, bool is_saved) {
  const auto given = [&](const char* name) { return lesson.flags.given(name); };
  const auto refuse = [&](const char* turkish, const char* english) {
    throw UsageError(lesson.turkish ? turkish : english);
  };
  if (given("vocab") && given("vocab_size"))
    refuse("--vocab ile --vocab_size birlikte verilemez: hazır sözlüğün boyu bellidir",
           "--vocab and --vocab_size together: a vocabulary that is given has its own size");
  if (given("validation") && !given("data"))
    refuse("--validation yalnız --data ile verilir: dersin kendi konuşmalarının doğrulama kısmı bellidir",
           "--validation needs --data: of the course's own dialogues a part is kept back already");
  if (given("resume") && only_talks(lesson))
    refuse("--resume ile --chat ya da --say birlikte verilemez: önce eğitimi sürdür, sonra konuş",
           "--resume and --chat or --say together: go on training first, then talk");
  if (!is_saved) return;
  for (const char* name : {"vocab", "vocab_size", "untied"}) {
    if (given(name))
      throw UsageError("--" + std::string(name) + ": " +
                       (lesson.turkish ? "kayıtlı modelin sözlüğü ve boyları kendi içinde saklıdır, onlar kullanılır"
                                       : "a saved model holds its own vocabulary and sizes, and those are used"));
  }
}

// In the notes of a checkpoint: the course's dialogues are as many as its preset asked for.
constexpr const char* variants_note = "variants";

void read_setting(BabyGPTSetting& setting, Lesson& lesson, const std::string& path) {
  const CheckpointFile file(path);
  const Checkpoint& saved = file.checkpoint();
  setting.config = saved.config;
  setting.training.steps = saved.steps;
  setting.training.batch = saved.batch;
  setting.training.warmup = saved.warmup;
  setting.training.peak_rate = saved.peak_rate;
  setting.training.adamw.beta2 = saved.beta2;
  setting.training.adamw.weight_decay = saved.weight_decay;
  setting.training.validation_windows = saved.validation_windows;
  setting.training.notes = saved.notes;
  if (const auto note = saved.notes.find(variants_note); note != saved.notes.end()) {
    const Json variants = Json::parse(note->second, path + ": " + variants_note);
    setting.variants = JsonView(variants).integer(1, 1000);
  }
  if (saved.precision == Precision::bf16) lesson.prefer_bf16();  // it goes on to the same bits only so
  if (!lesson.flags.given("seed")) lesson.seed = saved.seed;
}

}  // namespace

BabyGPTSetting chosen_setting(Lesson& lesson, const std::string& path) {
  BabyGPTSetting setting = baby_gpt_setting(lesson.preset);
  const bool is_saved = lesson.flags.boolean("resume") || (only_talks(lesson) && lesson.flags.given("checkpoint"));
  refuse_contradictions(lesson, is_saved);
  if (!is_saved && lesson.preset != Preset::test) lesson.prefer_bf16();
  if (is_saved) {
    read_setting(setting, lesson, path);
  } else if (!only_talks(lesson)) {
    require_replaceable(path);
    require_replaceable(path + ".best");  // the weights that were best on the validation text
    make_folders_for(path);
    const AtomicFile writable(path + ".next");  // better now than after the training; it is not committed
  }
  setting.training.seed = lesson.seed;
  setting.training.notes[variants_note] = std::to_string(setting.variants);
  if (lesson.flags.given("steps")) {
    const int64_t steps = lesson.flags.integer("steps");
    // A resumed run with another plan is no model that the flags of a fresh one describe.
    if (is_saved && steps != setting.training.steps) setting.training.notes.erase("key_recipe");
    setting.training.steps = steps;
  }
  if (lesson.flags.given("batch")) setting.training.batch = lesson.flags.integer("batch");
  if (lesson.flags.given("vocab_size")) setting.vocab_size = lesson.flags.integer("vocab_size");
  if (lesson.flags.boolean("untied")) setting.config.tie_word_embeddings = false;
  return setting;
}

Corpus chosen_corpus(const Lesson& lesson, const BabyGPTSetting& setting) {
  if (!lesson.flags.given("data")) return course_corpus(setting.variants);
  return read_corpus(lesson.flags.files("data"), lesson.flags.word("validation"), lesson.turkish);
}

bool only_before_training(const Lesson& lesson) {
  const std::vector<std::string> early = {"problem",  "problem_own", "tokens", "tokens_given",
                                          "baseline", "idea",        "audit",  "one_head"};
  return lesson.flags.given("section") &&
         std::find(early.begin(), early.end(), lesson.flags.word("section")) != early.end();
}

GenerateOptions writing_options(const Lesson& lesson, uint32_t draw) {
  return {.temperature = lesson.flags.number("temperature"),
          .top_k = lesson.flags.integer("top_k"),
          .seed = lesson.seed,
          .draw = draw};
}

}  // namespace dikkat
