/* The inside of schedulers, for the files of this folder. Not installed. */
#ifndef TAPER_OPTIM_SCHEDULER_STRUCT_H
#define TAPER_OPTIM_SCHEDULER_STRUCT_H

#include "optim/scheduler.h"

/* Computes and sets the learning rates of last_epoch, in the closed form if asked for and if there is one. */
bool scheduler_apply(Scheduler *scheduler, bool closed);

/* The constructor's step. */
bool scheduler_initial_step(Scheduler *scheduler);

/* last_lr = the optimizer's learning rates. */
void scheduler_read_lrs(Scheduler *scheduler);

#endif
