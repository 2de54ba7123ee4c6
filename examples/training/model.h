/* The network that the tools train: the SE-ResNet of se_resnet.c, made of the library's blocks. */
#ifndef TRAINING_MODEL_H
#define TRAINING_MODEL_H

#include <taper.h>

/* For images [N, 3, 32, 32]; gives scores [N, num_classes]. */
Module *se_resnet_new(int64_t num_classes);

#endif
