/* Optimisers, learning rates, and what is done to gradients before a step (torch.optim). */
#ifndef TAPER_OPTIM_OPTIM_H
#define TAPER_OPTIM_OPTIM_H

#include "optim/adagrad.h"
#include "optim/adam.h"
#include "optim/clip_grad.h"
#include "optim/one_cycle.h"
#include "optim/optimizer.h"
#include "optim/rmsprop.h"
#include "optim/scheduler.h"
#include "optim/schedulers.h"
#include "optim/sgd.h"
#include "optim/state_dict.h"

#endif
