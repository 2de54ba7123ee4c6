/* The inside of optimizers, for the files of this folder. Not installed. */
#ifndef TAPER_OPTIM_OPTIMIZER_STRUCT_H
#define TAPER_OPTIM_OPTIMIZER_STRUCT_H

#include "optim/optimizer.h"

/* Frees n states and their array. */
void param_states_free(ParamState *states, int64_t n);

#endif
