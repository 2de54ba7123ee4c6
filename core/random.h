/* Random numbers: PyTorch's CPU generator (mt19937) and its distributions.
 *
 * After the same seed, the same calls give the same bits as PyTorch 2.x on a CPU: torch.manual_seed,
 * uniform_, normal_, bernoulli_, random_, randint, randperm. A Generator is shared: every function below
 * takes its lock for the length of the call, so threads may use one generator, in whatever order they come.
 *
 * The random_* functions fill `n` elements of contiguous host memory and return false after raising an error,
 * in which case neither the memory nor the generator has changed. A NULL generator stands for
 * generator_default(). */
#ifndef TAPER_CORE_RANDOM_H
#define TAPER_CORE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dtype.h"
#include "core/export.h"

TAPER_BEGIN_DECLS

typedef struct Generator Generator;

/* Bytes of a generator's state, laid out as torch.Generator.get_state() lays it out on 64-bit
 * little-endian machines. */
enum { GENERATOR_STATE_SIZE = 5056 };

/* torch.Generator().manual_seed(seed): a new generator with one reference, the caller's (object_release gives
 * it back). NULL after ERROR_MEMORY. */
TAPER_API Generator *generator_new(uint64_t seed);

/* torch.default_generator: what functions draw from when they are given no generator. The process has one,
 * seeded from the operating system; a thread can have its own in its place (generator_set_thread_default).
 * Borrowed: it is not to be released. */
TAPER_API Generator *generator_default(void);

/* Makes `generator` the calling thread's default, or NULL for the process's again; returns what it replaces
 * (NULL: the process's). The thread keeps no reference. A DataLoader's workers use it, so that a transform
 * draws from its worker's generator, as it does in PyTorch's worker processes. */
TAPER_API Generator *generator_set_thread_default(Generator *generator);

/* torch.manual_seed(seed): seeds generator_default(), and returns it. */
TAPER_API Generator *tensor_manual_seed(uint64_t seed);

/* generator.manual_seed(seed), and generator.seed(): a seed from the operating system, which it returns. */
TAPER_API void generator_manual_seed(Generator *generator, uint64_t seed);
TAPER_API uint64_t generator_seed(Generator *generator);

/* generator.initial_seed(): the seed it was given last. */
TAPER_API uint64_t generator_initial_seed(Generator *generator);

/* The next 32 or 64 bits. */
TAPER_API uint32_t generator_random(Generator *generator);
TAPER_API uint64_t generator_random64(Generator *generator);

/* generator.get_state() and set_state(): GENERATOR_STATE_SIZE bytes. A state that no generator can be in is
 * ERROR_VALUE, "Invalid mt19937 state". */
TAPER_API void generator_get_state(Generator *generator, void *state);
TAPER_API bool generator_set_state(Generator *generator, const void *state, size_t size);

/* x.uniform_(from, to): float32 and float64, in [from, to). */
TAPER_API bool random_uniform(Generator *generator, DType dtype, void *out, int64_t n, double from,
                              double to);

/* x.normal_(mean, std): float32 and float64. PyTorch computes 16 numbers and more in another way than fewer,
 * and so does this. */
TAPER_API bool random_normal(Generator *generator, DType dtype, void *out, int64_t n, double mean,
                             double std);

/* x.bernoulli_(p): any dtype, ones and zeros. (PyTorch takes another source, MKL's, on Intel's processors;
 * these are its numbers everywhere else.) */
TAPER_API bool random_bernoulli(Generator *generator, DType dtype, void *out, int64_t n, double p);

/* torch.bernoulli(p) with a probability for each element; `p_dtype` is float32 or float64. */
TAPER_API bool random_bernoulli_each(Generator *generator, DType dtype, void *out, int64_t n, DType p_dtype,
                                     const void *p);

/* x.random_(from, to), torch.randint(from, to): any dtype, integers in [from, to). */
TAPER_API bool random_from_to(Generator *generator, DType dtype, void *out, int64_t n, int64_t from,
                              int64_t to);

/* x.random_(): any dtype, integers from 0 to the largest (for floats: to 2^24 or 2^53). */
TAPER_API bool random_any(Generator *generator, DType dtype, void *out, int64_t n);

/* torch.randperm(n): the numbers 0 to n - 1 in random order, as any dtype that can hold n. */
TAPER_API bool random_permutation(Generator *generator, DType dtype, void *out, int64_t n);

TAPER_END_DECLS

#endif
