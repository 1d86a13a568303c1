/*
 * A disk that fails while a control file exists: what changes or syncs a file below a folder gets an error.
 *
 *   LARES_DISK_FULL_FOLDER   absolute path without symbolic links
 *   LARES_DISK_FULL_CONTROL  path of the control file, outside the folder. Its text chooses the error:
 *                            ENOSPC (also when empty), EIO, EROFS; `fsync EIO` lets writes pass and fails only syncs.
 *
 * Reading, unlinking and renaming work, as they do on a full disk.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "below-folder.h"

REAL(ssize_t, write, int, const void *, size_t)
REAL(ssize_t, writev, int, const struct iovec *, int)
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)
REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t)
REAL(int, ftruncate64, int, off64_t)
REAL(int, fsync, int)
REAL(int, fdatasync, int)
REAL(int, open64, const char *, int, ...)

static const char *folder;
static const char *control;

__attribute__((constructor)) static void begin(void) {
  unsetenv("LD_PRELOAD"); /* children are other programs */
  folder = required("LARES_DISK_FULL_FOLDER");
  control = required("LARES_DISK_FULL_CONTROL");
}

/* 0 while the disk is well. */
static int fault(int is_sync) {
  int saved = errno;
  char text[64] = "";
  int fd = load_open64()(control, O_RDONLY | O_CLOEXEC);
  if (fd == -1) {
    errno = saved;
    return 0;
  }
  ssize_t got = read(fd, text, sizeof text - 1);
  text[got > 0 ? got : 0] = '\0';
  close(fd);
  errno = saved;
  if (strncmp(text, "fsync", 5) == 0 && !is_sync) return 0;
  if (strstr(text, "EIO") != NULL) return EIO;
  if (strstr(text, "EROFS") != NULL) return EROFS;
  return ENOSPC;
}

static int fails(int fd, int is_sync) {
  int error = fault(is_sync);
  if (error == 0 || !descriptor_is_below(folder, fd)) return 0;
  errno = error;
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  return fails(fd, 0) ? -1 : load_write()(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return fails(fd, 0) ? -1 : load_writev()(fd, parts, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  return fails(fd, 0) ? -1 : load_pwrite64()(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return fails(fd, 0) ? -1 : load_pwritev64()(fd, parts, count, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

int ftruncate64(int fd, off64_t size) { return fails(fd, 0) ? -1 : load_ftruncate64()(fd, size); }

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) { return fails(fd, 1) ? -1 : load_fsync()(fd); }

int fdatasync(int fd) { return fails(fd, 1) ? -1 : load_fdatasync()(fd); }

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  char full[PATH_MAX];
  absolute_path(AT_FDCWD, path, full);
  if ((flags & O_CREAT) != 0 && path_is_below(folder, full) && access(full, F_OK) == -1) {
    int error = fault(0);
    if (error != 0) {
      errno = error;
      return -1;
    }
  }
  return load_open64()(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open64(path, flags, mode);
}
