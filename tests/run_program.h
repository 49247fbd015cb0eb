// Runs a program as a user would, through the shell, and keeps what it printed.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace dikkat {

struct ProgramRun {
  int code = -1;  // as the shell tells it: 128 + n after signal n
  std::string out, err;
};

// `command` in bash, in `folder`, where its output goes to the files out and err and its input comes from the file in.
inline ProgramRun run_program(const std::string& command, const std::string& input, const std::string& folder) {
  const auto text_of = [](const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
  };
  std::ofstream(folder + "/in", std::ios::binary) << input;
  std::ofstream(folder + "/script", std::ios::binary) << command << "\n";
  const int status = std::system(("cd '" + folder + "' && bash ./script <in >out 2>err").c_str());
  ProgramRun run;
  if (WIFEXITED(status)) run.code = WEXITSTATUS(status);
  run.out = text_of(folder + "/out");
  run.err = text_of(folder + "/err");
  return run;
}

}  // namespace dikkat
