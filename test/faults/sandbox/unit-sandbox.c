/*
 * unit-sandbox: starts a program under restrictions as systemd lays them on a unit, where no systemd runs.
 *
 *   unit-sandbox [--own-network] [--families 1,2,10] [--calls 0,1,2] [--no-namespaces] -- PROGRAM ARGUMENT...
 *
 * --families       numbers of the address families that socket() may have; others give EAFNOSUPPORT
 * --calls          numbers of the system calls that are allowed; others give EPERM
 * --no-namespaces  unshare, setns and clone for namespaces give EPERM; clone3, whose flags a filter cannot see, ENOSYS
 * --own-network    a network of its own with nothing but the loopback interface, so that 0.0.0.0 is nobody's concern
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "Lares runs on x86_64 and aarch64"
#endif

#define MOST 4096
#define NAMESPACES 0x7e020080u

static struct sock_filter code[MOST];
static unsigned short length;

static void die(const char *what) {
  perror(what);
  exit(125);
}

static void add(struct sock_filter step) {
  if (length == MOST) {
    fprintf(stderr, "unit-sandbox: the filter is too long\n");
    exit(125);
  }
  code[length++] = step;
}

static void load(unsigned offset) {
  add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void answer(unsigned verdict) {
  add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

/* Answers when what was loaded is this value; else goes on. */
static void answer_if(unsigned value, unsigned verdict) {
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  answer(verdict);
}

static void answer_if_any(unsigned bits, unsigned verdict) {
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
  answer(verdict);
}

static void begin(void) {
  length = 0;
  load(offsetof(struct seccomp_data, arch));
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
  answer(SECCOMP_RET_KILL_PROCESS);
  load(offsetof(struct seccomp_data, nr));
}

static void install(void) {
  struct sock_fprog program = {.len = length, .filter = code};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) die("seccomp");
}

static void restrict_families(char *list) {
  begin();
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0));
  answer(SECCOMP_RET_ALLOW);
  load(offsetof(struct seccomp_data, args[0]));
  for (char *one = strtok(list, ","); one; one = strtok(NULL, ",")) answer_if(strtoul(one, NULL, 10), SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_ERRNO | EAFNOSUPPORT);
  install();
}

static void restrict_namespaces(void) {
  begin();
  answer_if(SYS_unshare, SECCOMP_RET_ERRNO | EPERM);
  answer_if(SYS_setns, SECCOMP_RET_ERRNO | EPERM);
  answer_if(SYS_clone3, SECCOMP_RET_ERRNO | ENOSYS);
  add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0));
  answer(SECCOMP_RET_ALLOW);
  load(offsetof(struct seccomp_data, args[0]));
  answer_if_any(NAMESPACES, SECCOMP_RET_ERRNO | EPERM);
  answer(SECCOMP_RET_ALLOW);
  install();
}

static void restrict_calls(char *list) {
  begin();
  for (char *one = strtok(list, ","); one; one = strtok(NULL, ",")) answer_if(strtoul(one, NULL, 10), SECCOMP_RET_ALLOW);
  answer(SECCOMP_RET_ERRNO | EPERM);
  install();
}

static void own_network(void) {
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) die("unshare");
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq loopback = {.ifr_flags = IFF_UP | IFF_RUNNING};
  strcpy(loopback.ifr_name, "lo");
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &loopback) != 0) die("loopback");
  close(fd);
}

int main(int count, char **arguments) {
  char *families = NULL, *calls = NULL;
  int no_namespaces = 0, at = 1;
  for (; at < count && strcmp(arguments[at], "--") != 0; at++) {
    if (strcmp(arguments[at], "--own-network") == 0) own_network();
    else if (strcmp(arguments[at], "--no-namespaces") == 0) no_namespaces = 1;
    else if (strcmp(arguments[at], "--families") == 0 && at + 1 < count) families = arguments[++at];
    else if (strcmp(arguments[at], "--calls") == 0 && at + 1 < count) calls = arguments[++at];
    else return 124;
  }
  if (at + 1 >= count) return 124;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("no_new_privs");
  if (families) restrict_families(families);
  if (no_namespaces) restrict_namespaces();
  if (calls) restrict_calls(calls);
  execvp(arguments[at + 1], arguments + at + 1);
  die(arguments[at + 1]);
}
