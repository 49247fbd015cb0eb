// Pages for a browser: one file each, that opens from a disk and asks for nothing outside itself. The parts lie in
// stage/html: page.html (the frame), page.css (the look), page.js (what every page can do), and scripts of single
// pages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/files/json.h"

namespace dikkat {

// A text as it stands in HTML, between tags or in an attribute's double quotes: nothing in it is a tag, an entity or a
// control character; broken UTF-8 becomes U+FFFD.
std::string html_text(std::string_view content);

// Data inside a <script>: JSON in which no string can end the element.
std::string html_json(const Json& data);

struct HtmlPage {
  bool turkish = true;
  std::string title, lead;                // texts
  std::string body;                       // HTML: what stands between header and footer
  Json data = Json::object();             // what the scripts find as `data`; its "words" are completed
  std::vector<std::string> scripts = {};  // files of stage/html behind page.js: "curves.js", "runs.js"
};

// The whole file. Error if the program was built without one of the parts (link dikkat_html).
std::string assemble(HtmlPage page);

}  // namespace dikkat
