/* The same with vectors of 32 bytes, where the processor has them; built with its flags
 * (CMakeLists.txt). */
#include "choice/index_loops.h"

const struct fleet_index fleet_index_avx2 = {update, lowest};
