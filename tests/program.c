#include "program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Program program_start(const char *const *argv)
{
    int ends[2];
    if (pipe(ends) != 0) {
        perror("pipe");
        exit(1);
    }
    Program program = {.pid = fork(), .out = ends[0]};
    if (program.pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(argv[0], (char *const *)argv);
        perror(argv[0]);
        _exit(127);
    }
    close(ends[1]);
    return program;
}

Ended program_end(Program program)
{
    Ended ended = {.status = -1};
    char rest[4096];
    size_t length = 0;
    ssize_t n;
    do {
        size_t room = sizeof ended.text - 1 - length;
        n = room > 0 ? read(program.out, ended.text + length, room) : read(program.out, rest, sizeof rest);
        length += room > 0 && n > 0 ? (size_t)n : 0;
    } while (n > 0);
    close(program.out);
    int status = 0;
    if (waitpid(program.pid, &status, 0) == program.pid)
        ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}
