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

#ifdef __cplusplus
#define TAPER_BEGIN_DECLS extern "C" {
#define TAPER_END_DECLS   }
#else
#define TAPER_BEGIN_DECLS
#define TAPER_END_DECLS
#endif

#endif
