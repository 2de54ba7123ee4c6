#include "fake_device.h"

#include <stdlib.h>
#include <string.h>

#include "core/backend.h"

static Backend backend;
static int64_t copies;

static int count(void)
{
    return 2;
}

static bool copy(int index, void *to, const void *from, size_t bytes)
{
    (void)index;
    copies++;
    memcpy(to, from, bytes);
    return true;
}

Device fake_device(int index)
{
    if (backend.count == NULL) {
        backend = cpu_backend;
        backend.type = DEVICE_CUDA;
        backend.count = count;
        backend.copy_from_host = backend.copy_to_host = copy;
        device_register(&backend);
    }
    return (Device){DEVICE_CUDA, index};
}

int64_t fake_device_copies(void)
{
    return copies;
}
