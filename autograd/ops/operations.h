/* All operations: one header per family. */
#ifndef TAPER_AUTOGRAD_OPS_OPERATIONS_H
#define TAPER_AUTOGRAD_OPS_OPERATIONS_H

#include "autograd/ops/activation.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/conv.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/index.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/dropout.h"
#include "autograd/ops/logic.h"
#include "autograd/ops/join.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/math.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/norm.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/random.h"
#include "autograd/ops/power.h"
#include "autograd/ops/rearrange.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/repeat.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/slice.h"
#include "autograd/ops/smooth.h"
#include "autograd/ops/softmax.h"
#include "autograd/ops/split.h"
#include "autograd/ops/transpose.h"
#include "autograd/ops/view.h"

#endif
