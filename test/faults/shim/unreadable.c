/*
 * A card that does not give a part of one file: reading any of it fails with EIO, as a sector that is worn out does.
 *
 *   LARES_UNREADABLE_FILE  absolute path without symbolic links
 *   LARES_UNREADABLE_FROM  the first byte that cannot be read
 *   LARES_UNREADABLE_TO    the first byte behind it that can
 *
 * Writing works, and does not mend it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "below-folder.h"

REAL(ssize_t, read, int, void *, size_t)
REAL(ssize_t, pread64, int, void *, size_t, off64_t)
REAL(ssize_t, preadv64, int, const struct iovec *, int, off64_t)

static const char *file;
static off64_t from;
static off64_t to;

__attribute__((constructor)) static void begin(void) {
  file = required("LARES_UNREADABLE_FILE");
  from = atoll(required("LARES_UNREADABLE_FROM"));
  to = atoll(required("LARES_UNREADABLE_TO"));
}

static int fails(int fd, off64_t at, size_t bytes) {
  if (at >= to || at + (off64_t)bytes <= from || !descriptor_is_below(file, fd)) return 0;
  errno = EIO;
  return 1;
}

ssize_t read(int fd, void *into, size_t bytes) {
  off64_t at = lseek64(fd, 0, SEEK_CUR);
  return at >= 0 && fails(fd, at, bytes) ? -1 : load_read()(fd, into, bytes);
}

ssize_t pread64(int fd, void *into, size_t bytes, off64_t at) {
  return fails(fd, at, bytes) ? -1 : load_pread64()(fd, into, bytes, at);
}

ssize_t pread(int fd, void *into, size_t bytes, off_t at) { return pread64(fd, into, bytes, at); }

ssize_t preadv64(int fd, const struct iovec *into, int count, off64_t at) {
  size_t bytes = 0;
  for (int index = 0; index < count; index++) bytes += into[index].iov_len;
  return fails(fd, at, bytes) ? -1 : load_preadv64()(fd, into, count, at);
}

ssize_t preadv(int fd, const struct iovec *into, int count, off_t at) { return preadv64(fd, into, count, at); }
