#include "lessons/stage/ledger.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/files/atomic_file.h"
#include "core/files/utf8.h"
#include "lessons/stage/figures.h"

namespace dikkat {
namespace {

constexpr uint64_t largest_file = 16 << 20;

struct VerdictName {
  Claim::Verdict verdict;
  const char* name;  // in files
  Bilingual words;
};

const std::array<VerdictName, 5>& verdict_names() {
  using enum Claim::Verdict;
  static const std::array<VerdictName, 5> names = {
      {{reproduced, "reproduced", {"yeniden üretildi", "reproduced"}},
       {same_direction, "same_direction", {"aynı yönde", "same direction"}},
       {not_at_this_scale, "not_at_this_scale", {"bu ölçekte değil", "not at this scale"}},
       {not_reproduced, "not_reproduced", {"yeniden üretilemedi", "not reproduced"}},
       {impossible, "impossible", {"aritmetik olarak olanaksız", "arithmetically impossible"}}}};
  return names;
}

const VerdictName& name_of(Claim::Verdict verdict) {
  for (const VerdictName& name : verdict_names()) {
    if (name.verdict == verdict) return name;
  }
  fail("claim: verdict number ", static_cast<int>(verdict), " does not exist");
}

Claim::Verdict verdict_named(const JsonView& value) {
  for (const VerdictName& name : verdict_names()) {
    if (value.string() == name.name) return name.verdict;
  }
  fail(value.where(), ": ", in_quotes(value.string()), " is no verdict");
}

void check_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  require(!id.empty() && id[0] != '.' && id.size() <= 100 && std::all_of(id.begin(), id.end(), allowed),
          "claim: the id ", in_quotes(id), " should look like 11.parameters: letters, digits, points, _ and -");
}

double number_or_nan(const JsonView& object, const char* key) {
  const auto value = object.find(key);
  return value ? value->number() : NAN;
}

Json json_of(const Measurement& row) {
  return Json::object({{"lesson", row.lesson},
                       {"preset", row.preset},
                       {"seed", row.seed},
                       {"device", row.device},
                       {"precision", row.precision},
                       {"value", row.value},
                       {"verdict", name_of(row.verdict).name},
                       {"date", row.date}});
}

Measurement row_of(const JsonView& object) {
  return {.lesson = object.at("lesson").string(),
          .preset = object.at("preset").string(),
          .device = object.at("device").string(),
          .precision = object.at("precision").string(),
          .seed = object.at("seed").unsigned_integer(),
          .value = number_or_nan(object, "value"),
          .verdict = verdict_named(object.at("verdict")),
          .date = object.at("date").string()};
}

std::vector<Json::Member> members_of(const Claim& claim) {
  return {{"claim", claim.id},
          {"statement", Json::object({{"tr", claim.statement.turkish}, {"en", claim.statement.english}})},
          {"source", claim.source},
          {"published", claim.published},
          {"digits", claim.digits},
          {"unit", claim.unit}};
}

// Throws Error for anything that add_to_ledger does not write.
LedgerEntry read_known_entry(const std::string& path, const std::string& id) {
  const Json file = read_json(path, largest_file);
  LedgerEntry entry;
  Claim& claim = entry.claim;
  claim.id = file.at("claim").string();
  require(claim.id == id, path, ": it is about the claim ", in_quotes(claim.id));
  claim.statement = {file.at("statement").at("tr").string(), file.at("statement").at("en").string()};
  claim.source = file.at("source").string();
  claim.published = file.at("published").string();
  claim.digits = static_cast<int>(file.at("digits").integer(0, 17));
  claim.unit = file.at("unit").string();
  for (const JsonView& row : file.at("rows").elements()) entry.rows.push_back(row_of(row));
  require(!entry.rows.empty(), path, ": it has no rows");
  claim.measured = entry.rows.back().value;
  claim.verdict = entry.rows.back().verdict;
  return entry;
}

// The same, or nothing and what is wrong, with the file's name.
std::optional<LedgerEntry> read_entry(const std::string& path, const std::string& id, std::string& damaged) {
  try {
    return read_known_entry(path, id);
  } catch (const Error& error) {
    const std::string message = error.what();
    damaged = message.find(path) == std::string::npos ? path + ": " + message : message;
    return std::nullopt;
  }
}

}  // namespace

std::string verdict_words(Claim::Verdict verdict, bool turkish) {
  return name_of(verdict).words.in(turkish);
}

Mean mean_over_seeds(const LedgerEntry& entry, const Measurement& like) {
  std::vector<double> values;
  for (const Measurement& row : entry.rows) {
    const bool same = row.lesson == like.lesson && row.preset == like.preset && row.precision == like.precision;
    if (same && !std::isnan(row.value)) values.push_back(row.value);
  }
  Mean mean;
  mean.count = static_cast<int64_t>(values.size());
  if (values.empty()) return mean;
  // From the first value on: equal values then have that very mean, and exactly no deviation.
  const double first = values[0];
  double sum = 0, squares = 0;
  for (const double value : values) sum += value - first;
  mean.mean = values.size() == 1 ? first : first + sum / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean.mean) * (value - mean.mean);
  if (values.size() > 1) mean.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return mean;
}

std::string mean_text(const Mean& mean, const Claim& claim) {
  if (mean.count == 0) return "-";
  const auto number = [&](double value) {
    const bool whole = claim.digits == 0 && std::abs(value) < 1e15;  // false for NaN and infinity
    return whole ? grouped(std::llround(value)) : fixed(value, claim.digits);
  };
  std::string all = number(mean.mean);
  if (mean.count > 1 && mean.deviation != 0) all += " ± " + number(mean.deviation);
  return claim.unit.empty() ? all : all + " " + claim.unit;
}

AddedToLedger add_to_ledger(const std::string& folder, const Claim& claim, const Measurement& row) {
  check_id(claim.id);
  const std::string path = folder + "/" + claim.id + ".json";
  AddedToLedger added;
  LedgerEntry& entry = added.entry;
  if (is_file(path) || is_folder(path)) {
    entry = read_entry(path, claim.id, added.damaged).value_or(LedgerEntry{});
  }
  entry.claim = claim;
  std::erase_if(entry.rows, [&](const Measurement& old) {
    return old.lesson == row.lesson && old.preset == row.preset && old.seed == row.seed &&
           old.precision == row.precision;
  });
  entry.rows.push_back(row);
  try {
    if (!added.damaged.empty()) {
      rename_file(path, path + ".damaged");
      added.put_aside = path + ".damaged";
    }
    std::vector<Json::Member> members = members_of(claim);
    Json rows = Json::array();
    for (const Measurement& one : entry.rows) rows.append(json_of(one));
    members.emplace_back("rows", std::move(rows));
    make_folders(folder);
    write_file(path, Json::object(std::move(members)).dump(2) + "\n");
  } catch (const Error& error) {
    added.not_written = error.what();
  }
  return added;
}

std::vector<LedgerEntry> read_ledger(const std::string& folder, std::vector<std::string>& damaged) {
  std::vector<LedgerEntry> entries;
  if (!is_folder(folder)) return entries;
  for (const std::string& name : list_folder(folder)) {
    if (name.starts_with('.') || !name.ends_with(".json")) continue;
    std::string reason;
    std::optional<LedgerEntry> entry = read_entry(folder + "/" + name, name.substr(0, name.size() - 5), reason);
    if (entry) entries.push_back(std::move(*entry));
    if (!entry) damaged.push_back(reason);
  }
  return entries;
}

Json ledger_json(const LedgerEntry& entry) {
  std::vector<Json::Member> members = members_of(entry.claim);
  const Mean mean = mean_over_seeds(entry, entry.rows.back());
  members.emplace_back("measured", entry.claim.measured);
  members.emplace_back("verdict", name_of(entry.claim.verdict).name);
  members.emplace_back("seeds", mean.count);
  members.emplace_back("mean", mean.mean);
  members.emplace_back("deviation", mean.deviation);
  return Json::object(std::move(members));
}

}  // namespace dikkat
