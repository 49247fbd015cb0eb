#include "lessons/stage/html.h"

#include <map>

#include "kernels/check.h"
#include "lessons/stage/embedded.h"
#include "lessons/stage/letters.h"

namespace dikkat {
namespace {

std::string part(const std::string& name) {
  return std::string(embedded("stage/html/" + name));
}

// `frame` with every {{name}} replaced; what was put in is not looked at again.
std::string filled(std::string_view frame, const std::map<std::string, std::string>& values) {
  std::string all;
  for (;;) {
    const size_t begin = frame.find("{{"), end = frame.find("}}", begin);
    if (begin == frame.npos || end == frame.npos) return all + std::string(frame);
    const std::string name(frame.substr(begin + 2, end - begin - 2));
    const auto found = values.find(name);
    require(found != values.end(), "page.html: there is nothing to put at {{", name, "}}");
    all += frame.substr(0, begin);
    all += found->second;
    frame.remove_prefix(end + 2);
  }
}

}  // namespace

std::string html_text(std::string_view content) {
  static const std::map<char32_t, std::string> entities = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
  std::string safe;
  while (!content.empty()) {
    const Letter letter = first_letter(content);
    const bool control = (letter.code < 0x20 && letter.code != '\n' && letter.code != '\t') ||
                         (letter.code >= 0x7F && letter.code < 0xA0);
    if (const auto entity = entities.find(letter.code); entity != entities.end()) {
      safe += entity->second;
    } else if (!letter.valid) {
      safe += "\uFFFD";
    } else if (!control) {
      safe += content.substr(0, letter.bytes);
    }
    content.remove_prefix(letter.bytes);
  }
  return safe;
}

std::string html_json(const Json& data) {
  std::string safe;
  for (const char letter : data.dump()) {
    // These stand only inside strings, where an escape means the same.
    if (letter == '<' || letter == '>' || letter == '&') {
      safe += letter == '<' ? "\\u003c" : letter == '>' ? "\\u003e" : "\\u0026";
    } else {
      safe += letter;
    }
  }
  return safe;
}

std::string assemble(HtmlPage page) {
  const auto in = [&](const char* turkish, const char* english) { return page.turkish ? turkish : english; };
  Json words = Json::object();
  if (const auto own = page.data.find("words")) words = own->json();
  words.set("dark", in("Koyu görünüm", "Dark"));
  words.set("light", in("Açık görünüm", "Light"));
  page.data.set("words", words);
  std::string scripts = part("page.js");
  for (const std::string& name : page.scripts) scripts += "\n" + part(name);
  return filled(part("page.html"), {{"lang", in("tr", "en")},
                                    {"title", html_text(page.title)},
                                    {"lead", html_text(page.lead)},
                                    {"skip", in("İçeriğe geç", "Skip to the content")},
                                    {"dark", in("Koyu görünüm", "Dark")},
                                    {"style", part("page.css")},
                                    {"body", page.body},
                                    {"data", html_json(page.data)},
                                    {"scripts", scripts}});
}

}  // namespace dikkat
