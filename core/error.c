#include "core/error.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX = 4096, PATH_MAX_LENGTH = 256 };

/* An Error with room for its texts, so that raising one never needs memory that may not be there. */
typedef struct ErrorRecord {
    Error error;
    char operation[64];
    char message[MESSAGE_MAX];
    char module_path[PATH_MAX_LENGTH];
    char module_type[64];
    char text[MESSAGE_MAX + PATH_MAX_LENGTH + 160];
} ErrorRecord;

/* Allocated on the thread's first error; the static one serves where even that fails. */
static __thread ErrorRecord *record;
static __thread bool raised;
static __thread bool captured;
static __thread uint64_t count;
static __thread ErrorFrame *innermost;
static __thread const char *outermost_operation;
static ErrorRecord spare_record;

static pthread_key_t record_key;
static pthread_once_t record_key_once = PTHREAD_ONCE_INIT;

static pthread_mutex_t handler_mutex = PTHREAD_MUTEX_INITIALIZER;
static ErrorHandler current_handler;
static void *current_user;

static void free_record(void *thread_record)
{
    free(thread_record);
}

static void make_record_key(void)
{
    pthread_key_create(&record_key, free_record);
}

/* Thread-specific destructors do not run for the thread that leaves main. */
__attribute__((destructor)) static void free_main_record(void)
{
    if (record != &spare_record)
        free(record);
    record = NULL;
}

static ErrorRecord *thread_record(void)
{
    if (record == NULL) {
        record = calloc(1, sizeof *record);
        if (record == NULL)
            return record = &spare_record;
        pthread_once(&record_key_once, make_record_key);
        pthread_setspecific(record_key, record);
    }
    return record;
}

static void print_and_exit(const Error *error)
{
    fflush(stdout);
    fprintf(stderr, "taper: error: %s\n", error->text);
    exit(EXIT_FAILURE);
}

void error_set_handler(ErrorHandler handler, void *user)
{
    pthread_mutex_lock(&handler_mutex);
    current_handler = handler;
    current_user = user;
    pthread_mutex_unlock(&handler_mutex);
}

void error_ignore(const Error *error, void *user)
{
    (void)error;
    (void)user;
}

const Error *error_last(void)
{
    return raised ? &record->error : NULL;
}

void error_clear(void)
{
    raised = false;
}

uint64_t error_count(void)
{
    return count;
}

const char *error_code_name(ErrorCode code)
{
    static const char *const names[] = {
        [ERROR_NONE] = "none",         [ERROR_SHAPE] = "shape",
        [ERROR_DTYPE] = "dtype",       [ERROR_DEVICE] = "device",
        [ERROR_VALUE] = "value",       [ERROR_INDEX] = "index",
        [ERROR_AUTOGRAD] = "autograd", [ERROR_KEY] = "key",
        [ERROR_MEMORY] = "memory",     [ERROR_IO] = "io",
        [ERROR_FORMAT] = "format",     [ERROR_UNSUPPORTED] = "unsupported",
    };
    return code >= ERROR_NONE && code <= ERROR_UNSUPPORTED ? names[code] : "unknown";
}

static void fill_text(ErrorRecord *r)
{
    const char *separator = r->operation[0] ? ": " : "";
    if (r->module_type[0])
        snprintf(r->text, sizeof r->text, "%s%s%s (in %s%s(%s))", r->operation, separator, r->message,
                 r->module_path, r->module_path[0] ? " " : "", r->module_type);
    else
        snprintf(r->text, sizeof r->text, "%s%s%s", r->operation, separator, r->message);
    r->error.operation = r->operation;
    r->error.message = r->message;
    r->error.module_path = r->module_path;
    r->error.module_type = r->module_type;
    r->error.text = r->text;
}

static void call_handler(const Error *error)
{
    pthread_mutex_lock(&handler_mutex);
    ErrorHandler handler = current_handler;
    void *user = current_user;
    pthread_mutex_unlock(&handler_mutex);
    if (captured)
        return;
    const char *operation = outermost_operation;
    outermost_operation = NULL; /* not of what the handler calls, which may also leave for good */
    if (handler != NULL)
        handler(error, user);
    else
        print_and_exit(error);
    outermost_operation = operation;
}

void *error_raise_v(ErrorCode code, const char *operation, const char *format, va_list args)
{
    count++;
    operation = outermost_operation != NULL ? outermost_operation : operation;
    if (raised) { /* the first one stays; the handler still hears of this one */
        ErrorRecord *later = calloc(1, sizeof *later);
        if (later == NULL)
            return NULL;
        later->error.code = code;
        snprintf(later->operation, sizeof later->operation, "%s", operation ? operation : "");
        vsnprintf(later->message, sizeof later->message, format, args);
        error_module_path(later->module_path, sizeof later->module_path);
        snprintf(later->module_type, sizeof later->module_type, "%s", innermost ? innermost->type : "");
        fill_text(later);
        call_handler(&later->error);
        free(later);
        return NULL;
    }
    ErrorRecord *r = thread_record();
    r->error.code = code;
    snprintf(r->operation, sizeof r->operation, "%s", operation ? operation : "");
    vsnprintf(r->message, sizeof r->message, format, args);
    error_module_path(r->module_path, sizeof r->module_path);
    snprintf(r->module_type, sizeof r->module_type, "%s", innermost ? innermost->type : "");
    fill_text(r);
    raised = true;
    call_handler(&r->error);
    return NULL;
}

void *error_raise(ErrorCode code, const char *operation, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_raise_v(code, operation, format, args);
    va_end(args);
    return NULL;
}

void *error_raise_errno(ErrorCode code, const char *operation, const char *format, ...)
{
    int reason = errno;
    char message[MESSAGE_MAX / 2];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_raise(code, operation, "%s: %s", message, strerror(reason));
}

const char *error_operation_enter(const char *operation)
{
    const char *outer = outermost_operation;
    outermost_operation = outer != NULL ? outer : operation;
    return outer;
}

void error_operation_leave(const char **outer)
{
    outermost_operation = *outer;
}

bool error_check_given(const char *operation, const char *argument, bool given)
{
    return given || error_raise(ERROR_VALUE, operation, "the %s is NULL", argument) != NULL;
}

void *error_raise_missing(const char *operation, const char *const *names, int n)
{
    if (n == 1)
        return error_raise(ERROR_VALUE, operation, "missing 1 required positional argument: '%s'", names[0]);
    if (n == 2)
        return error_raise(ERROR_VALUE, operation, "missing 2 required positional arguments: '%s' and '%s'",
                           names[0], names[1]);
    return error_raise(ERROR_VALUE, operation,
                       "missing 3 required positional arguments: '%s', '%s', and '%s'", names[0], names[1],
                       names[2]);
}

Error *error_take(void)
{
    if (!raised)
        return NULL;
    ErrorRecord *copy = malloc(sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *record;
    fill_text(copy);
    raised = false;
    return &copy->error;
}

void error_give(Error *error)
{
    if (error == NULL)
        return;
    if (!raised) {
        ErrorRecord *r = thread_record();
        *r = *(ErrorRecord *)error;
        fill_text(r);
        raised = true;
    }
    count++;
    call_handler(error);
    free(error);
}

bool error_capture(bool on)
{
    bool previous = captured;
    captured = on;
    return previous;
}

void error_frame_enter(ErrorFrame *frame)
{
    frame->outer = innermost;
    innermost = frame;
}

void error_frame_leave(ErrorFrame *frame)
{
    innermost = frame->outer;
}

/* Writes the outer frames first; returns the length so far. */
static size_t write_path(const ErrorFrame *frame, char *path, size_t size, size_t length)
{
    if (frame == NULL)
        return length;
    length = write_path(frame->outer, path, size, length);
    if (frame->name == NULL || frame->name[0] == '\0' || length >= size)
        return length;
    int written = snprintf(path + length, size - length, "%s%s", length ? "." : "", frame->name);
    return written < 0 ? length : length + (size_t)written;
}

void error_module_path(char *path, size_t size)
{
    if (size > 0) {
        path[0] = '\0';
        write_path(innermost, path, size, 0);
    }
}
