/* Makes files below one directory fail with an error of the machine, as a broken disk does.
 *
 * Loaded with LD_PRELOAD. While the file named by FAILING_SWITCH exists, opening and creating files and
 * directories below FAILING_BELOW fails with EIO, in every program that is started with these variables.
 *
 *     cc -shared -fPIC -o failing_files.so failing_files.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(int directory, const char *path)
{
    const char *below = getenv("FAILING_BELOW"), *on = getenv("FAILING_SWITCH");
    char whole[2 * PATH_MAX];
    int saved = errno, failing = 0;
    if (below == NULL || on == NULL || path == NULL || syscall(SYS_access, on, F_OK) != 0) {
        errno = saved;
        return 0;
    }
    if (path[0] == '/' || directory != AT_FDCWD || getcwd(whole, PATH_MAX) == NULL)
        snprintf(whole, sizeof whole, "%s", path);
    else {
        size_t length = strlen(whole);
        snprintf(whole + length, sizeof whole - length, "/%s", path);
    }
    failing = strstr(whole, below) != NULL;
    errno = failing ? EIO : saved;
    return failing;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                          \
    int name(const char *path, int flags, ...)                                                             \
    {                                                                                                      \
        va_list more;                                                                                      \
        va_start(more, flags);                                                                             \
        mode_t mode = va_arg(more, mode_t);                                                                \
        va_end(more);                                                                                      \
        return fails(AT_FDCWD, path) ? -1 : REAL(name)(path, flags, mode);                                  \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                        \
    int name(int directory, const char *path, int flags, ...)                                              \
    {                                                                                                      \
        va_list more;                                                                                      \
        va_start(more, flags);                                                                             \
        mode_t mode = va_arg(more, mode_t);                                                                \
        va_end(more);                                                                                      \
        return fails(directory, path) ? -1 : REAL(name)(directory, path, flags, mode);                      \
    }
OPENAT(openat)
OPENAT(openat64)

FILE *fopen(const char *path, const char *mode)
{
    return fails(AT_FDCWD, path) ? NULL : REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return fails(AT_FDCWD, path) ? NULL : REAL(fopen64)(path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(AT_FDCWD, path) ? -1 : REAL(mkdir)(path, mode);
}
