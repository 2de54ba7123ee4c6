/* Errors: how every function of the library reports that it could not do what was asked.
 *
 * A failing call raises an error: it stores an Error for the calling thread, calls the handler, and returns
 * NULL (or false, or a negative number). The default handler prints the error to stderr and exits with a
 * failure status. A program that installs a handler of its own gets the NULL back instead and can go on:
 * nothing is half changed and nothing leaks. NULL tensors pass through operations as NULL without raising
 * again, so a chain of calls may be checked once at its end; the first error stays readable until
 * error_clear().
 *
 *     error_set_handler(error_ignore, NULL);
 *     Tensor *y = nn_forward(model, x);
 *     if (y == NULL) {
 *         fprintf(stderr, "%s\n", error_last()->text);
 *         error_clear();
 *     }
 */
#ifndef TAPER_CORE_ERROR_H
#define TAPER_CORE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/export.h"

TAPER_BEGIN_DECLS

typedef enum ErrorCode {
    ERROR_NONE = 0,
    ERROR_SHAPE,       /* sizes or numbers of dimensions that do not fit */
    ERROR_DTYPE,       /* a dtype that the operation does not take */
    ERROR_DEVICE,      /* tensors on different devices, or a device that is not there */
    ERROR_VALUE,       /* an argument outside its range */
    ERROR_INDEX,       /* an index or dimension out of range */
    ERROR_AUTOGRAD,    /* a gradient that cannot be computed: freed graph, in-place change, no grad_fn */
    ERROR_KEY,         /* state_dict keys that are missing or unexpected */
    ERROR_MEMORY,      /* out of memory */
    ERROR_IO,          /* a file or network operation failed */
    ERROR_FORMAT,      /* a file whose content is not what it should be */
    ERROR_UNSUPPORTED, /* what is not there: a kernel for this dtype, a mode, an argument */
} ErrorCode;

typedef struct Error {
    ErrorCode code;
    const char *operation;   /* "conv2d", "load_state_dict", ...; "" if none */
    const char *message;     /* in PyTorch's words where PyTorch has some */
    const char *module_path; /* "layer2.0.se.fc.0"; "" outside of a module */
    const char *module_type; /* "Linear"; "" outside of a module */
    const char *text;        /* all of it: "linear: mat1 and mat2 ... (in layer2.0.se.fc.0 (Linear))" */
} Error;

typedef void (*ErrorHandler)(const Error *error, void *user);

/* Installs the process's handler, called on the thread of the failing call each time an error is raised. NULL
 * restores the default, which prints error->text to stderr and exits. */
TAPER_API void error_set_handler(ErrorHandler handler, void *user);

/* A handler that does nothing: for programs that look at return values. */
TAPER_API void error_ignore(const Error *error, void *user);

/* The calling thread's first error since error_clear(), or NULL. Valid until error_clear() or the thread's
 * end. */
TAPER_API const Error *error_last(void);
TAPER_API void error_clear(void);

/* How many errors the calling thread has raised so far: tells whether a stretch of code raised one. */
TAPER_API uint64_t error_count(void);

/* "shape", "dtype", ...: the name of a code. */
TAPER_API const char *error_code_name(ErrorCode code);

/* Raises an error. `operation` is the public name without prefix ("conv2d"). Returns NULL, so that a function
 * returning a pointer can `return error_raise(...)`; one returning bool writes `return error_raise(...) !=
 * NULL`. */
TAPER_API void *error_raise(ErrorCode code, const char *operation, const char *format, ...)
    TAPER_PRINTF(3, 4);

/* The same with a va_list; the same with the system's reason (strerror of errno) appended. */
TAPER_API void *error_raise_v(ErrorCode code, const char *operation, const char *format, va_list args);
TAPER_API void *error_raise_errno(ErrorCode code, const char *operation, const char *format, ...)
    TAPER_PRINTF(3, 4);

/* At the top of an operation that is made of others: what they raise until it returns names this one, the one
 * that the user called. Of several, the outermost counts. */
#define ERROR_OPERATION(name)                                                                                \
    const char *error_operation_outer __attribute__((cleanup(error_operation_leave), unused)) =              \
        error_operation_enter(name)
TAPER_API const char *error_operation_enter(const char *operation);
TAPER_API void error_operation_leave(const char **outer);

/* Was an argument given that has no default, a name or a function? Else ERROR_VALUE, "the hook is NULL". */
TAPER_API bool error_check_given(const char *operation, const char *argument, bool given);

/* Python's error for a call without up to three arguments that have no default: ERROR_VALUE, "missing 2
 * required positional arguments: 'in_features' and 'out_features'". Always returns NULL. */
TAPER_API void *error_raise_missing(const char *operation, const char *const *names, int n);

/* Moves an error from one thread to another: error_take returns the calling thread's error as a heap copy and
 * clears it (NULL if none); error_give raises that copy on the calling thread and frees it. A worker thread
 * that must not end the process runs between error_capture(true) and error_capture(false): errors are stored,
 * but the handler is not called. Returns the previous setting. */
TAPER_API Error *error_take(void);
TAPER_API void error_give(Error *error);
TAPER_API bool error_capture(bool on);

/* Frames name the module that is running. nn_forward keeps one on its own stack around each forward. */
typedef struct ErrorFrame {
    const char *name; /* the child's name in its parent, "" for the outermost module */
    const char *type; /* "Conv2d" */
    struct ErrorFrame *outer;
} ErrorFrame;

/* Puts the frame on the calling thread's stack of running modules, and takes it off again. */
TAPER_API void error_frame_enter(ErrorFrame *frame);
TAPER_API void error_frame_leave(ErrorFrame *frame);

/* Writes the path of the running module ("layer2.0.fc") into `path`, cut to `size`; "" outside of any. */
TAPER_API void error_module_path(char *path, size_t size);

TAPER_END_DECLS

#endif
