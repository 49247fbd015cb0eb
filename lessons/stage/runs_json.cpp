// A run as it stands in its file. What is read may have been written by anybody: sizes and shapes are checked here, and
// whoever prints a text makes it harmless.
#include <cmath>
#include <limits>
#include <regex>

#include "core/files/utf8.h"
#include "lessons/stage/runs.h"

namespace dikkat {
namespace {

constexpr int64_t format = 1;
constexpr int64_t most_steps = int64_t{1} << 50;  // still exact as a double
constexpr size_t most_points = 20'000, most_facts = 200, longest = 2000;

Json curve_to_json(const std::vector<LossPoint>& points) {
  std::vector<Json> steps, losses;
  for (const LossPoint& point : points) {
    steps.emplace_back(point.step);
    losses.emplace_back(point.loss);  // nan becomes null
  }
  Json curve = Json::object();
  curve.set("step", Json::array(std::move(steps)));
  curve.set("loss", Json::array(std::move(losses)));
  return curve;
}

std::vector<LossPoint> curve_from_json(JsonView curve) {
  const std::vector<JsonView> steps = curve.at("step").elements(), losses = curve.at("loss").elements();
  require(steps.size() == losses.size(), curve.where(), " has ", steps.size(), " steps and ", losses.size(),
          " losses; there must be as many");
  require(steps.size() <= most_points, curve.where(), " has ", steps.size(), " points; at most ", most_points);
  std::vector<LossPoint> points;
  for (size_t i = 0; i < steps.size(); ++i) {
    const int64_t least = points.empty() ? 0 : points.back().step;
    const double loss = losses[i].is_null() ? std::numeric_limits<double>::quiet_NaN() : losses[i].number();
    points.push_back({steps[i].integer(least, most_steps), loss});
  }
  return points;
}

template <class Number>
Json or_null(const std::optional<Number>& value) {
  return value ? Json(*value) : Json();
}

std::string short_text(JsonView value) {
  const std::string& content = value.string();
  require(content.size() <= longest, value.where(), " has ", content.size(), " bytes; at most ", longest);
  return content;
}

// A figure that may be missing, and where it is not cannot be below zero.
std::optional<double> figure(const Json& json, const std::string& name) {
  const std::optional<JsonView> found = json.find(name);
  if (!found) return {};
  const double value = found->number();
  require(value >= 0, found->where(), " must not be below zero, found ", value);
  return value;
}

void check_pattern(JsonView value, const char* pattern, const char* example) {
  require(std::regex_match(short_text(value), std::regex(pattern)), value.where(), " must look like ", example,
          ", found ", in_quotes(value.string()));
}

}  // namespace

Json run_to_json(const Run& run) {
  return Json::object({{"dikkat_run", format},
                       {"lesson", run.lesson},
                       {"preset", run.preset},
                       {"device", run.device},
                       {"precision", run.precision},
                       {"date", run.date},
                       {"data", run.data},
                       {"seed", run.seed},
                       {"threads", run.threads},
                       {"finished", run.is_finished},
                       {"facts", Json::object(run.facts)},
                       {"training_loss", or_null(run.training_loss)},
                       {"validation_loss", or_null(run.validation_loss())},
                       {"bits_per_character", or_null(run.bits_per_character)},
                       {"ngram_loss", or_null(run.ngram_loss)},
                       {"tokens_per_second", or_null(run.tokens_per_second)},
                       {"seconds_training", or_null(run.seconds_training)},
                       {"peak_bytes", or_null(run.peak_bytes)},
                       {"training", curve_to_json(run.training)},
                       {"validation", curve_to_json(run.validation)}});
}

Run run_from_json(const Json& json) {
  const int64_t version = json.at("dikkat_run").integer();
  require(version == format, json.at("dikkat_run").where(), " is ", version, "; this build knows ", format);
  check_pattern(json.at("date"), "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d", "2026-11-21T21:40:05");
  check_pattern(json.at("lesson"), "[0-9a-z_]{1,100}", "11_baby_gpt");
  Run run;
  run.lesson = json.at("lesson").string();
  run.preset = short_text(json.at("preset"));
  run.device = short_text(json.at("device"));
  run.precision = short_text(json.at("precision"));
  run.date = json.at("date").string();
  run.data = short_text(json.at("data"));
  run.seed = json.at("seed").unsigned_integer();
  run.threads = static_cast<int>(json.at("threads").integer(0, 1'000'000));
  run.is_finished = json.at("finished").boolean();
  const auto facts = json.at("facts").members();
  require(facts.size() <= most_facts, json.at("facts").where(), " has ", facts.size(), " members; at most ",
          most_facts);
  for (const auto& [name, value] : facts) {
    require(name.size() <= longest, json.at("facts").where(), ": a name has ", name.size(), " bytes; at most ",
            longest);
    if (value.kind() == JsonKind::string) {
      short_text(value);
    } else {
      value.number();
    }
    run.facts.emplace_back(name, value.json());
  }
  run.training = curve_from_json(json.at("training"));
  run.validation = curve_from_json(json.at("validation"));
  run.training_loss = figure(json, "training_loss");
  run.bits_per_character = figure(json, "bits_per_character");
  run.ngram_loss = figure(json, "ngram_loss");
  run.tokens_per_second = figure(json, "tokens_per_second");
  run.seconds_training = figure(json, "seconds_training");
  if (const auto peak = json.find("peak_bytes")) run.peak_bytes = peak->integer(0, std::numeric_limits<int64_t>::max());
  return run;
}

}  // namespace dikkat
