// The claim ledger (İddia Defteri): figures that lessons and papers quote, beside what was measured on this machine.
// One file for each claim, ledger/<id>.json, with a row for every preset, seed and precision that it was measured with.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/files/json.h"
#include "lessons/stage/flags.h"
#include "lessons/stage/look.h"

namespace dikkat {

// A claim and what a lesson has found:
//   lesson.claim({.id = "11.parameters",
//                 .statement = {"6 katman, 6 baş, genişlik 384: yaklaşık 10 M", "6 layers, 6 heads, 384 wide: ..."},
//                 .source = "course notes, slide 42",
//                 .published = "10 M",
//                 .measured = 30.0,
//                 .digits = 1,
//                 .unit = "M",
//                 .verdict = Claim::Verdict::not_reproduced});
struct Claim {
  enum class Verdict { reproduced, same_direction, not_at_this_scale, not_reproduced, impossible };

  std::string id;           // lesson and name: letters, digits, "_", "-" and points
  Bilingual statement;      // what is claimed
  std::string source;       // who says so, and where
  std::string published{};  // the value as the source writes it; empty: it gives none
  double measured = NAN;    // here; NaN: a claim that can be judged without measuring
  int digits = 2;           // behind the point
  std::string unit{};       // "M", "%", "nats": stands behind measured values
  Verdict verdict = Verdict::not_reproduced;
};

// "yeniden üretildi", "reproduced"
std::string verdict_words(Claim::Verdict verdict, bool turkish);

// One row: what one run has measured.
struct Measurement {
  std::string lesson, preset, device, precision;
  uint64_t seed = 0;
  double value = NAN;
  Claim::Verdict verdict = Claim::Verdict::not_reproduced;
  std::string date;  // "2025-03-14 15:09:26"
};

// All that is known about a claim. `claim` is as the latest run told it, with that run's value and verdict.
struct LedgerEntry {
  Claim claim;
  std::vector<Measurement> rows;  // the latest at the end
};

struct Mean {
  double mean = NAN;
  double deviation = 0;  // standard deviation of a sample (n - 1); 0 for one value
  int64_t count = 0;
};

// Over the rows of the same lesson, preset and precision as `like`, that is over their seeds; NaNs do not count.
Mean mean_over_seeds(const LedgerEntry& entry, const Measurement& like);

// "29.8 ± 0.3 M", "30.0 M", or "-" for nothing measured.
std::string mean_text(const Mean& mean, const Claim& claim);

// Puts a row into the claim's file in `folder`, for the old one of the same lesson, preset, seed and precision. Never
// fails because of files: one that is damaged or no ledger file is put aside as <id>.json.damaged, and a row that
// cannot be written is in `entry` all the same. Error for an id that is none.
struct AddedToLedger {
  LedgerEntry entry;        // all that the file holds now
  std::string damaged;      // what is wrong with the file that was found, or ""
  std::string put_aside;    // where that file is now, or "" if it could not be renamed: then nothing is written
  std::string not_written;  // why the row is not in the file, or ""
};
AddedToLedger add_to_ledger(const std::string& folder, const Claim& claim, const Measurement& row);

// Every claim in the folder, by id. Files that are none are left alone, and what is wrong with them put into `damaged`.
// An empty ledger where there is no folder.
std::vector<LedgerEntry> read_ledger(const std::string& folder, std::vector<std::string>& damaged);

// The entry as --json has it, with the mean over the seeds of its latest row.
Json ledger_json(const LedgerEntry& entry);

// The block that a lesson prints: `like` is the row of this run.
std::vector<std::string> draw(const LedgerEntry& entry, const Measurement& like, bool turkish, const Look& look);

}  // namespace dikkat
