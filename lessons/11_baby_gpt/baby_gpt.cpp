#include "lessons/11_baby_gpt/baby_gpt.h"

#include <cmath>

#include "core/autograd.h"
#include "core/files/atomic_file.h"
#include "core/files/folders.h"
#include "lessons/11_baby_gpt/vocabulary.h"

namespace dikkat {

std::vector<Flag> baby_gpt_flags() {
  constexpr double many = 100'000'000;
  return {
      {.name = "data",
       .kind = Flag::files,
       .help = {"kendi metinlerin: düz metin, UTF-8 (virgülle ayır)", "your own texts: plain UTF-8 (comma-separated)"}},
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
       .help = {"modelin yazıldığı ve okunduğu dosya", "the file that the model is written to and read from"},
       .value_name = "FILE"},
      {.name = "resume", .help = {"kayıtlı modelin eğitimini sürdür", "go on training the saved model"}},
      {.name = "chat", .help = {"eğitmeden, kayıtlı modelle konuş", "talk to the saved model without training"}},
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
}

std::string checkpoint_path(const Lesson& lesson) {
  if (lesson.flags.given("checkpoint")) return lesson.flags.word("checkpoint");
  return Lesson::home() + "/checkpoints/11_baby_gpt.safetensors";
}

namespace {

Setting setting_of(Preset preset) {
  switch (preset) {
    case Preset::test:
      return {.config = {.block_size = 64, .n_layer = 2, .n_head = 2, .n_embd = 32},
              .training = {.steps = 120, .batch = 8, .peak_rate = 5e-3, .validation_windows = 16}};
    case Preset::full:
      return {.config = {.block_size = 192, .n_layer = 6, .n_head = 6, .n_embd = 384},
              .training = {.steps = 5000, .batch = 12, .peak_rate = 6e-4, .warmup = 200}};
    case Preset::class_room:
      break;
  }
  return {.config = {.block_size = 128, .n_layer = 4, .n_head = 4, .n_embd = 128},
          .training = {.steps = 800, .batch = 8, .peak_rate = 5e-3, .adamw = {.beta2 = 0.99}}};
}

void refuse_contradictions(const Lesson& lesson, bool is_saved) {
  const bool has_vocab = lesson.flags.given("vocab"), has_size = lesson.flags.given("vocab_size");
  if (has_vocab && has_size)
    throw UsageError(lesson.turkish ? "--vocab ile --vocab_size birlikte verilemez: hazır sözlüğün boyu bellidir"
                                    : "--vocab and --vocab_size together: a vocabulary that is given has its own size");
  if (is_saved && (has_vocab || has_size))
    throw UsageError(std::string(has_vocab ? "--vocab: " : "--vocab_size: ") +
                     (lesson.turkish ? "kayıtlı modelin sözlüğü kendi içinde saklıdır; --resume ve --chat onu kullanır"
                                     : "a saved model holds its own vocabulary, and --resume and --chat use that"));
}

}  // namespace

Setting chosen_setting(Lesson& lesson, const std::string& path) {
  Setting setting = setting_of(lesson.preset);
  const bool is_saved = lesson.flags.boolean("resume") || lesson.flags.boolean("chat");
  refuse_contradictions(lesson, is_saved);
  if (is_saved) {
    const CheckpointFile file(path);
    const Checkpoint& saved = file.checkpoint();
    setting.config = saved.config;
    setting.training.steps = saved.steps;
    setting.training.batch = saved.batch;
    setting.training.warmup = saved.warmup;
    setting.training.peak_rate = saved.peak_rate;
    setting.training.adamw.beta2 = saved.beta2;
    setting.training.validation_windows = saved.validation_windows;
    setting.training.notes = saved.notes;
    if (!lesson.flags.given("seed")) lesson.seed = saved.seed;
  } else {
    require_replaceable(path);
    make_folders_for(path);
    const AtomicFile writable(path + ".next");  // better now than after the training; it is not committed
  }
  setting.training.seed = lesson.seed;
  if (lesson.flags.given("steps")) setting.training.steps = lesson.flags.integer("steps");
  if (lesson.flags.given("batch")) setting.training.batch = lesson.flags.integer("batch");
  return setting;
}

int talk_to_saved_model(Lesson& lesson, const std::string& path) {
  const Setting setting = chosen_setting(lesson, path);
  const Tokenizer tokenizer = saved_tokenizer(setting, path);
  GPT model(setting.config);
  CheckpointFile(path).read_into(parameters(model));
  describe_model(lesson, model, setting);
  lesson.line(lesson.label("trained_on") + ": " + path);
  const auto kind = setting.training.notes.find("dialogue");
  chat(lesson, model, tokenizer, kind == setting.training.notes.end() || kind->second == "yes");
  return lesson.finish();
}

bool only_before_training(const Lesson& lesson) {
  if (!lesson.flags.given("section")) return false;
  const std::string name = lesson.flags.word("section");
  return name == "problem" || name == "problem_own" || name == "tokens" || name == "tokens_given" || name == "idea" ||
         name == "one_head";
}

void describe_model(Lesson& lesson, GPT& model, const Setting& setting) {
  const GPTConfig& config = setting.config;
  lesson.set("n_layer", config.n_layer);
  lesson.set("n_embd", config.n_embd);
  lesson.set("n_head", config.n_head);
  lesson.set("block_size", config.block_size);
  lesson.set("vocabulary", config.vocab_size);
  lesson.set("parameters", parameter_count(model));
  lesson.set("batch", setting.training.batch);
  lesson.set("steps", setting.training.steps);
  lesson.set("ln_vocabulary", std::log(static_cast<double>(config.vocab_size)), 3);
  lesson.record("parameters", parameter_count(model));
  lesson.record("vocabulary", config.vocab_size);
}

void show_parts(Lesson& lesson, GPT& model) {
  Table table({lesson.label("part"), lesson.label("parameters")});
  const auto add = [&](const std::string& name, Module& part) {
    table.add({name, std::to_string(parameter_count(part))});
  };
  add("token_embedding", model.token_embedding);
  add("position_embedding", model.position_embedding);
  for (size_t i = 0; i < model.blocks.size(); ++i) add("blocks." + std::to_string(i), *model.blocks[i]);
  add("final_norm", model.final_norm);
  lesson.table(table);
}

void predict_first_loss(Lesson& lesson, GPT& model, const Trainer& trainer) {
  double first = trainer.losses().empty() ? 0 : static_cast<double>(trainer.losses().front());
  if (trainer.losses().empty()) {
    const NoGrad only_reading;
    const Batch batch = trainer.next_batch();
    first = static_cast<double>(cross_entropy(model.forward(batch.inputs), batch.targets).item());
  }
  lesson.set("loss_first", first, 3);
  lesson.predict("first_loss", first, 0.2);
}

GenerateOptions writing_options(const Lesson& lesson, uint32_t draw) {
  return {.temperature = lesson.flags.number("temperature"),
          .top_k = lesson.flags.integer("top_k"),
          .seed = lesson.seed,
          .draw = draw};
}

}  // namespace dikkat
