# shellcheck shell=bash
# The two forms in which the program is given to others. Needs native.sh and program.sh.
#
# Everything that could differ from one packing to the next is said: order, times, owners, rights, and how the compressor cuts
# its input, which depends on the number of threads and not on the machine.

readonly pack_threads=2

# Rights as a commit knows them: a file can be run or not.
settle_rights() {
  chmod -R u=rwX,go=rX -- "$1"
  find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" -- {} +
}

write_tarball() {
  local name="lares-$version" file="$out/lares_${version}_$1.tar.xz"
  say "Packing ${file##*/}."
  settle_rights "$staging/$1/program"
  tar -c --format=gnu --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    -C "$staging/$1" --transform="s,^program,$name," program | xz "-$effort" --threads="$pack_threads" --block-size=32MiB >"$file.part"
  mv -- "$file.part" "$file"
}

write_deb() {
  local architecture="$1" root="$staging/$1/deb" file="$out/lares_${version}_$1.deb"
  say "Packing ${file##*/}."
  mkdir -p -- "$root/DEBIAN" "$root/usr/lib" "$root/usr/bin" "$root/usr/share/doc/lares" "$root/usr/share/lintian/overrides"
  mv -T -- "$staging/$architecture/program" "$root/usr/lib/lares"
  ln -s -- /opt/lares/current/lares "$root/usr/bin/lares"
  lay_documents "$root"
  lay_completions "$root"
  write_control "$architecture" "$root"
  settle_rights "$root"
  dpkg-deb --root-owner-group -Zxz "-z$effort" --threads-max="$pack_threads" --build "$root" "$file" >>"$log"
}

lay_documents() {
  local folder="$1/usr/share/doc/lares"
  install -m 0644 -- "$lares_root/packaging/debian/copyright" "$folder/copyright"
  printf 'lares (%s) unstable; urgency=medium\n\n  * See /usr/lib/lares/CHANGELOG.md.\n\n -- %s  %s\n' "$(debian_version)" \
    "$(sed -n 's/^Maintainer: //p' "$lares_root/packaging/debian/control")" "$(date -R -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n >"$folder/changelog.gz"
  install -m 0644 -- "$lares_root/packaging/debian/lintian-overrides" "$1/usr/share/lintian/overrides/lares"
}

lay_completions() {
  local from="$1/usr/lib/lares/scripts/completion" share="$1/usr/share"
  install -D -m 0644 -- "$from/lares.bash" "$share/bash-completion/completions/lares"
  install -D -m 0644 -- "$from/_lares" "$share/zsh/vendor-completions/_lares"
  install -D -m 0644 -- "$from/lares.fish" "$share/fish/vendor_completions.d/lares.fish"
}

# A version before a release sorts before it: 1.0.0-beta.1 is 1.0.0~beta.1 to Debian.
debian_version() { printf '%s\n' "${version/-/\~}"; }

write_control() {
  local architecture="$1" root="$2" script program="$2/usr/lib/lares" libc size
  libc="$(least_libc "$program"/.node/node_modules/*/bin/node "$program"/node_modules/{better-sqlite3,epoll}/build/Release/*.node)"
  size="$(du -sk --apparent-size -- "$root/usr" | cut -f1)"
  sed -e "s/@VERSION@/$(debian_version)/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@LIBC@/$libc/" -e "s/@SIZE@/$size/" \
    "$lares_root/packaging/debian/control" >"$root/DEBIAN/control"
  for script in preinst postinst prerm postrm; do
    sed -e "s/@MIGRATIONS@/$(migrations_of "$program")/" -e "s/@VERSION@/$(debian_version)/" "$lares_root/packaging/debian/$script" >"$root/DEBIAN/$script"
    chmod 0755 -- "$root/DEBIAN/$script"
  done
  (cd -- "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
}

# Names of the migrations that this version knows, with blanks between.
migrations_of() { (cd -- "$1/drizzle/sqlite" && printf '%s\n' *.sql | tr '\n' ' '); }
