/*
 * Records what a process asks the disk to do with one database, for PowerLoss to replay: preload it with
 *   RECORD_FILE    the database; recorded are it, its -wal, its -journal, what is written to <database>-marks, and flushes of the
 *                  directories that it is in
 *   RECORD_TO      the recording, which several processes may share
 *   RECORD_MICROS  how long each flush takes
 *   RECORD_FAILS   if given, one of so many flushes of the log fails: what was not on the disk is not written again, and
 *                  each other descriptor of the log fails once, in all processes, as Linux does it
 *   RECORD_LATE    if given, flushes of the log by the library take so many times as long, and only SQLite's own fail
 *   RECORD_BREAKS  if given, this flush of the log by the process fails, and so does each one after it
 *   RECORD_HOLD    if given, and this file is there, a flush of the log by SQLite makes <file>-reached, waits until the file
 *                  is gone, and fails
 * Flushes are only recorded: the simulated disk is the one that has to be correct.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name) ((typeof(&name)) dlsym(RTLD_NEXT, #name))
#define MOST_FILES 4096

enum { DATABASE = 1, LOG = 2, JOURNAL = 3, MARKS = 4, DIRECTORY = 5 };

struct record {
    uint8_t operation, file, unused[2];
    int32_t length;
    int64_t offset;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uint8_t files[MOST_FILES];
/* Of the paths of directories, which the path of the database begins with. */
static uint16_t lengths[MOST_FILES];
static int recording = -1;
static uint32_t flushes, log_flushes, failures_seen[MOST_FILES];
/* How many flushes of the log have failed; shared by all processes. */
static uint32_t *failures;

static int file_of(const char *path) {
    const char *database = getenv("RECORD_FILE");
    size_t length = database ? strlen(database) : 0;
    size_t given = path ? strlen(path) : 0;
    if (database && given < length && database[given] == '/' && strncmp(path, database, given) == 0) {
        return DIRECTORY;
    }
    if (!path || !database || strncmp(path, database, length) != 0) {
        return 0;
    }
    const char *rest = path + length;
    return !*rest ? DATABASE
            : !strcmp(rest, "-wal") ? LOG
            : !strcmp(rest, "-journal") ? JOURNAL
            : !strcmp(rest, "-marks") ? MARKS
            : 0;
}

static int file_at(int fd) {
    return fd >= 0 && fd < MOST_FILES ? files[fd] : 0;
}

static void *shared(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s-failures", getenv("RECORD_TO"));
    int fd = NEXT(open64)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || NEXT(ftruncate64)(fd, sizeof *failures) != 0) {
        abort();
    }
    void *memory = mmap(NULL, sizeof *failures, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    NEXT(close)(fd);
    return memory == MAP_FAILED ? (abort(), NULL) : memory;
}

/* What happens between lock and unlock is in the recording in the order in which it happened, in all processes. */
static void lock(void) {
    pthread_mutex_lock(&mutex);
    if (recording < 0) {
        recording = NEXT(open64)(getenv("RECORD_TO"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        failures = shared();
    }
    flock(recording, LOCK_EX);
}

static void unlock(void) {
    flock(recording, LOCK_UN);
    pthread_mutex_unlock(&mutex);
}

static void record(char operation, int file, int64_t offset, const void *data, int32_t length) {
    struct record head = {(uint8_t) operation, (uint8_t) file, {0, 0}, length, offset};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *) data, (size_t) length}};
    if (NEXT(writev)(recording, parts, length ? 2 : 1) != (ssize_t) sizeof head + length) {
        abort();
    }
}

static int opened(const char *path, int flags, mode_t mode) {
    int file = file_of(path);
    if (!file) {
        return NEXT(open64)(path, flags, mode);
    }
    lock();
    int fresh = access(path, F_OK) != 0;
    int fd = NEXT(open64)(path, flags, mode);
    if (fd >= MOST_FILES) {
        abort();
    }
    if (fd >= 0 && file == DIRECTORY) {
        files[fd] = DIRECTORY;
        lengths[fd] = (uint16_t) strlen(path);
    } else if (fd >= 0) {
        files[fd] = (uint8_t) file;
        failures_seen[fd] = *failures;
        if (fresh) {
            record('O', file, 0, NULL, 0);
        } else if (flags & O_TRUNC) {
            record('T', file, 0, NULL, 0);
        }
    }
    unlock();
    return fd;
}

static mode_t mode_of(int flags, va_list rest) {
    return flags & (O_CREAT | O_TMPFILE) ? (mode_t) va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode);
}

int close(int fd) {
    if (file_at(fd)) {
        files[fd] = 0;
    }
    return NEXT(close)(fd);
}

static ssize_t written(int file, ssize_t count, const void *data, int64_t offset) {
    if (count > 0) {
        record('W', file, offset, data, (int32_t) count);
    }
    unlock();
    return count;
}

ssize_t write(int fd, const void *data, size_t count) {
    int file = file_at(fd);
    if (!file) {
        return NEXT(write)(fd, data, count);
    }
    lock();
    int64_t offset = lseek64(fd, 0, SEEK_CUR);
    return written(file, NEXT(write)(fd, data, count), data, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t offset) {
    int file = file_at(fd);
    if (!file) {
        return NEXT(pwrite64)(fd, data, count, offset);
    }
    lock();
    return written(file, NEXT(pwrite64)(fd, data, count, offset), data, offset);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) {
    return pwrite64(fd, data, count, offset);
}

/* Nobody uses these for a database today. If that changes, the recording would not be whole. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
    return file_at(fd) ? (abort(), -1) : NEXT(writev)(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
    return file_at(fd) ? (abort(), -1) : NEXT(pwritev)(fd, parts, count, offset);
}

int rename(const char *from, const char *to) {
    return file_of(from) || file_of(to) ? (abort(), -1) : NEXT(rename)(from, to);
}

int ftruncate64(int fd, off64_t length) {
    int file = file_at(fd);
    if (!file) {
        return NEXT(ftruncate64)(fd, length);
    }
    lock();
    int result = NEXT(ftruncate64)(fd, length);
    if (result == 0) {
        record('T', file, length, NULL, 0);
    }
    unlock();
    return result;
}

int ftruncate(int fd, off_t length) {
    return ftruncate64(fd, length);
}

int unlink(const char *path) {
    int file = file_of(path);
    if (!file) {
        return NEXT(unlink)(path);
    }
    lock();
    int result = NEXT(unlink)(path);
    if (result == 0) {
        record('U', file, 0, NULL, 0);
    }
    unlock();
    return result;
}

/* SQLite opens the log to read and write, the library to write. */
static int is_library(int fd) {
    return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY;
}

static int held(int fd, int file) {
    const char *hold = getenv("RECORD_HOLD");
    if (!hold || file != LOG || is_library(fd) || access(hold, F_OK) != 0) {
        return 0;
    }
    char reached[4096];
    snprintf(reached, sizeof reached, "%s-reached", hold);
    NEXT(close)(NEXT(open64)(reached, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    while (access(hold, F_OK) == 0) {
        usleep(1000);
    }
    return 1;
}

/* What was written before the flush began is on the disk when it has ended. */
static int flushed(int fd, int file) {
    const char *micros = getenv("RECORD_MICROS"), *fails = getenv("RECORD_FAILS"), *breaks = getenv("RECORD_BREAKS");
    lock();
    log_flushes += file == LOG;
    int broken = breaks && log_flushes >= (uint32_t) atoi(breaks);
    int64_t number = ((int64_t) getpid() << 32) | ++flushes;
    record('B', file, number, NULL, 0);
    unlock();
    int fails_late = held(fd, file);
    const char *factor = getenv("RECORD_LATE");
    int late = factor && file == LOG && is_library(fd);
    usleep((micros ? (useconds_t) atoi(micros) : 0) * (useconds_t) (late ? atoi(factor) : 1));
    lock();
    int told_late = file == LOG && failures_seen[fd] != *failures;
    int lost = !told_late && file == LOG && (broken || fails_late || (fails && !late && rand() % atoi(fails) == 0));
    if (!told_late) {
        record(lost ? 'F' : 'E', file, number, NULL, 0);
    }
    *failures += lost;
    failures_seen[fd] = *failures;
    unlock();
    errno = EIO;
    return told_late || lost ? -1 : 0;
}

static int directory_flushed(int fd) {
    lock();
    record('D', DIRECTORY, lengths[fd], NULL, 0);
    unlock();
    return 0;
}

static int recorded_flush(int fd, int file) {
    return file == DIRECTORY ? directory_flushed(fd) : flushed(fd, file);
}

int fsync(int fd) {
    int file = file_at(fd);
    return file ? recorded_flush(fd, file) : NEXT(fsync)(fd);
}

int fdatasync(int fd) {
    int file = file_at(fd);
    return file ? recorded_flush(fd, file) : NEXT(fdatasync)(fd);
}
