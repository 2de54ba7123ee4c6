/* Everything of the folder data. */
#ifndef TAPER_DATA_DATA_H
#define TAPER_DATA_DATA_H

#include "data/cifar.h"
#include "data/dataloader.h"
#include "data/dataset.h"
#include "data/generated.h"
#include "data/samplers.h"
#include "data/transforms.h"

#endif
