// The course's dialogues: skeletons written by hand (dialogues/tr, dialogues/en), whose slots and alternatives are
// filled by chance. As many dialogues as one likes, the same for the same seed, with DialogSum's four fields.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dikkat {

// A dialogue before its slots are filled.
//   {city}       a value of the list "city", the same one all through the dialogue; {City} with a capital letter
//   {city.2}     another value of that list
//   {şehir-den}  Turkish: with suffixes (turkish_suffix.h)
//   {a fruit}    English: with "a" or "an"
//   [x|y|z]      one of them, which may be empty or hold slots
struct Skeleton {
  std::string summary;
  std::vector<std::string> lines;  // of A and B in turn, A first, without "A: "
  bool for_validation = false;
};

// A file of skeletons about one topic.
struct SkeletonFile {
  std::string topic;
  bool turkish = false;
  std::map<std::string, std::vector<std::string>> lists;
  std::vector<Skeleton> skeletons;
};

// Reads "topic: ...", then lists ("name: value, value"), then skeletons: "# summary" ("! summary" for validation) and
// lines "A: ..." and "B: ..." up to an empty line. Throws Error with the name and the line of what is not understood.
SkeletonFile parse_skeletons(std::string_view text, const std::string& name, bool turkish);

// All files inside the program, of one language.
std::vector<SkeletonFile> skeleton_files(bool turkish);

struct Dialogue {
  std::string fname, dialogue, summary, topic;  // lines of the dialogue: "#Person1#: ..." and "#Person2#: ..." in turn
};

// The skeleton with its slots filled; equal seeds give equal dialogues. (fname is left empty.)
Dialogue fill_skeleton(const SkeletonFile& file, const Skeleton& skeleton, uint64_t seed);

// Up to `variants` different dialogues of each skeleton for training, or for validation, shuffled. Skeletons with fewer
// possibilities give what they have.
std::vector<Dialogue> make_dialogues(const std::vector<SkeletonFile>& files, bool for_validation, int64_t variants,
                                     uint64_t seed);

// One JSON object a line, as DialogSum's files have them.
std::string to_json_lines(const std::vector<Dialogue>& dialogues);

}  // namespace dikkat
