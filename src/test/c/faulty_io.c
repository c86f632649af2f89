/*
 * Makes reads, writes or flushes of one file fail, while a flag file is there: preload it with
 *   FAULT_ON    "read", "write" or "flush"
 *   FAULT_FILE  how the file's path ends
 *   FAULT_ERRNO the error
 *   FAULT_FLAG  the flag file; its content is how often to fail, or it is empty for always
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *operation, int fd) {
    const char *on = getenv("FAULT_ON"), *file = getenv("FAULT_FILE"), *flag = getenv("FAULT_FLAG");
    if (!on || !file || !flag || strcmp(on, operation) != 0 || access(flag, F_OK) != 0) {
        return 0;
    }
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < (ssize_t) strlen(file) || strncmp(path + length - strlen(file), file, strlen(file)) != 0) {
        return 0;
    }
    FILE *counter = fopen(flag, "r");
    int left = -1;
    if (!counter || fscanf(counter, "%d", &left) != 1) {
        left = -1;
    }
    if (counter) {
        fclose(counter);
    }
    if (left == 1) {
        unlink(flag);
    } else if (left > 1) {
        counter = fopen(flag, "w");
        fprintf(counter, "%d", left - 1);
        fclose(counter);
    }
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
}

#define NEXT(name) ((typeof(&name)) dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *buffer, size_t count) {
    return fails("read", fd) ? -1 : NEXT(read)(fd, buffer, count);
}

ssize_t pread(int fd, void *buffer, size_t count, off_t offset) {
    return fails("read", fd) ? -1 : NEXT(pread)(fd, buffer, count, offset);
}

ssize_t pread64(int fd, void *buffer, size_t count, off64_t offset) {
    return fails("read", fd) ? -1 : NEXT(pread64)(fd, buffer, count, offset);
}

ssize_t write(int fd, const void *buffer, size_t count) {
    return fails("write", fd) ? -1 : NEXT(write)(fd, buffer, count);
}

ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset) {
    return fails("write", fd) ? -1 : NEXT(pwrite)(fd, buffer, count, offset);
}

ssize_t pwrite64(int fd, const void *buffer, size_t count, off64_t offset) {
    return fails("write", fd) ? -1 : NEXT(pwrite64)(fd, buffer, count, offset);
}

int fsync(int fd) {
    return fails("flush", fd) ? -1 : NEXT(fsync)(fd);
}

int fdatasync(int fd) {
    return fails("flush", fd) ? -1 : NEXT(fdatasync)(fd);
}
