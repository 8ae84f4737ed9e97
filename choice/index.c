/* For every processor that this is built for. */
#include "choice/index_loops.h"

const struct fleet_index fleet_index = {update, lowest};
