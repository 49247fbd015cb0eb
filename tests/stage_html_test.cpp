// HTML pages: no text can become markup or script, nothing outside is asked for, and the numbers are those of the runs.
#include "lessons/stage/html.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "core/files/utf8.h"
#include "lessons/stage/embedded.h"
#include "lessons/stage/html_runs.h"
#include "tests/messages.h"
#include "tests/runs_examples.h"

namespace dikkat {
namespace {

using test::example_run;
using test::expect_parts;
using test::message_of;

const std::string nasty = "</script><b onclick=\"x\">&amp; 'tek' 🙂 مرحبا ığüşöç {{body}} <!--";

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const size_t from = text.find(begin);
  require(from != text.npos, "no ", begin);
  return text.substr(from + begin.size(), text.find(end, from + begin.size()) - from - begin.size());
}

// What the page's scripts will find, read the way a browser does.
Json data_of(const std::string& page) {
  return Json::parse(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"));
}

TEST(Html, TextStaysText) {
  EXPECT_EQ(html_text("a < b & \"c\" > 'd'"), "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
  EXPECT_EQ(html_text("ığüşöç 🙂 مرحبا"), "ığüşöç 🙂 مرحبا");
  EXPECT_EQ(html_text(std::string_view("a\0b\x1b[1m\x7f\tc\nd", 12)), "ab[1m\tc\nd");
  EXPECT_EQ(html_text("a\xff\xc3"), "a\uFFFD\uFFFD");
  EXPECT_TRUE(is_utf8(html_text("\xf0\x9f\x99")));
  EXPECT_EQ(html_text(""), "");
}

TEST(Html, DataCannotEndTheScript) {
  Json data = Json::object();
  data.set(nasty, nasty);
  data.set("breaks", "\u2028\u2029\n\\u003c");
  const std::string written = html_json(data);
  EXPECT_EQ(written.find_first_of("<>&"), written.npos) << written;
  EXPECT_EQ(Json::parse(written), data);
}

TEST(Html, PageHoldsWhatItWasGiven) {
  HtmlPage page;
  page.turkish = false;
  page.title = nasty;
  page.lead = "{{style}}";
  page.body = "<p>{{data}}</p>\n";
  page.data = Json::object({{"value", nasty}, {"words", Json::object({{"own", "word"}})}});
  const std::string all = assemble(page);
  expect_parts(all, {"<html lang=\"en\">", "<title>" + html_text(nasty) + "</title>", "<p>{{data}}</p>", "{{style}}"});
  EXPECT_EQ(count_of(all, "<script"), 2u);
  EXPECT_EQ(count_of(all, "</script>"), 2u);
  const Json data = data_of(all);
  EXPECT_EQ(data.at("value").string(), nasty);
  EXPECT_EQ(data.at("words").at("own").string(), "word");
  EXPECT_NE(data.at("words").at("dark").string(), "");
  page.scripts = {"nowhere.js"};
  expect_parts(message_of([&] { assemble(page); }), {"nowhere.js"});
}

// No address anywhere, and no element or style that fetches something: the page works from a disk, without a network.
TEST(Html, NothingOutsideIsAskedFor) {
  for (const bool turkish : {false, true}) {
    const std::string all = html_of_runs({example_run(20, 3), example_run(21, 2)}, true, turkish);
    const std::regex outside(
        R"(https?:|//[a-z0-9.-]+\.[a-z]{2,}|\bsrc\s*=|url\s*\(|@import|\bfetch\b|XMLHttpRequest|<link rel="(?!icon)|<iframe|import\s*\()");
    std::smatch found;
    EXPECT_FALSE(std::regex_search(all, found, outside)) << found.str();
    expect_parts(all, {"default-src 'none'", turkish ? "lang=\"tr\"" : "lang=\"en\"", "href=\"data:,\""});
  }
}

TEST(Html, RunsOfThePageAreThoseGiven) {
  std::vector<dikkat::Run> runs = {example_run(20, 3, nasty), example_run(21, 2)};
  runs[0].number = 3, runs[1].number = 5;
  runs[1].bits_per_character.reset();
  runs[0].facts.emplace_back(nasty, nasty);
  const std::string page = html_of_runs(runs, true, true);
  EXPECT_EQ(count_of(page, "</script>"), 2u);
  EXPECT_EQ(page.find("<b onclick"), page.npos);
  const Json data = data_of(page);
  ASSERT_EQ(data.at("runs").size(), 2u);
  for (size_t i = 0; i < runs.size(); ++i) {
    const JsonView shown = data.at("runs").at(i);
    EXPECT_EQ(shown.at("number").integer(), runs[i].number);
    EXPECT_EQ(run_to_json(run_from_json(shown.json())), run_to_json(runs[i]));
  }
  EXPECT_EQ(data.at("runs").at(0).at("bits_for_each_loss").number(), 0.5);
  EXPECT_FALSE(data.at("runs").at(1).find("bits_for_each_loss"));
  expect_parts(page, {"Karşılaştırma: #3, #5", "934,912", html_text(nasty), "data-value=\"2.0\"", "2.000"});
  EXPECT_EQ(count_of(page, "<input type=\"checkbox\" disabled"), runs.size());
}

// Whoever cannot see or use a mouse gets the same: names for every control and region, headings of rows and columns.
TEST(Html, EverythingHasAName) {
  std::vector<dikkat::Run> runs = {example_run(20, 3), example_run(21, 2)};
  for (const bool turkish : {false, true}) {
    const std::string page = html_of_runs(runs, false, turkish);
    const std::string body = page.substr(0, page.find("<script type="));
    EXPECT_EQ(count_of(body, "data-run=\"0\" aria-label="), 2u);
    EXPECT_EQ(count_of(body, "<section"), count_of(body, "<section aria-labelledby=") + count_of(body, "<section id="));
    EXPECT_EQ(count_of(body, "role=\"region\" tabindex=\"0\" aria-labelledby="), count_of(body, "role=\"region\""));
    for (const std::string tag : {"section", "table", "tr", "th", "td", "div", "label", "details", "button", "bdi"})
      EXPECT_EQ(count_of(body, "<" + tag + ">") + count_of(body, "<" + tag + " "), count_of(body, "</" + tag + ">"))
          << tag;
    EXPECT_EQ(count_of(body, "<h1"), 1u);
  }
}

}  // namespace
}  // namespace dikkat
