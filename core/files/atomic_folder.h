// Writing folders so that nobody ever sees half of one.
#pragma once

#include <string>

#include "core/files/descriptor.h"

namespace dikkat {

// A folder that is filled beside its final name (".NAME.<number>.partial") and takes that name in commit(). Without
// commit() the destructor removes it. What a killed run left behind is removed by the next one that writes the same
// folder; one that another program is filling at the moment is recognised by its lock and left alone.
//
//   AtomicFolder folder("models/baby");
//   write_file(folder.path() + "/config.json", "{}");
//   folder.commit();
//
// Everything throws Error "could not write the folder PATH: ..." with the system's reason.
class AtomicFolder {
 public:
  // The folder above it must be there.
  explicit AtomicFolder(const std::string& path);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  // Where to put its files, until commit().
  const std::string& path() const { return temporary_; }

  // Takes the final name. A folder that had it is replaced and removed; a file of that name is an Error.
  void commit();

 private:
  void remove_abandoned() const;
  [[noreturn]] void cannot_write(int error) const;

  std::string target_, above_, prefix_;  // above_ ends with a slash
  std::string temporary_;                // empty: finished
  Descriptor lock_;                      // the temporary folder, opened
};

}  // namespace dikkat
