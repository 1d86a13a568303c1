/* What the shims share: the real functions of libc, and whether a path or a descriptor lies below the watched folder. */
#ifndef LARES_BELOW_FOLDER_H
#define LARES_BELOW_FOLDER_H

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Declares `real_<name>` and loads it at the first use. */
#define REAL(result, name, ...)                                     \
  static result (*real_##name##_)(__VA_ARGS__);                     \
  static result (*load_##name(void))(__VA_ARGS__) {                 \
    if (real_##name##_ == NULL) {                                   \
      *(void **)&real_##name##_ = dlsym(RTLD_NEXT, #name);          \
    }                                                               \
    return real_##name##_;                                          \
  }

/* Fails loudly: a shim that watches nothing would let every test pass. */
static const char *required(const char *name) {
  const char *value = getenv(name);
  if (value == NULL || *value == '\0') {
    fprintf(stderr, "shim: set %s\n", name);
    _exit(2);
  }
  return value;
}

static int path_is_below(const char *folder, const char *path) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Removes `.`, `..` and empty levels from an absolute path; symbolic links are not resolved. */
__attribute__((unused)) static void tidy_path(char *path) {
  char tidy[PATH_MAX];
  char *rest;
  size_t used = 0;
  for (char *level = strtok_r(path, "/", &rest); level != NULL; level = strtok_r(NULL, "/", &rest)) {
    if (strcmp(level, ".") == 0) continue;
    if (strcmp(level, "..") == 0) {
      while (used > 0 && tidy[--used] != '/') continue;
      continue;
    }
    size_t length = strlen(level);
    tidy[used++] = '/';
    memmove(tidy + used, level, length);
    used += length;
  }
  tidy[used] = '\0';
  memcpy(path, tidy, used + 1);
}

/* The absolute path that `path` means relative to the folder `dirfd`. */
__attribute__((unused)) static void absolute_path(int dirfd, const char *path, char *out) {
  char base[PATH_MAX] = "";
  if (path[0] == '/') {
    snprintf(out, PATH_MAX, "%s", path);
    tidy_path(out);
    return;
  }
  if (dirfd == AT_FDCWD) {
    if (getcwd(base, sizeof base) == NULL) base[0] = '\0';
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
    ssize_t got = readlink(link, base, sizeof base - 1);
    base[got > 0 ? got : 0] = '\0';
  }
  size_t used = strlen(base);
  if (used >= PATH_MAX - 2) used = PATH_MAX - 2;
  memcpy(out, base, used);
  out[used] = '/';
  snprintf(out + used + 1, PATH_MAX - used - 1, "%s", path);
  tidy_path(out);
}

__attribute__((unused)) static int descriptor_is_below(const char *folder, int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t got = readlink(link, path, sizeof path - 1);
  if (got <= 0) return 0;
  path[got] = '\0';
  return path_is_below(folder, path);
}

#endif
