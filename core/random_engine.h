/* The inside of Generator. Not installed.
 *
 * mt19937, the Mersenne Twister (Matsumoto and Nishimura 1998): 624 words of state, of which each round makes
 * 624 new ones; a tempering step makes an output of each word. */
#ifndef TAPER_CORE_RANDOM_ENGINE_H
#define TAPER_CORE_RANDOM_ENGINE_H

#include <pthread.h>

#include "core/object.h"
#include "core/random.h"

enum { ENGINE_WORDS = 624, ENGINE_SHIFT = 397 };

typedef struct Engine {
    uint32_t words[ENGINE_WORDS];
    uint32_t next; /* the word that comes next */
    int32_t left;  /* words that are left, and one; at 1 a new round is due */
    uint64_t seed;
} Engine;

struct Generator {
    Object base;
    pthread_mutex_t mutex;
    Engine engine;
    bool has_normal; /* the second of a pair of normal numbers waits (normal_ of fewer than 16) */
    double normal;
    bool has_normal_float; /* part of PyTorch's state; nothing on a CPU uses it */
    float normal_float;
};

void engine_seed(Engine *engine, uint64_t seed);
void engine_round(Engine *engine);

static inline uint32_t engine_random(Engine *engine)
{
    if (--engine->left == 0)
        engine_round(engine);
    uint32_t y = engine->words[engine->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

static inline uint64_t engine_random64(Engine *engine)
{
    uint64_t high = engine_random(engine);
    return high << 32 | engine_random(engine);
}

/* Uniform in [0, 1): as many random bits as the type's significand has. */
static inline float engine_uniform_float(Engine *engine)
{
    return (float)(engine_random(engine) & 0xFFFFFFu) * 0x1p-24f;
}

static inline double engine_uniform_double(Engine *engine)
{
    return (double)(engine_random64(engine) & 0x1FFFFFFFFFFFFFu) * 0x1p-53;
}

/* Turns 16 uniform numbers into 16 normal ones, in place (random_normal.c). */
void normal_fill_16_float(float *data, float mean, float std);
void normal_fill_16_double(double *data, double mean, double std);

#endif
