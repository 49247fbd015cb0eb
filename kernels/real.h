// The one number type of the house. The gradient tests build everything a second time with DIKKAT_DOUBLE.
#pragma once

namespace dikkat {

#ifdef DIKKAT_DOUBLE
using Real = double;
#else
using Real = float;
#endif

}  // namespace dikkat
