/* Device: where a tensor's memory is, and the registry of the backends that can compute there. */
#ifndef TAPER_CORE_DEVICE_H
#define TAPER_CORE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/export.h"

TAPER_BEGIN_DECLS

typedef enum DeviceType { DEVICE_CPU = 0, DEVICE_CUDA = 1, DEVICE_TYPE_COUNT } DeviceType;

/* torch.device: small enough to pass by value. */
typedef struct Device {
    int32_t type;  /* DeviceType */
    int32_t index; /* which of them; 0 for the CPU */
} Device;

/* torch.device("cpu"), torch.device("cuda", index). */
TAPER_API Device cpu_device(void);
TAPER_API Device cuda_device(int index);

/* torch.cuda.is_available(): is there a GPU, and a backend for it in this build? */
TAPER_API bool cuda_is_available(void);

/* Reads "cpu", "cuda" or "cuda:1"; raises ERROR_DEVICE (ERROR_VALUE for NULL) and returns
 * false for anything else. */
TAPER_API bool device_parse(const char *text, Device *device);

/* Writes "cpu" or "cuda:0" into `text` and returns it. */
TAPER_API const char *device_name(Device device, char *text, size_t size);

/* The same type and index? */
TAPER_API bool device_equal(Device a, Device b);

/* How many devices of that type this process can use; 0 where no backend is registered for it. */
TAPER_API int device_count(DeviceType type);

/* torch.cuda.synchronize(device): waits until all work given to the device is done. False after an error. */
TAPER_API bool device_synchronize(Device device);

struct Backend;

/* Makes a backend known; the CPU's is there from the start. The table must live as long as the process. */
TAPER_API void device_register(const struct Backend *backend);

/* The backend of a device, or NULL after raising ERROR_DEVICE that names `operation`. */
TAPER_API const struct Backend *device_backend(Device device, const char *operation);

TAPER_END_DECLS

#endif
