/* Keyword arguments with defaults, as Python has them: how nn_Conv2d(3, 64, 3, .padding = 1) works.
 *
 * The arguments become the initialisers of a struct. The defaults come first, then `._ = 0`, a field that
 * stands before the first argument, so that what follows without a name fills the fields from there on; a
 * field set twice keeps the last value:
 *
 *     typedef struct LineArgs {
 *         char _;
 *         double length, width;
 *     } LineArgs;
 *     Line *line_new(const LineArgs *args);
 *     #define Line(...) KEYWORDS(line_new(&(LineArgs){.width = 1.0, ._ = 0, __VA_ARGS__}))
 *
 * Compilers warn where a field is set twice; here that is what is meant, so the warning is silenced for the
 * length of the call and nowhere else. A number where a pointer belongs is an error there, though some only
 * warn: tensor_sum(x, 1, true) takes `true` for the second half of the list `dim`, where .keepdim = true is
 * meant (see DIMS_NOT_GIVEN). */
#ifndef TAPER_CORE_KEYWORDS_H
#define TAPER_CORE_KEYWORDS_H

#ifndef __cplusplus
#ifdef __clang__
#define KEYWORDS_IGNORE_                                                                                     \
    _Pragma("clang diagnostic ignored \"-Winitializer-overrides\"")                                          \
        _Pragma("clang diagnostic ignored \"-Wmissing-field-initializers\"")                                 \
            _Pragma("clang diagnostic ignored \"-Wmissing-braces\"")
#define KEYWORDS_CONST_                                                                                      \
    _Pragma("clang diagnostic ignored \"-Wincompatible-pointer-types-discards-qualifiers\"")                 \
        _Pragma("clang diagnostic warning \"-Wincompatible-pointer-types-discards-qualifiers\"")
#else
#define KEYWORDS_IGNORE_                                                                                     \
    _Pragma("GCC diagnostic ignored \"-Woverride-init\"")                                                    \
        _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")                                   \
            _Pragma("GCC diagnostic ignored \"-Wmissing-braces\"")
#define KEYWORDS_CONST_
#endif

/* In clang a const that is lost belongs to the second; it stays the warning that it is elsewhere. */
#define KEYWORDS_REFUSE_                                                                                     \
    _Pragma("GCC diagnostic error \"-Wint-conversion\"")                                                     \
        _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"") KEYWORDS_CONST_

#define KEYWORDS(call)                                                                                       \
    __extension__({                                                                                          \
        _Pragma("GCC diagnostic push") KEYWORDS_IGNORE_ KEYWORDS_REFUSE_ call;                               \
        _Pragma("GCC diagnostic pop")                                                                        \
    })
#endif

#endif
