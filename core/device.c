#include "core/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/backend.h"
#include "core/error.h"

static const char *const type_names[DEVICE_TYPE_COUNT] = {[DEVICE_CPU] = "cpu", [DEVICE_CUDA] = "cuda"};

static const Backend *backends[DEVICE_TYPE_COUNT] = {[DEVICE_CPU] = &cpu_backend};

static bool is_type(int32_t type)
{
    return type >= 0 && type < DEVICE_TYPE_COUNT;
}

Device cpu_device(void)
{
    return (Device){DEVICE_CPU, 0};
}

Device cuda_device(int index)
{
    return (Device){DEVICE_CUDA, index};
}

bool cuda_is_available(void)
{
    return device_count(DEVICE_CUDA) > 0;
}

bool device_parse(const char *text, Device *device)
{
    if (!error_check_given("device", "text", text != NULL))
        return false;
    for (int type = 0; type < DEVICE_TYPE_COUNT; type++) {
        size_t length = strlen(type_names[type]);
        if (strncmp(text, type_names[type], length) != 0)
            continue;
        const char *rest = text + length;
        char *end = (char *)rest;
        long index = *rest == ':' && rest[1] >= '0' && rest[1] <= '9' ? strtol(rest + 1, &end, 10) : 0;
        if (*end != '\0' || index > 1023)
            break;
        *device = (Device){type, (int32_t)index};
        return true;
    }
    return error_raise(ERROR_DEVICE, "device", "Invalid device string: '%s'", text) != NULL;
}

const char *device_name(Device device, char *text, size_t size)
{
    if (device.type == DEVICE_CPU)
        snprintf(text, size, "cpu");
    else if (!is_type(device.type))
        snprintf(text, size, "unknown device type %d", device.type);
    else
        snprintf(text, size, "%s:%d", type_names[device.type], device.index);
    return text;
}

bool device_equal(Device a, Device b)
{
    return a.type == b.type && a.index == b.index;
}

int device_count(DeviceType type)
{
    return is_type((int32_t)type) && backends[type] != NULL ? backends[type]->count() : 0;
}

void device_register(const Backend *backend)
{
    backends[backend->type] = backend;
}

const Backend *device_backend(Device device, const char *operation)
{
    char name[40];
    if (!is_type(device.type))
        return error_raise(ERROR_DEVICE, operation, "%s", device_name(device, name, sizeof name));
    const Backend *backend = backends[device.type];
    int count = backend != NULL ? backend->count() : 0;
    if (device.index >= 0 && device.index < count)
        return backend;
    error_raise(ERROR_DEVICE, operation, "device %s is not available: %d %s device%s found",
                device_name(device, name, sizeof name), count, type_names[device.type],
                count == 1 ? "" : "s");
    return NULL;
}

bool device_synchronize(Device device)
{
    const Backend *backend = device_backend(device, "synchronize");
    return backend != NULL && backend->synchronize(device.index);
}
