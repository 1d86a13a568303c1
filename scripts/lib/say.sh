# shellcheck shell=bash
# What a person reads while a script works: calm lines on stdout, trouble on stderr. Set quiet=yes to hear only trouble.

quiet="${quiet:-no}"

# A reader who went away (a closed terminal) must not end a script in the middle of its work: hence `|| true`.
say() { [[ "$quiet" == yes ]] || printf '%s\n' "$*" || true; }

warn() { printf '%s\n' "$*" >&2 || true; }

# Ends the script. The first line names the thing, the others the remedy.
fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

# The comment at the head of a script is its help: what it does stands in one place.
print_help() { sed -n '2,/^[^#]/{/^# \{0,1\}/s///p;}' "$1"; }
