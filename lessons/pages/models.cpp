// lessons/run models: the trained models that lessons have left in .dikkat/models, to look at and to delete.
#include <algorithm>
#include <optional>

#include "core/files/folders.h"
#include "core/files/utf8.h"
#include "lessons/stage/figures.h"
#include "lessons/stage/page.h"
#include "lessons/stage/trained.h"

using namespace dikkat;

namespace {

// A fact as one reads it, whatever kind it is in the file: "-" where there is none.
std::string fact(const Json& facts, const char* name, int digits = 4) {
  const auto value = facts.find(name);
  if (!value) return "-";
  switch (value->kind()) {
    case JsonKind::string:
      return value->string();
    case JsonKind::real:
      return fixed(value->number(), digits);
    default:
      return value->json().dump();
  }
}

// The same with its thousands apart, for counts.
std::string count(const Json& facts, const char* name) {
  const auto value = facts.find(name);
  const bool is_count = value && value->kind() == JsonKind::integer && value->number() < 1e15;
  return is_count ? grouped(value->integer()) : fact(facts, name);
}

// "baby_gpt_class" of "baby_gpt_class-0123456789abcdef"
std::string name_of(const StoredModel& model) {
  return model.folder_name.substr(0, model.folder_name.rfind('-'));
}

std::string size_of(uint64_t bytes) {
  return bytes_text(static_cast<int64_t>(bytes));
}

Json json_of(const StoredModel& model) {
  return Json::object(
      {{"folder", model.folder_name}, {"bytes", model.bytes}, {"damaged", model.damaged}, {"facts", model.facts}});
}

uint64_t bytes_of_all(const std::vector<StoredModel>& models) {
  uint64_t bytes = 0;
  for (const StoredModel& model : models) bytes += model.bytes;
  return bytes;
}

void say_nothing_there(Page& page) {
  page.line(page.in("Henüz eğitilmiş bir model yok. İlkini 11. ders eğitir: lessons/run 11",
                    "There is no trained model yet. Lesson 11 trains the first: lessons/run 11"));
}

// The model that N, a name or a folder name means; UsageError where it is none, or more than one.
const StoredModel& chosen(const Page& page, const std::vector<StoredModel>& models, const std::string& word) {
  std::vector<std::string> names;
  std::string numbers;
  const StoredModel* found = nullptr;
  int matches = 0;
  for (size_t i = 0; i < models.size(); ++i) {
    if (word == text(i + 1) || word == models[i].folder_name) return models[i];
    names.push_back(name_of(models[i]));
    if (word != names.back()) continue;
    found = &models[i];
    numbers += (numbers.empty() ? "" : ", ") + text(i + 1);
    ++matches;
  }
  if (matches == 1) return *found;
  if (matches > 1) {
    throw UsageError(text(
        word,
        page.in(" adında birkaç model var; numarasını yazın: ", " is the name of several; write one of the numbers "),
        numbers));
  }
  if (models.empty()) {
    throw UsageError(page.in("eğitilmiş model yok", "there is no trained model"));
  }
  const std::string near = nearest(word, names);
  throw UsageError(
      page.turkish ? text(in_quotes(word), " diye bir model yok; ", near.empty() ? "" : "en yakını: " + near + "; ",
                          "olması gereken: 1 ile ", models.size(), " arası bir numara ya da bir ad")
                   : text("there is no model ", in_quotes(word), "; ", near.empty() ? "" : "nearest: " + near + "; ",
                          "expected a number from 1 to ", models.size(), " or a name"));
}

void list(Page& page) {
  const std::vector<StoredModel> models = list_trained();
  Json all = Json::array();
  for (const StoredModel& model : models) all.append(json_of(model));
  page.record("folder", trained_folder());
  page.record("models", std::move(all));
  if (models.empty()) return say_nothing_there(page);
  const bool wide = page.screen.look().width >= 90;
  std::vector<std::string> columns = {"", page.in("ad", "name"), page.in("parametre", "parameters"),
                                      page.in("doğrulama kaybı", "validation loss"), page.in("boyut", "size")};
  if (wide) {
    columns = {"",
               page.in("ad", "name"),
               page.in("ölçü", "preset"),
               page.in("tohum", "seed"),
               page.in("parametre", "parameters"),
               page.in("adım", "steps"),
               page.in("doğr. kaybı", "valid. loss"),
               page.in("bit/karakter", "bits/char"),
               page.in("boyut", "size"),
               page.in("tarih", "date")};
  }
  Table table(columns);
  for (size_t i = 0; i < models.size(); ++i) {
    const Json& facts = models[i].facts;
    const std::string number = text(i + 1), name = name_of(models[i]), size = size_of(models[i].bytes);
    if (!models[i].damaged.empty()) {
      const std::string damaged = page.in("(bozuk) ", "(damaged) ") + name;
      table.add(wide ? std::vector<std::string>{number, damaged, "-", "-", "-", "-", "-", "-", size, "-"}
                     : std::vector<std::string>{number, damaged, "-", "-", size});
    } else if (wide) {
      table.add({number, name, fact(facts, "preset"), fact(facts, "seed"), count(facts, "parameters"),
                 count(facts, "steps"), fact(facts, "loss_validation", 3), fact(facts, "bits_per_character", 3), size,
                 fact(facts, "date").substr(0, 10)});
    } else {
      table.add({number, name, count(facts, "parameters"), fact(facts, "loss_validation", 3), size});
    }
  }
  page.table(table);
  page.screen.space();
  const std::string total = size_of(bytes_of_all(models));
  page.line(text(models.size(), page.in(" model, ", models.size() == 1 ? " model, " : " models, "), total,
                 page.in("; yeri: ", "; in "), trained_folder()));
  page.line(page.in("Bir modelin bilgileri: lessons/run models show 1", "All about one: lessons/run models show 1"));
}

void show(Page& page) {
  const std::vector<StoredModel> models = list_trained();
  const StoredModel& model = chosen(page, models, page.words[0]);
  const std::string folder = trained_folder() + "/" + model.folder_name;
  page.record("model", json_of(model));
  page.screen.lines({paint(page.screen.look(), Ink::title, name_of(model))});
  page.screen.space();
  if (!model.damaged.empty()) {
    page.line(page.in("Bu klasör bozuk: ", "This folder is damaged: ") + model.damaged);
    page.line(
        page.in("Onu isteyen ders yeniden eğitip üstüne yazar; silmek için: lessons/run models delete ",
                "The lesson that needs it trains again and replaces it; to delete it: lessons/run models delete ") +
        page.words[0]);
    return;
  }
  const Json& facts = model.facts;
  std::vector<std::pair<std::string, std::string>> headed = {
      {page.in("ders", "lesson"), fact(facts, "lesson")},
      {page.in("ölçü (preset)", "preset"), fact(facts, "preset")},
      {page.in("tohum (seed)", "seed"), fact(facts, "seed")},
      {page.in("hassasiyet", "precision"), fact(facts, "precision")},
      {page.in("veri", "data"), fact(facts, "data")},
      {page.in("parametre", "parameters"), count(facts, "parameters")},
      {page.in("adım", "steps"), count(facts, "steps")},
      {page.in("doğrulama kaybı", "validation loss"), fact(facts, "loss_validation")},
      {page.in("harf başına bit", "bits per character"), fact(facts, "bits_per_character")},
      {page.in("eğitim süresi", "training time"), fact(facts, "seconds_training", 1) + page.in(" saniye", " seconds")},
      {page.in("tarih", "date"), fact(facts, "date")}};
  const std::vector<std::string> told = {"name",
                                         "lesson",
                                         "preset",
                                         "seed",
                                         "precision",
                                         "data",
                                         "parameters",
                                         "steps",
                                         "loss_validation",
                                         "bits_per_character",
                                         "seconds_training",
                                         "date",
                                         "recipe"};
  for (const auto& [name, value] : facts.members()) {
    const std::string other(name);
    if (std::find(told.begin(), told.end(), other) == told.end()) {
      headed.emplace_back(other == "key" ? page.in("anahtar (key)", "key") : other, fact(facts, other.c_str()));
    }
  }
  headed.emplace_back(page.in("tarif (recipe)", "recipe"), fact(facts, "recipe"));
  for (const std::string& file : list_folder(folder)) {
    if (is_file(folder + "/" + file)) headed.emplace_back(file, size_of(file_bytes(folder + "/" + file)));
  }
  headed.emplace_back(page.in("hepsi", "all files"), size_of(model.bytes));
  page.list(headed);
  page.screen.space();
  if (fact(facts, "lesson").starts_with("11_")) {
    page.line(page.in("Onunla konuşmak için: lessons/run 11 --chat", "To talk to it: lessons/run 11 --chat"));
  }
  page.line(page.in("Klasörü Hugging Face araçları da açar; Python'da, transformers ile:",
                    "Hugging Face's tools open the folder as well; in Python, with transformers:"));
  page.screen.lines({"  AutoModelForCausalLM.from_pretrained(", "    " + in_quotes(folder) + ")"});
}

void remove(Page& page) {
  std::vector<StoredModel> models = list_trained();
  if (page.words[0] != "all") models = {chosen(page, models, page.words[0])};
  Json deleted = Json::array();
  if (models.empty()) {
    say_nothing_there(page);
  } else {
    const std::string what =
        models.size() == 1 ? name_of(models[0]) : text(models.size(), page.in(" model", " models"));
    const std::string size = size_of(bytes_of_all(models));
    if (page.confirm(page.in(what + " silinsin mi? (" + size + ")", "Delete " + what + "? (" + size + ")"))) {
      for (const StoredModel& model : models) {
        remove_trained(model.folder_name);
        deleted.append(model.folder_name);
      }
      page.line(page.in("Silindi: " + what + "; " + size + " boşaldı.", "Deleted: " + what + "; " + size + " freed."));
    } else {
      page.line(page.in("Hiçbir şey silinmedi.", "Nothing was deleted."));
    }
  }
  page.record("deleted", std::move(deleted));
}

}  // namespace

int main(int argc, char** argv) {
  Page page("models", {"Derslerin eğittiği modeller", "The models that lessons have trained"},
            {{.name = "", .help = {"modelleri listeler", "lists the models"}},
             {.name = "show",
              .operands = "N|NAME",
              .help = {"bir modelin bütün bilgileri", "all that is known about one"},
              .least = 1},
             {.name = "delete",
              .operands = "N|NAME|all",
              .help = {"bir modeli ya da hepsini siler; önce sorar", "deletes one or all; asks first"},
              .least = 1}},
            argc, argv, {yes_flag()});
  if (page.verb.empty()) list(page);
  if (page.verb == "show") show(page);
  if (page.verb == "delete") remove(page);
  return page.finish();
}
