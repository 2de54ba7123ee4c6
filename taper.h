/* Taper: PyTorch in C. This header brings in every public one; each of them is the reference manual of its
 * subject. */
#ifndef TAPER_H
#define TAPER_H

#include "core/allocator.h"
#include "core/device.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/keywords.h"
#include "core/object.h"
#include "core/random.h"
#include "core/scope.h"
#include "core/tensor.h"
#include "core/threads.h"

#include "autograd/autograd.h"
#include "autograd/creation.h"
#include "autograd/ops/operation.h"
#include "autograd/ops/operations.h"
#include "autograd/print.h"
#include "autograd/tape.h"

#include "nn/nn.h"

#include "optim/optim.h"

#include "data/data.h"

#endif
