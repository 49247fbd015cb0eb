#include "kernels/parallel.h"

namespace dikkat {

namespace {

int processors() {
#ifdef _OPENMP
  return omp_get_num_procs();
#else
  return 1;
#endif
}

int chosen = processors();

}  // namespace

void set_threads(int threads) {
  chosen = threads < 1 ? 1 : threads;
}
int threads() {
  return chosen;
}

}  // namespace dikkat
