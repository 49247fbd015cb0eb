// A claim on the screen, in the ledger and in the results.
#include "lessons/stage/ledger.h"
#include "lessons/stage/lesson_state.h"
#include "lessons/stage/letters.h"

namespace dikkat {
namespace {

Ink ink_of(Claim::Verdict verdict) {
  using enum Claim::Verdict;
  if (verdict == reproduced) return Ink::right;
  return verdict == not_reproduced || verdict == impossible ? Ink::wrong : Ink::warning;
}

const char* mark_of(Claim::Verdict verdict) {
  using enum Claim::Verdict;
  if (verdict == reproduced) return "✓ ";
  return verdict == not_reproduced || verdict == impossible ? "✗ " : "~ ";
}

// "30.0 M (class, seed 0)", "29.8 ± 0.3 M (class, 3 seeds; this time 30.0 M)"
std::string measured_words(const LedgerEntry& entry, const Measurement& like, bool turkish) {
  const Mean mean = mean_over_seeds(entry, like);
  if (mean.count == 0) return turkish ? "ölçüm gerekmedi" : "nothing to measure";
  const std::string value = mean_text(mean, entry.claim);
  if (mean.count == 1) return text(value, " (", like.preset, turkish ? ", tohum " : ", seed ", like.seed, ")");
  const std::string seeds = text(mean.count, turkish ? " tohum" : " seeds");
  if (mean.deviation == 0) return text(value, " (", like.preset, ", ", seeds, turkish ? ", hep aynı)" : ", all equal)");
  const std::string now = mean_text({.mean = like.value, .count = 1}, entry.claim);
  return text(value, " (", like.preset, ", ", seeds, turkish ? "; bu kez " : "; this time ", now, ")");
}

}  // namespace

std::vector<std::string> draw(const LedgerEntry& entry, const Measurement& like, bool turkish, const Look& look) {
  const Claim& claim = entry.claim;
  const std::string bar = look.drawing ? "  │ " : "  | ";
  Look inside = look;
  inside.width -= display_width(bar);
  std::vector<std::string> lines;
  const auto add = [&](const std::string& heading, const std::string& content, Ink ink) {
    constexpr int column = 15;
    for (const std::string& line : draw_beside(heading, column, content, inside, ink)) lines.push_back(bar + line);
  };
  for (const std::string& line : wrap((turkish ? "İddia " : "Claim ") + claim.id, look.width)) {
    lines.push_back(paint(look, Ink::bold, line));
  }
  for (const std::string& line : wrap(claim.statement.in(turkish), inside.width)) lines.push_back(bar + line);
  if (claim.published.empty()) {
    add(turkish ? "kaynak" : "source", claim.source, Ink::normal);
  } else {
    add(turkish ? "yayımlanan" : "published", claim.published + " (" + claim.source + ")", Ink::normal);
  }
  add(turkish ? "burada ölçülen" : "measured here", measured_words(entry, like, turkish), Ink::bold);
  const std::string mark = look.drawing ? mark_of(claim.verdict) : "";
  add(turkish ? "hüküm" : "verdict", mark + verdict_words(claim.verdict, turkish), ink_of(claim.verdict));
  return lines;
}

void Lesson::claim(const Claim& claim) {
  State& state = *state_;
  const Measurement row = {.lesson = state.folder,
                           .preset = state.preset,
                           .device = state.device,
                           .precision = state.precision,
                           .seed = seed,
                           .value = claim.measured,
                           .verdict = claim.verdict,
                           .date = date_and_time()};
  const AddedToLedger added = add_to_ledger(home() + "/ledger", claim, row);
  state.screen.space();
  state.screen.lines(draw(added.entry, row, turkish, state.screen.look()));
  const auto say = [&](const std::string& turkish_words, const std::string& english_words) {
    state.screen.error_line(state.in("uyarı: ", "warning: ") + (turkish ? turkish_words : english_words));
  };
  if (!added.put_aside.empty()) {
    say("İddia Defteri'ndeki dosya bozuktu, " + added.put_aside + " adıyla kenara kondu: " + added.damaged,
        "a file of the claim ledger was damaged and put aside as " + added.put_aside + ": " + added.damaged);
  }
  // Said once: where one claim cannot be written, the next cannot either.
  if (!added.not_written.empty() && !state.ledger_failed) {
    state.ledger_failed = true;
    say("İddia Defteri'ne yazılamıyor, ders yine de sürüyor: " + added.not_written,
        "the claim ledger cannot be written, the lesson goes on all the same: " + added.not_written);
  }
  std::erase_if(state.claims, [&](const auto& other) { return other.first == claim.id; });
  state.claims.emplace_back(claim.id, ledger_json(added.entry));
}

}  // namespace dikkat
