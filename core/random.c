#include "core/random.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "core/error.h"
#include "core/random_engine.h"

/* -- mt19937 -- */

void engine_seed(Engine *engine, uint64_t seed)
{
    engine->seed = seed;
    engine->words[0] = (uint32_t)seed;
    for (uint32_t j = 1; j < ENGINE_WORDS; j++)
        engine->words[j] = 1812433253u * (engine->words[j - 1] ^ (engine->words[j - 1] >> 30)) + j;
    engine->left = 1;
    engine->next = 0;
}

static inline uint32_t twist(uint32_t u, uint32_t v)
{
    uint32_t mixed = (u & 0x80000000u) | (v & 0x7fffffffu);
    return (mixed >> 1) ^ (v & 1 ? 0x9908b0dfu : 0);
}

void engine_round(Engine *engine)
{
    uint32_t *w = engine->words;
    engine->left = ENGINE_WORDS;
    engine->next = 0;
    for (int j = 0; j < ENGINE_WORDS - ENGINE_SHIFT; j++)
        w[j] = w[j + ENGINE_SHIFT] ^ twist(w[j], w[j + 1]);
    for (int j = ENGINE_WORDS - ENGINE_SHIFT; j < ENGINE_WORDS - 1; j++)
        w[j] = w[j + ENGINE_SHIFT - ENGINE_WORDS] ^ twist(w[j], w[j + 1]);
    w[ENGINE_WORDS - 1] = w[ENGINE_SHIFT - 1] ^ twist(w[ENGINE_WORDS - 1], w[0]);
}

/* -- generators -- */

static Generator process_default = {.base = {.refcount = 1}, .mutex = PTHREAD_MUTEX_INITIALIZER};
static pthread_once_t process_default_once = PTHREAD_ONCE_INIT;
static __thread Generator *thread_default;

/* PyTorch keeps to 53 bits, so that a seed survives being a Python float. */
static uint64_t system_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)time(NULL) * 6364136223846793005u + (uint64_t)clock();
    return seed & 0x1FFFFFFFFFFFFFu;
}

static void seed_process_default(void)
{
    engine_seed(&process_default.engine, system_seed());
}

static Generator *or_default(Generator *generator)
{
    return generator != NULL ? generator : generator_default();
}

static void generator_destroy(Object *object)
{
    Generator *generator = (Generator *)object;
    pthread_mutex_destroy(&generator->mutex);
    free(generator);
}

Generator *generator_new(uint64_t seed)
{
    Generator *generator = calloc(1, sizeof *generator);
    if (generator == NULL)
        return error_raise(ERROR_MEMORY, "Generator", "out of memory");
    object_init(&generator->base, generator_destroy);
    pthread_mutex_init(&generator->mutex, NULL);
    engine_seed(&generator->engine, seed);
    return generator;
}

Generator *generator_default(void)
{
    if (thread_default != NULL)
        return thread_default;
    pthread_once(&process_default_once, seed_process_default);
    return &process_default;
}

Generator *generator_set_thread_default(Generator *generator)
{
    Generator *previous = thread_default;
    thread_default = generator;
    return previous;
}

void generator_manual_seed(Generator *generator, uint64_t seed)
{
    generator = or_default(generator);
    pthread_mutex_lock(&generator->mutex);
    engine_seed(&generator->engine, seed);
    generator->has_normal = generator->has_normal_float = false;
    pthread_mutex_unlock(&generator->mutex);
}

Generator *tensor_manual_seed(uint64_t seed)
{
    Generator *generator = generator_default();
    generator_manual_seed(generator, seed);
    return generator;
}

uint64_t generator_seed(Generator *generator)
{
    uint64_t seed = system_seed();
    generator_manual_seed(generator, seed);
    return seed;
}

uint64_t generator_initial_seed(Generator *generator)
{
    generator = or_default(generator);
    pthread_mutex_lock(&generator->mutex);
    uint64_t seed = generator->engine.seed;
    pthread_mutex_unlock(&generator->mutex);
    return seed;
}

uint32_t generator_random(Generator *generator)
{
    generator = or_default(generator);
    pthread_mutex_lock(&generator->mutex);
    uint32_t bits = engine_random(&generator->engine);
    pthread_mutex_unlock(&generator->mutex);
    return bits;
}

uint64_t generator_random64(Generator *generator)
{
    generator = or_default(generator);
    pthread_mutex_lock(&generator->mutex);
    uint64_t bits = engine_random64(&generator->engine);
    pthread_mutex_unlock(&generator->mutex);
    return bits;
}

/* -- state -- */

/* PyTorch's layout, kept since its Lua days: each word in 64 bits, and places for numbers no longer used. */
typedef struct GeneratorState {
    uint64_t seed;
    int32_t left, seeded;
    uint64_t next;
    uint64_t words[ENGINE_WORDS];
    double unused_x, normal, unused_rho;
    int32_t has_normal;
    int32_t gap;
    float normal_float;
    uint8_t has_normal_float;
    uint8_t gap_end[3];
} GeneratorState;

_Static_assert(sizeof(GeneratorState) == GENERATOR_STATE_SIZE, "PyTorch's size of a generator's state");

void generator_get_state(Generator *generator, void *state)
{
    if (!error_check_given("get_state", "state", state != NULL))
        return;
    generator = or_default(generator);
    GeneratorState s = {.seeded = 1};
    pthread_mutex_lock(&generator->mutex);
    const Engine *engine = &generator->engine;
    s.seed = engine->seed;
    s.left = engine->left;
    s.next = engine->next;
    for (int i = 0; i < ENGINE_WORDS; i++)
        s.words[i] = engine->words[i];
    s.has_normal = generator->has_normal;
    s.normal = generator->has_normal ? generator->normal : 0.0;
    s.has_normal_float = generator->has_normal_float;
    s.normal_float = generator->has_normal_float ? generator->normal_float : 0.0f;
    pthread_mutex_unlock(&generator->mutex);
    memcpy(state, &s, sizeof s);
}

bool generator_set_state(Generator *generator, const void *state, size_t size)
{
    GeneratorState s;
    if (size != sizeof s)
        return error_raise(ERROR_VALUE, "set_state",
                           "Expected a CPUGeneratorImplState of size %zu but found the input RNG state size "
                           "to be %zu",
                           sizeof s, size) != NULL;
    memcpy(&s, state, sizeof s);
    if (s.seeded != 1 || s.left <= 0 || s.left > ENGINE_WORDS || s.next > ENGINE_WORDS ||
        s.next + (uint64_t)s.left > ENGINE_WORDS + 1u)
        return error_raise(ERROR_VALUE, "set_state", "Invalid mt19937 state") != NULL;
    generator = or_default(generator);
    pthread_mutex_lock(&generator->mutex);
    Engine *engine = &generator->engine;
    engine->seed = s.seed;
    engine->left = s.left;
    engine->next = (uint32_t)s.next;
    for (int i = 0; i < ENGINE_WORDS; i++)
        engine->words[i] = (uint32_t)s.words[i];
    generator->has_normal = s.has_normal != 0;
    generator->normal = s.normal;
    generator->has_normal_float = s.has_normal_float != 0;
    generator->normal_float = s.normal_float;
    pthread_mutex_unlock(&generator->mutex);
    return true;
}
