/* Modules: one header per subject (torch.nn). */
#ifndef TAPER_NN_NN_H
#define TAPER_NN_NN_H

#include "nn/activation.h"
#include "nn/blocks.h"
#include "nn/conv.h"
#include "nn/convert.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/hooks.h"
#include "nn/init.h"
#include "nn/linear.h"
#include "nn/loss.h"
#include "nn/margin_loss.h"
#include "nn/module.h"
#include "nn/normalization.h"
#include "nn/padding.h"
#include "nn/pixel_shuffle.h"
#include "nn/pooling.h"
#include "nn/print.h"
#include "nn/safetensors.h"
#include "nn/sequential.h"
#include "nn/state_dict.h"
#include "nn/summary.h"

#endif
