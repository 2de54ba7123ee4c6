/* Running a program and looking at what it prints: for tests of the examples. */
#ifndef TAPER_TESTS_PROGRAM_H
#define TAPER_TESTS_PROGRAM_H

#include <sys/types.h>

typedef struct Program {
    pid_t pid;
    int out; /* its stdout and stderr */
} Program;

typedef struct Ended {
    int status;       /* exit status; 128 + n after signal n */
    char text[16384]; /* what it printed, cut to that */
} Ended;

/* Starts argv[0] with these arguments; the last of argv is NULL. */
Program program_start(const char *const *argv);

/* Waits for its end. */
Ended program_end(Program program);

/* Both. program_run("ls", "-l") */
#define program_run(...) program_end(program_start((const char *const[]){__VA_ARGS__, NULL}))

#endif
