/*
 * Models a power cut for the files below one folder: what was not synced may be gone.
 *
 *   LARES_POWER_CUT_FOLDER       absolute path without symbolic links; `<folder>.cut` beside it is used as scratch space
 *   LARES_POWER_CUT_AFTER_SYNCS  cut during the n-th fsync below the folder
 *   LARES_POWER_CUT_AFTER_MS     cut this long after the start of the process
 *   LARES_POWER_CUT_KEEP         none (default): everything unsynced is lost
 *                                some: a random part stays, writes may be torn at 512 bytes, as disks do
 *   LARES_POWER_CUT_SEED         chooses that part; default 1
 *
 * SIGUSR2 cuts at once. The process ends with status 86 and tells on standard error what was lost.
 *
 * The rules: a write or truncation lasts once an fsync of its file that began after it has returned. A name (creation,
 * removal, renaming) lasts once its folder was synced; names last in their order, so a lost one takes all later ones
 * with it. Every change of a tracked file and every bookkeeping step happens under one lock, and the cut keeps that
 * lock for ever: a thread that waits for it never comes back to acknowledge anything.
 *
 * Not modelled: mappings and SQLite's -shm (it holds nothing durable), reflinks, and damage to neighbouring sectors.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "below-folder.h"

REAL(ssize_t, write, int, const void *, size_t)
REAL(ssize_t, writev, int, const struct iovec *, int)
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)
REAL(ssize_t, pwritev64, int, const struct iovec *, int, off64_t)
REAL(ssize_t, sendfile64, int, int, off64_t *, size_t)
REAL(int, ftruncate64, int, off64_t)
REAL(int, fsync, int)
REAL(int, fdatasync, int)
REAL(int, open64, const char *, int, ...)
REAL(int, close, int)
REAL(int, dup, int)
REAL(int, dup2, int, int)
REAL(int, dup3, int, int, int)
REAL(int, rename, const char *, const char *)
REAL(int, unlink, const char *)
REAL(int, unlinkat, int, const char *, int)
REAL(int, link, const char *, const char *)
REAL(int, mkdir, const char *, mode_t)
REAL(int, rmdir, const char *)
REAL(long, syscall, long, ...)

enum { FDS = 65536, SECTOR = 512, CUT_STATUS = 86 };

/* One unsynced change of a file's bytes. A truncation has no new bytes. */
struct change {
  struct change *next;
  uint64_t serial;
  int is_truncation;
  off64_t offset;
  size_t length; /* of `after` */
  char *after;
  off64_t size_before, size_after;
  size_t before_length; /* old bytes from `offset` on, as far as the file went */
  char *before;
};

struct file {
  struct file *next;
  dev_t device;
  ino_t inode;
  int is_folder, is_gone;
  char path[PATH_MAX];
  struct change *first, *last;
};

enum name_kind { CREATED, MADE_FOLDER, REMOVED, REMOVED_FOLDER, RENAMED };

/* One unsynced change of a name. `grave` holds the file that the name stood for before. */
struct name_change {
  struct name_change *next;
  uint64_t serial;
  enum name_kind kind;
  char path[PATH_MAX], from[PATH_MAX], grave[PATH_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static char graveyard[PATH_MAX];
static struct file *files;
static struct file *open_files[FDS];
static struct name_change *first_name, *last_name;
static long syncs, cut_at_sync = -1, cut_after_ms = -1;
static int keep_some, wake_pipe[2], graves;
static uint64_t seed = 1, serials;

static uint64_t chance(void) { /* splitmix64 */
  uint64_t z = (seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static void *get(size_t size) {
  void *memory = malloc(size == 0 ? 1 : size);
  if (memory == NULL) abort();
  return memory;
}

static struct file *file_of(int fd) { return fd >= 0 && fd < FDS ? open_files[fd] : NULL; }

static struct file *file_by_inode(const struct stat *info) {
  for (struct file *file = files; file != NULL; file = file->next)
    if (!file->is_gone && file->inode == info->st_ino && file->device == info->st_dev) return file;
  return NULL;
}

static struct file *file_by_path(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? file_by_inode(&info) : NULL;
}

static void drop_changes(struct file *file, uint64_t up_to) {
  while (file->first != NULL && file->first->serial <= up_to) {
    struct change *change = file->first;
    file->first = change->next;
    free(change->before);
    free(change->after);
    free(change);
  }
  if (file->first == NULL) file->last = NULL;
}

/* ---- the cut ---- */

static int open_for_undo(const struct file *file) { return load_open64()(file->path, O_RDWR | O_CLOEXEC, 0); }

static void undo(int fd, const struct change *change) {
  if (change == NULL) return;
  undo(fd, change->next);
  if (change->before_length > 0) load_pwrite64()(fd, change->before, change->before_length, change->offset);
  load_ftruncate64()(fd, change->size_before);
}

static void redo_some(int fd, const struct change *change, unsigned percent, long *kept) {
  for (; change != NULL; change = change->next) {
    if (chance() % 100 >= percent) continue;
    *kept += 1;
    if (change->is_truncation) {
      load_ftruncate64()(fd, change->size_after);
      continue;
    }
    size_t length = change->length;
    if (chance() % 4 == 0) length = chance() % (length / SECTOR + 1) * SECTOR;
    if (length > 0) load_pwrite64()(fd, change->after, length, change->offset);
  }
}

static void undo_name(const struct name_change *name) {
  switch (name->kind) {
    case CREATED: load_unlink()(name->path); break;
    case MADE_FOLDER: load_rmdir()(name->path); break;
    case REMOVED_FOLDER: load_mkdir()(name->path, 0700); break;
    case RENAMED: load_rename()(name->path, name->from); break;
    case REMOVED: break;
  }
  if (name->grave[0] != '\0') load_rename()(name->grave, name->path);
}

static void undo_names(const struct name_change *name, long keep, long *undone) {
  if (name == NULL) return;
  undo_names(name->next, keep - 1, undone);
  if (keep > 0) {
    if (name->grave[0] != '\0') load_unlink()(name->grave);
    return;
  }
  *undone += 1;
  undo_name(name);
}

/* Call with the lock held. */
static void cut(void) {
  static const unsigned shares[] = {0, 10, 50, 90, 100};
  long writes = 0, kept = 0, names = 0, undone_names = 0;
  unsigned percent = keep_some ? shares[chance() % 5] : 0;
  for (struct file *file = files; file != NULL; file = file->next) {
    if (file->first == NULL || file->is_gone) continue;
    int fd = open_for_undo(file);
    if (fd == -1) continue;
    undo(fd, file->first);
    for (const struct change *change = file->first; change != NULL; change = change->next) writes += 1;
    redo_some(fd, file->first, percent, &kept);
  }
  for (const struct name_change *name = first_name; name != NULL; name = name->next) names += 1;
  undo_names(first_name, keep_some ? (long)(chance() % (uint64_t)(names + 1)) : 0, &undone_names);
  load_rmdir()(graveyard);
  char text[200];
  int length = snprintf(text, sizeof text, "power cut: syncs=%ld lost_writes=%ld of %ld lost_names=%ld of %ld\n", syncs,
                        writes - kept, writes, undone_names, names);
  if (length > 0) load_write()(2, text, (size_t)length);
  _exit(CUT_STATUS);
}

static void *wait_for_cut(void *nothing) {
  struct pollfd wake = {.fd = wake_pipe[0], .events = POLLIN};
  int got;
  do got = poll(&wake, 1, (int)cut_after_ms);
  while (got == -1 && errno == EINTR);
  pthread_mutex_lock(&lock);
  cut();
  return nothing;
}

static void on_signal(int number) {
  (void)number;
  load_write()(wake_pipe[1], "x", 1);
}

__attribute__((constructor)) static void begin(void) {
  folder = required("LARES_POWER_CUT_FOLDER");
  snprintf(graveyard, sizeof graveyard, "%s.cut", folder);
  const char *value;
  if ((value = getenv("LARES_POWER_CUT_AFTER_SYNCS")) != NULL && *value) cut_at_sync = atol(value);
  if ((value = getenv("LARES_POWER_CUT_AFTER_MS")) != NULL && *value) cut_after_ms = atol(value);
  if ((value = getenv("LARES_POWER_CUT_SEED")) != NULL && *value) seed = strtoull(value, NULL, 10);
  if ((value = getenv("LARES_POWER_CUT_KEEP")) != NULL) keep_some = strcmp(value, "some") == 0;
  load_mkdir()(graveyard, 0700);
  load_write();
  unsetenv("LD_PRELOAD"); /* children are other programs */
  if (pipe2(wake_pipe, O_CLOEXEC) == -1) abort();
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGUSR2, &action, NULL);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_cut, NULL) != 0) abort();
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- names ---- */

static struct name_change *note_name(enum name_kind kind, const char *path) {
  struct name_change *name = get(sizeof *name);
  memset(name, 0, sizeof *name);
  name->kind = kind;
  name->serial = ++serials;
  snprintf(name->path, sizeof name->path, "%s", path);
  if (last_name == NULL) first_name = name;
  else last_name->next = name;
  last_name = name;
  return name;
}

/* Keeps what a name stands for, so that it can come back. */
static int bury(const char *path, char *grave) {
  if (snprintf(grave, PATH_MAX, "%s/%d", graveyard, graves++) < PATH_MAX && load_link()(path, grave) == 0) return 1;
  grave[0] = '\0';
  return 0;
}

static int parent_is(const char *path, const char *parent) {
  const char *slash = strrchr(path, '/');
  return slash != NULL && strlen(parent) == (size_t)(slash - path) && strncmp(path, parent, slash - path) == 0;
}

static void names_are_synced(const char *parent, uint64_t up_to) {
  struct name_change **at = &first_name;
  last_name = NULL;
  while (*at != NULL) {
    struct name_change *name = *at;
    if (name->serial > up_to || !parent_is(name->path, parent)) {
      last_name = name;
      at = &name->next;
      continue;
    }
    *at = name->next;
    if (name->grave[0] != '\0') {
      struct file *file = file_by_path(name->grave);
      struct stat info;
      if (file != NULL && stat(name->grave, &info) == 0 && info.st_nlink == 1) {
        file->is_gone = 1;
        drop_changes(file, UINT64_MAX);
      }
      load_unlink()(name->grave);
    }
    free(name);
  }
}

static void track(int fd, const char *path) {
  struct stat info;
  if (fd < 0 || fd >= FDS || fstat(fd, &info) == -1) return;
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return;
  struct file *file = file_by_inode(&info);
  if (file == NULL) {
    file = get(sizeof *file);
    memset(file, 0, sizeof *file);
    file->device = info.st_dev;
    file->inode = info.st_ino;
    file->is_folder = S_ISDIR(info.st_mode);
    file->next = files;
    files = file;
  }
  snprintf(file->path, sizeof file->path, "%s", path);
  open_files[fd] = file;
}

/* ---- bytes ---- */

static struct change *note_change(struct file *file, int fd, off64_t offset, size_t length) {
  struct stat info;
  struct change *change = get(sizeof *change);
  memset(change, 0, sizeof *change);
  change->serial = ++serials;
  fstat(fd, &info);
  change->offset = offset;
  change->size_before = change->size_after = info.st_size;
  size_t old = offset >= info.st_size ? 0 : (size_t)(info.st_size - offset);
  if (old > length) old = length;
  change->before = get(old);
  while (change->before_length < old) {
    ssize_t got = pread64(fd, change->before + change->before_length, old - change->before_length,
                          offset + (off64_t)change->before_length);
    if (got <= 0) break;
    change->before_length += (size_t)got;
  }
  if (file->last == NULL) file->first = change;
  else file->last->next = change;
  file->last = change;
  return change;
}

static ssize_t tracked_write(struct file *file, int fd, const void *bytes, size_t count, off64_t offset) {
  struct change *change = note_change(file, fd, offset, count);
  ssize_t written = load_pwrite64()(fd, bytes, count, offset);
  change->length = written > 0 ? (size_t)written : 0;
  change->after = get(change->length);
  memcpy(change->after, bytes, change->length);
  return written;
}

static int tracked_truncate(struct file *file, int fd, off64_t size) {
  struct stat info;
  fstat(fd, &info);
  struct change *change = note_change(file, fd, size, info.st_size > size ? (size_t)(info.st_size - size) : 0);
  change->is_truncation = 1;
  change->size_after = size;
  return load_ftruncate64()(fd, size);
}

/* A write at the descriptor's own position, moved on as the kernel does. */
static ssize_t write_at_position(struct file *file, int fd, const void *bytes, size_t count) {
  int appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  off64_t offset = lseek64(fd, 0, appends ? SEEK_END : SEEK_CUR);
  ssize_t written = tracked_write(file, fd, bytes, count, offset);
  if (written > 0) lseek64(fd, offset + written, SEEK_SET);
  return written;
}

static char *join_parts(const struct iovec *parts, int count, size_t *length) {
  *length = 0;
  for (int i = 0; i < count; i++) *length += parts[i].iov_len;
  char *joined = get(*length);
  size_t used = 0;
  for (int i = 0; i < count; i++) {
    memcpy(joined + used, parts[i].iov_base, parts[i].iov_len);
    used += parts[i].iov_len;
  }
  return joined;
}

static int sync_with(int (*real)(int), int fd) {
  pthread_mutex_lock(&lock);
  struct file *file = file_of(fd);
  if (file == NULL) {
    pthread_mutex_unlock(&lock);
    return real(fd);
  }
  syncs += 1;
  if (syncs == cut_at_sync) cut();
  uint64_t up_to = serials;
  pthread_mutex_unlock(&lock);
  int result = real(fd);
  int saved = errno;
  pthread_mutex_lock(&lock);
  if (result == 0 && !file->is_folder) drop_changes(file, up_to);
  if (result == 0 && file->is_folder) names_are_synced(file->path, up_to);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return result;
}

/* ---- what programs call ---- */

int fsync(int fd) { return sync_with(load_fsync(), fd); }

int fdatasync(int fd) { return sync_with(load_fdatasync(), fd); }

#define WITH_FILE(fd, untracked, tracked)  \
  do {                                     \
    if (file_of(fd) == NULL) return untracked; \
    pthread_mutex_lock(&lock);             \
    struct file *file = file_of(fd);       \
    __auto_type result = tracked;          \
    int saved = errno;                     \
    pthread_mutex_unlock(&lock);           \
    errno = saved;                         \
    return result;                         \
  } while (0)

ssize_t write(int fd, const void *bytes, size_t count) {
  WITH_FILE(fd, load_write()(fd, bytes, count), write_at_position(file, fd, bytes, count));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  WITH_FILE(fd, load_pwrite64()(fd, bytes, count, offset), tracked_write(file, fd, bytes, count, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite64(fd, bytes, count, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (file_of(fd) == NULL) return load_writev()(fd, parts, count);
  size_t length;
  char *joined = join_parts(parts, count, &length);
  ssize_t written = write(fd, joined, length);
  free(joined);
  return written;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  if (file_of(fd) == NULL) return load_pwritev64()(fd, parts, count, offset);
  size_t length;
  char *joined = join_parts(parts, count, &length);
  ssize_t written = pwrite64(fd, joined, length, offset);
  free(joined);
  return written;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return pwritev64(fd, parts, count, offset);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
  if (file_of(out) == NULL) return load_sendfile64()(out, in, offset, count);
  char bytes[65536];
  size_t room = count < sizeof bytes ? count : sizeof bytes;
  ssize_t got = offset == NULL ? read(in, bytes, room) : pread64(in, bytes, room, *offset);
  if (got <= 0) return got;
  ssize_t written = write(out, bytes, (size_t)got);
  if (written > 0 && offset != NULL) *offset += written;
  return written;
}

ssize_t sendfile(int out, int in, off_t *offset, size_t count) { return sendfile64(out, in, offset, count); }

/* libuv copies files by this number; refused below the folder, it falls back to sendfile. */
long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long values[6];
  for (int i = 0; i < 6; i++) values[i] = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_close && file_of((int)values[0]) != NULL) return close((int)values[0]);
  if (number == SYS_copy_file_range && file_of((int)values[2]) != NULL) {
    errno = ENOSYS;
    return -1;
  }
  return load_syscall()(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

int ftruncate64(int fd, off64_t size) {
  WITH_FILE(fd, load_ftruncate64()(fd, size), tracked_truncate(file, fd, size));
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

/* SQLite's -shm is rebuilt at the next start. Cutting it under a mapping would end the process by SIGBUS instead. */
static int is_shared_memory(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static int tracked_open(const char *path, const char *full, int flags, mode_t mode) {
  int existed = access(full, F_OK) == 0;
  int wanted = flags & ~O_TRUNC;
  /* The bytes before a write must be readable. */
  if ((flags & O_ACCMODE) == O_WRONLY) wanted = (wanted & ~O_ACCMODE) | O_RDWR;
  int fd = load_open64()(path, wanted, mode);
  if (fd == -1) return -1;
  if (!existed) note_name(CREATED, full);
  track(fd, full);
  if ((flags & O_TRUNC) != 0 && existed && file_of(fd) != NULL) tracked_truncate(file_of(fd), fd, 0);
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  char full[PATH_MAX];
  absolute_path(AT_FDCWD, path, full);
  if (!path_is_below(folder, full) || is_shared_memory(full)) return load_open64()(path, flags, mode);
  pthread_mutex_lock(&lock);
  int fd = tracked_open(path, full, flags, mode);
  int saved = errno;
  pthread_mutex_unlock(&lock);
  errno = saved;
  return fd;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open64(path, flags, mode);
}

int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  if (file_of(fd) == NULL) return load_close()(fd);
  pthread_mutex_lock(&lock);
  open_files[fd] = NULL;
  int result = load_close()(fd);
  pthread_mutex_unlock(&lock);
  return result;
}

static int copied(int from, int to) {
  if (to >= 0 && to < FDS) open_files[to] = file_of(from);
  return to;
}

int dup(int fd) { return copied(fd, load_dup()(fd)); }
int dup2(int from, int to) { return copied(from, load_dup2()(from, to)); }
int dup3(int from, int to, int flags) { return copied(from, load_dup3()(from, to, flags)); }

static int remove_below(const char *full) {
  char grave[PATH_MAX];
  struct file *file = file_by_path(full);
  int buried = bury(full, grave);
  int result = load_unlink()(full);
  if (result == -1) {
    int saved = errno;
    if (buried) load_unlink()(grave);
    errno = saved;
    return -1;
  }
  if (file != NULL) snprintf(file->path, sizeof file->path, "%s", grave);
  snprintf(note_name(REMOVED, full)->grave, PATH_MAX, "%s", grave);
  return 0;
}

int unlinkat(int dirfd, const char *path, int flags) {
  char full[PATH_MAX];
  absolute_path(dirfd, path, full);
  if (!path_is_below(folder, full)) return load_unlinkat()(dirfd, path, flags);
  pthread_mutex_lock(&lock);
  int result;
  if ((flags & AT_REMOVEDIR) == 0) result = remove_below(full);
  else if ((result = load_rmdir()(full)) == 0) note_name(REMOVED_FOLDER, full);
  int saved = errno;
  pthread_mutex_unlock(&lock);
  errno = saved;
  return result;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

/* What Node's rmSync calls; libc's own would not pass through the functions above. */
int remove(const char *path) {
  struct stat info;
  if (lstat(path, &info) == -1) return -1;
  return S_ISDIR(info.st_mode) ? rmdir(path) : unlink(path);
}

int mkdir(const char *path, mode_t mode) {
  char full[PATH_MAX];
  absolute_path(AT_FDCWD, path, full);
  if (!path_is_below(folder, full)) return load_mkdir()(path, mode);
  pthread_mutex_lock(&lock);
  int result = load_mkdir()(path, mode);
  int saved = errno;
  if (result == 0) note_name(MADE_FOLDER, full);
  pthread_mutex_unlock(&lock);
  errno = saved;
  return result;
}

static int tracked_rename(const char *from, const char *to) {
  char grave[PATH_MAX] = "";
  struct file *moved = file_by_path(from);
  struct file *replaced = file_by_path(to);
  bury(to, grave);
  int result = load_rename()(from, to);
  if (result == -1) {
    int saved = errno;
    if (grave[0] != '\0') load_unlink()(grave);
    errno = saved;
    return -1;
  }
  if (moved != NULL) snprintf(moved->path, sizeof moved->path, "%s", to);
  if (replaced != NULL) snprintf(replaced->path, sizeof replaced->path, "%s", grave);
  struct name_change *name = note_name(RENAMED, to);
  snprintf(name->from, sizeof name->from, "%s", from);
  snprintf(name->grave, sizeof name->grave, "%s", grave);
  return 0;
}

int rename(const char *from, const char *to) {
  char full_from[PATH_MAX], full_to[PATH_MAX];
  absolute_path(AT_FDCWD, from, full_from);
  absolute_path(AT_FDCWD, to, full_to);
  if (!path_is_below(folder, full_to)) return load_rename()(from, to);
  pthread_mutex_lock(&lock);
  int result = tracked_rename(full_from, full_to);
  int saved = errno;
  pthread_mutex_unlock(&lock);
  errno = saved;
  return result;
}
