/* Modules: one header per subject (torch.nn). */
#ifndef TAPER_NN_NN_H
#define TAPER_NN_NN_H

#include "nn/hooks.h"
#include "nn/module.h"
#include "nn/sequential.h"

#endif
