// What a lesson leaves behind: memory and profile tables, the score, the results file, and the last words of an Error.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "core/files/atomic_file.h"
#include "kernels/memory.h"
#include "kernels/parallel.h"
#include "kernels/table.h"
#include "lessons/stage/lesson_state.h"
#include "lessons/stage/terminal.h"

namespace dikkat {

void Lesson::memory() {
  State& state = *state_;
  static constexpr std::array<const char*, category_count> turkish_names = {"ağırlıklar", "gradyanlar", "eniyileyici",
                                                                            "ara sonuçlar", "çalışma alanı"};
  const MemoryUse use = memory_use();
  Table table({state.in("bellek", "memory"), state.in("şimdi", "now"), state.in("en çok", "peak")});
  for (int i = 0; i < category_count; ++i) {
    table.add({turkish ? turkish_names[i] : category_names[i], bytes_text(use.live[i]), bytes_text(use.peak[i])});
  }
  table.add({state.in("toplam", "total"), bytes_text(use.live_total), bytes_text(use.peak_total)});
  this->table(table);
}

void Lesson::record(const std::string& name, Json value) {
  for (const char* ours : {"lesson", "preset", "device", "precision", "threads", "seed", "claims", "seconds",
                           "peak_bytes", "peak_rss_bytes"}) {
    require(name != ours, "lesson.record(\"", name, "\"): finish() writes this one itself");
  }
  for (auto& [other, old] : state_->recorded) {
    if (other != name) continue;
    old = std::move(value);
    return;
  }
  state_->recorded.emplace_back(name, std::move(value));
}

void Lesson::State::write_json(uint64_t seed) {
  const MemoryUse use = memory_use();
  Json peak = Json::object();
  for (int i = 0; i < category_count; ++i) peak.set(category_names[i], use.peak[i]);
  peak.set("total", use.peak_total);
  std::vector<Json::Member> members = {{"lesson", folder},       {"preset", preset},     {"device", device},
                                       {"precision", precision}, {"threads", threads()}, {"seed", seed}};
  members.insert(members.end(), recorded.begin(), recorded.end());
  if (!claims.empty()) {
    Json all = Json::array();
    for (const auto& [id, claim] : claims) all.append(claim);
    members.emplace_back("claims", std::move(all));
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  members.emplace_back("seconds", seconds.count());
  members.emplace_back("peak_bytes", std::move(peak));
  members.emplace_back("peak_rss_bytes", terminal::peak_rss_bytes());
  write_file(json_path, Json::object(std::move(members)).dump(2) + "\n");
}

int Lesson::finish() {
  State& state = *state_;
  state.screen.hide_bar();
  state.screen.set_silent(false);
  if (state.asked > 0) {
    state.screen.space();
    line(text(state.in("Tahmin: ", "Predictions: "), state.right, "/", state.asked, state.in(" doğru", " right")));
  }
  if (flags.boolean("profile")) {
    Table table(
        {state.in("çekirdek", "kernel"), state.in("çağrı", "calls"), state.in("saniye", "seconds"), "GFLOP/s", "GB/s"});
    for (const KernelProfile& row : profile()) {
      const auto rate = [&](double amount) {
        return row.seconds > 0 && amount > 0 ? short_number(amount / row.seconds / 1e9) : std::string("-");
      };
      table.add({row.kernel, grouped(row.calls), short_number(row.seconds), rate(row.flops), rate(row.bytes)});
    }
    this->table(table);
  }
  if (state.failures > 0) {
    state.screen.space();
    state.screen.lines({text(state.in("Başarısız olan: ", "Failed: "), state.failures)});
  }
  state.screen.lines({});  // ends a line that is still open
  if (!state.json_path.empty()) state.write_json(seed);
  if (interrupted()) return 130;
  return state.failures > 0 ? 1 : 0;
}

namespace {

bool error_in_turkish = true;
Screen* error_screen = nullptr;

[[noreturn]] void print_error_and_leave() {
  int exit_code = 1;
  std::string message;
  try {
    if (const std::exception_ptr current = std::current_exception()) std::rethrow_exception(current);
    message = error_in_turkish ? "program beklenmedik biçimde durdu" : "the program stopped unexpectedly";
  } catch (const UsageError& error) {
    exit_code = 2;
    message = error.what();
  } catch (const std::bad_alloc&) {
    message = error_in_turkish ? "bellek yetmedi; daha küçük bir model, yığın (--batch) ya da veri deneyin"
                               : "out of memory; try a smaller model, batch (--batch) or data file";
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = error_in_turkish ? "bilinmeyen bir hata" : "an unknown error";
  }
  message = (error_in_turkish ? "hata: " : "error: ") + message;
  try {
    if (error_screen != nullptr) error_screen->error_line(message);
  } catch (...) {
    error_screen = nullptr;  // the output itself is what failed
  }
  if (error_screen == nullptr) terminal::write_error(harmless(message) + "\n");
  terminal::leave(exit_code);
}

}  // namespace

void install_error_printer(bool turkish, Screen* screen) {
  error_in_turkish = turkish;
  error_screen = screen;
  std::set_terminate(print_error_and_leave);
}

}  // namespace dikkat
