#include "lessons/stage/runs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <regex>

#include "core/files/atomic_file.h"
#include "core/files/mapped_file.h"
#include "core/files/utf8.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"

namespace dikkat {
namespace {

constexpr uint64_t most_bytes = 1 << 20;  // a run of ours has some 30 kB
constexpr int most_number = 1'000'000;

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  const std::tm* local = std::localtime(&seconds);
  char buffer[32] = "";
  if (local != nullptr) std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S", local);
  return buffer;
}

struct NumberedFile {
  int number = 0;
  std::string name;
};

// The number at the end of a run's file name; 0 if it is no name of ours.
int number_in(const std::string& name) {
  static const std::regex ours("[0-9]{4}-[0-9]{2}-[0-9]{2}_[0-9]{2}-[0-9]{2}-[0-9]{2}_.{1,200}_([0-9]{1,7})\\.json");
  std::smatch found;
  if (!std::regex_match(name, found, ours)) return 0;
  int number = 0;
  const std::string digits = found[1];
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number <= most_number ? number : 0;
}

// By number. Two programs that stored at the same moment, or a folder copied into another, can bring a number twice:
// then the later name counts as the next one.
std::vector<NumberedFile> numbered_files(const std::vector<std::string>& names) {
  std::vector<NumberedFile> files;
  for (const std::string& name : names)
    if (const int number = number_in(name); number > 0) files.push_back({number, name});
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  int last = 0;
  for (NumberedFile& file : files) last = file.number = std::max(file.number, last + 1);
  return files;
}

std::string name_of(const Run& run, int number) {
  std::string moment = run.date;
  for (char& letter : moment) letter = letter == 'T' ? '_' : letter == ':' ? '-' : letter;
  return text(moment, "_", run.lesson, "_", number, ".json");
}

}  // namespace

const Json* Run::fact(const std::string& name) const {
  for (const auto& [other, value] : facts)
    if (other == name) return &value;
  return nullptr;
}

std::optional<double> Run::validation_loss() const {
  if (validation.empty()) return {};
  return validation.back().loss;
}

std::optional<double> Run::bits_for_each_loss() const {
  const std::optional<double> loss = validation_loss();
  if (!loss || !bits_per_character || !(*loss > 0) || !std::isfinite(*bits_per_character / *loss)) return {};
  return *bits_per_character / *loss;
}

std::vector<LossPoint> thinned(const std::vector<float>& losses, int64_t first_step, size_t most) {
  most = std::max<size_t>(1, most);
  const size_t stretch = std::max<size_t>(1, (losses.size() + most - 1) / most);
  std::vector<LossPoint> points;
  for (size_t begin = 0; begin < losses.size(); begin += stretch) {
    const size_t end = std::min(begin + stretch, losses.size());
    double total = 0;
    for (size_t i = begin; i < end; ++i) total += losses[i];
    points.push_back(
        {first_step + static_cast<int64_t>((begin + end - 1) / 2), total / static_cast<double>(end - begin)});
  }
  return points;
}

Run begin_run(const std::string& folder_of_lesson, const Lesson& lesson) {
  Run run;
  run.lesson = folder_of_lesson;
  run.preset = lesson.flags.word("preset");
  run.device = lesson.flags.word("device");
  run.precision = name_of(precision());
  run.date = now();
  run.seed = lesson.seed;
  run.threads = threads();
  return run;
}

int keep_run(Lesson& lesson, Run run) {
  run.peak_bytes = memory_use().peak_total;
  run.is_finished = !Lesson::interrupted();
  try {
    return append_run(runs_folder(), run);
  } catch (const Error& error) {
    lesson.warn(text(lesson.turkish ? "bu çalıştırma karşılaştırma için saklanamadı: "
                                    : "this run could not be stored for comparison: ",
                     error.what()));
    return 0;
  }
}

std::string runs_folder() {
  return Lesson::home() + "/runs";
}

int append_run(const std::string& folder, const Run& run) {
  const std::string content = run_to_json(run).dump(1) + "\n";
  run_from_json(Json::parse(content));  // what cannot be read again is not worth storing
  make_folders(folder);
  const std::vector<NumberedFile> files = numbered_files(list_folder(folder));
  for (int number = files.empty() ? 1 : files.back().number + 1; number <= most_number; ++number) {
    const std::string path = folder + "/" + name_of(run, number);
    if (!create_file(path)) continue;
    try {
      write_file(path, content);
    } catch (...) {
      remove_file(path);
      throw;
    }
    return number;
  }
  fail("could not store a run in ", shown(folder), ": its last file has the number ", files.back().number,
       "; remove or rename it");
}

Runs read_runs(const std::string& folder) {
  Runs all;
  if (!is_folder(folder)) return all;
  const std::vector<std::string> names = list_folder(folder);
  for (const std::string& name : names)
    if (number_in(name) == 0 && name[0] != '.') all.problems.push_back(shown(name) + ": is not the name of a run");
  for (const NumberedFile& file : numbered_files(names)) {
    try {
      const std::string content = read_text(folder + "/" + file.name, most_bytes);
      Run run = run_from_json(Json::parse(content, shown(file.name)));
      run.number = file.number;
      run.file = file.name;
      all.runs.push_back(std::move(run));
    } catch (const Error& error) {
      const std::string message = error.what();
      const bool names_it = message.find(shown(file.name)) != std::string::npos;
      all.problems.push_back(names_it ? message : shown(file.name) + ": " + message);
    }
  }
  return all;
}

void remove_run(const std::string& folder, const Run& run) {
  require(number_in(run.file) > 0, "could not remove ", shown(run.file), ": it is not the file of a run");
  remove_file(folder + "/" + run.file);
}

}  // namespace dikkat
