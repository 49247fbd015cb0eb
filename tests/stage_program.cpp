// A small lesson that the stage's tests drive through pipes and pseudo-terminals. What it does is chosen by --scenario.
#include <unistd.h>

#include <chrono>
#include <thread>

#include "lessons/stage/embedded.h"
#include "lessons/stage/lesson.h"
#include "lessons/stage/runs.h"

using namespace dikkat;

namespace {

const EmbeddedFile turkish_text("stage_program/text.tr.md", R"(# Küçük ders: sahne sınanıyor

## first: Birinci bölüm
Burada **kalın** bir söz, `kod` ve {count} tane ölçülmüş sayı var.

- ilk madde
- ikinci madde, dar bir ekranda birkaç satıra bölünecek kadar uzun

## second: İkinci bölüm
İkinci bölümün sözü.

## third: Üçüncü bölüm
Üçüncü bölümün sözü.

## predict.colour: Sence hangisi?
Gökyüzü ne renk?

## answer.colour
Işık mavi saçılır.

## labels
bar: Eğitim
)");

const EmbeddedFile english_text("stage_program/text.en.md", R"(# A small lesson: the stage is tested

## first: First section
Here are a **bold** word, `code` and {count} measured numbers.

- first item
- second item, long enough to take several lines on a narrow screen

## second: Second section
What the second section says.

## third: Third section
What the third section says.

## predict.colour: What do you think?
Which colour has the sky?

## answer.colour
Blue light is scattered most.

## labels
bar: Training
)");

void sections(Lesson& lesson) {
  lesson.set("count", 12345);
  for (const char* name : {"first", "second", "third"}) {
    if (lesson.section(name)) lesson.line(text("  line under ", name));
  }
}

void chat(Lesson& lesson) {
  while (const auto line = lesson.read_line("> ")) {
    for (const char byte : "you said " + *line) lesson.stream(std::string(1, byte));
    lesson.line("");
  }
}

// Runs until Ctrl-C, then ends like a lesson that has saved its work; with `stubborn` it never looks.
void bar(Lesson& lesson, bool stubborn) {
  const auto progress = lesson.progress(1000, lesson.label("bar"), "token/s");
  for (int step = 0; stubborn || !Lesson::interrupted(); ++step) {
    progress->update(step % 1000, step * 64.0, "loss 1.25");
    if (step % 20 == 5) lesson.line(text("step ", step));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void claims(Lesson& lesson) {
  const double drawn = static_cast<double>(lesson.seed) / 4;
  lesson.claim(
      {.id = "99.parameters",
       .statement = {"6 katman, 6 baş, genişlik 384 ve GPT-2'nin jetonlarıyla model yaklaşık 10 milyon parametre tutar",
                     "6 layers, 6 heads, 384 wide with the tokens of GPT-2 make about 10 million parameters"},
       .source = "ders slaytları, s. 12",
       .published = "10 M",
       .measured = 30,
       .digits = 1,
       .unit = "M",
       .verdict = Claim::Verdict::not_reproduced});
  lesson.claim({.id = "99.loss",
                .statement = {"kayıp 5000 adımda 4.5'ten 0.5'e iner", "the loss falls from 4.5 to 0.5 in 5000 steps"},
                .source = "Kaynak ve ark., 2024",
                .published = "0.5",
                .measured = 1.5 + drawn,
                .verdict = Claim::Verdict::same_direction});
  lesson.claim({.id = "99.order",
                .statement = {"üç puan dört ağırlık olur", "three scores become four weights"},
                .source = "slide 3",
                .verdict = Claim::Verdict::impossible});
}

void everything(Lesson& lesson) {
  sections(lesson);
  lesson.predict("colour", {"kırmızı", "mavi", "yeşil"}, 1);
  Table table({"ad", "değer"});
  table.add({"ağırlıklar", "1.5 MB"});
  table.add({"gradyanlar", "12,345"});
  lesson.table(table);
  lesson.chart("kayıp", {{"eğitim", {1, 2, 3}, {3, 2, 1}}, {"doğrulama", {1, 2, 3}, {3, 2.5, 2}}});
  lesson.memory();
  lesson.same("iki yol", full({3}, 1), full({3}, 1.0625), 0.125);
  lesson.record("steps", 3);
}

// Stores a run as a lesson does after its training.
void one_run(Lesson& lesson) {
  Run run = begin_run("stage_program", lesson);
  run.facts = {{"steps", 2}};
  run.training = thinned({3, 2});
  lesson.line(text("stored as ", keep_run(lesson, run)));
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson("stage_program", argc, argv,
                {Flag{.name = "scenario",
                      .kind = Flag::word,
                      .fallback = "everything",
                      .help = {"ne yapılacağı", "what to do"},
                      .allowed = {"everything", "sections", "chat", "bar", "stubborn", "error", "usage", "different",
                                  "memory", "missing", "run", "unused", "flood", "claims"}}});
  const std::string scenario = lesson.flags.word("scenario");
  if (scenario == "everything") everything(lesson);
  if (scenario == "run") one_run(lesson);
  if (scenario == "sections") sections(lesson);
  if (scenario == "chat") chat(lesson);
  if (scenario == "bar" || scenario == "stubborn") bar(lesson, scenario == "stubborn");
  if (scenario == "different") lesson.same("iki yol", full({2}, 1), full({2}, 2), 0.5);
  if (scenario == "claims") claims(lesson);
  if (scenario == "missing") lesson.section("first");  // {count} was never set
  if (scenario == "unused") lesson.set("nowhere", 1);
  if (scenario == "flood") {
    for (int i = 0; i < 100000; ++i) lesson.line("a line of a lesson that says a great deal");
  }
  if (scenario == "error" || scenario == "usage" || scenario == "memory") {
    const auto progress = lesson.progress(10, lesson.label("bar"), "token/s");
    progress->update(3, 3);
    if (scenario == "error") fail("matmul: the inner sizes\n3 and 4 must agree");
    if (scenario == "usage") throw UsageError("--resume needs --checkpoint");
    throw std::bad_alloc();
  }
  return lesson.finish();
}
