# shellcheck shell=bash
# What a person reads while a script works: calm lines on stdout, trouble on stderr. Set quiet=yes to hear only trouble.

quiet="${quiet:-no}"

say() { [[ "$quiet" == yes ]] || printf '%s\n' "$*"; }

warn() { printf '%s\n' "$*" >&2; }

# Ends the script. The first line names the thing, the others the remedy.
fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# The comment at the head of a script is its help: what it does stands in one place.
print_help() { sed -n '2,/^[^#]/{/^# \{0,1\}/s///p;}' "$1"; }
