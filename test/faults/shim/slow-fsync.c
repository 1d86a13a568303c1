/*
 * A disk whose fsync is slow, as an SD card's: every fsync and fdatasync of a file below a folder takes longer.
 *
 *   LARES_SLOW_FSYNC_FOLDER  absolute path without symbolic links
 *   LARES_SLOW_FSYNC_MS      milliseconds added to each call
 */
#define _GNU_SOURCE
#include <errno.h>
#include <time.h>

#include "below-folder.h"

REAL(int, fsync, int)
REAL(int, fdatasync, int)

static const char *folder;
static struct timespec delay;

__attribute__((constructor)) static void begin(void) {
  unsetenv("LD_PRELOAD"); /* children are other programs */
  long ms = atol(required("LARES_SLOW_FSYNC_MS"));
  folder = required("LARES_SLOW_FSYNC_FOLDER");
  delay.tv_sec = ms / 1000;
  delay.tv_nsec = (ms % 1000) * 1000000;
}

static void wait_below(int fd) {
  if (!descriptor_is_below(folder, fd)) return;
  struct timespec left = delay;
  while (nanosleep(&left, &left) == -1 && errno == EINTR) continue;
}

int fsync(int fd) {
  wait_below(fd);
  return load_fsync()(fd);
}

int fdatasync(int fd) {
  wait_below(fd);
  return load_fdatasync()(fd);
}
