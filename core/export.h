/* TAPER_API marks what the shared library exports; everything else has hidden visibility. */
#ifndef TAPER_CORE_EXPORT_H
#define TAPER_CORE_EXPORT_H

#if defined(__GNUC__)
#define TAPER_API          __attribute__((visibility("default")))
#define TAPER_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define TAPER_API
#define TAPER_PRINTF(f, a)
#endif

/* The macros that give keyword arguments may be called without any, as C23 says and gcc's C has it. clang
 * calls that an extension under -Wpedantic, where the macro is used; no pragma inside of a macro reaches it
 * there. */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif

/* A name that is the line's own: blocks made by macros may stand inside one another without -Wshadow. */
#define TAPER_LINE_NAME(prefix)       TAPER_JOIN_(prefix, __LINE__)
#define TAPER_JOIN_(prefix, line)     TAPER_JOIN_NOW_(prefix, line)
#define TAPER_JOIN_NOW_(prefix, line) prefix##line

#ifdef __cplusplus
#define TAPER_BEGIN_DECLS extern "C" {
#define TAPER_END_DECLS   }
#else
#define TAPER_BEGIN_DECLS
#define TAPER_END_DECLS
#endif

#endif
