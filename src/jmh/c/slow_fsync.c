/*
 * Adds 1 ms to each flush, as a disk does that is slower than the one at hand. Loaded by LD_PRELOAD into a JVM, so that
 * every library in it, SQLite's among them, finds these functions before those of the C library and calls through them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void wait_one_millisecond(void) {
    struct timespec wait = {0, 1000000};
    nanosleep(&wait, NULL);
}

static int flush(const char *name, int file) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    wait_one_millisecond();
    return real(file);
}

int fsync(int file) {
    return flush("fsync", file);
}

int fdatasync(int file) {
    return flush("fdatasync", file);
}
