/* A second device for tests: its memory is the host's and its kernels are the CPU's, but nothing above the
 * table of kernels may know. */
#ifndef TAPER_TESTS_FAKE_DEVICE_H
#define TAPER_TESTS_FAKE_DEVICE_H

#include <taper.h>

/* Registers a backend for CUDA devices, of which there are two then, and returns one of them. */
Device fake_device(int index);

/* How many times elements have come from the host and gone to it. */
int64_t fake_device_copies(void);

#endif
