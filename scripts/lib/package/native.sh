# shellcheck shell=bash
# The compiled parts of a package: Node, as it is published, and the two addons, compiled here for either processor so that
# nothing of this machine is in them. Needs environment.sh, say.sh; and $staging, $kept, $log and $again of scripts/package.

npm_name() { if [[ "$1" == amd64 ]]; then echo x64; else echo arm64; fi; }

triplet_of() { if [[ "$1" == amd64 ]]; then echo x86_64-linux-gnu; else echo aarch64-linux-gnu; fi; }

node_of() { node -p 'require(process.argv[1])'"$1" "$lares_root/packaging/node.json"; }

# Unpacks the Node that packaging/node.json names for the processor in $1 and prints its folder.
fetch_node() {
  local name version file wanted found folder
  name="node-linux-$(npm_name "$1")"
  version="$(node_of .version)"
  file="$kept/$name-$version.tgz"
  folder="$staging/$name"
  if [[ ! -f "$file" ]]; then
    (cd -- "$staging" && npm pack "$name@$version" --loglevel=error) >>"$log" 2>&1 ||
      fail "Node $version could not be fetched. The end of $log:" "$(tail -n 5 "$log")" 'Check the network, then run it again.'
    mv -- "$staging/$name-$version.tgz" "$file"
  fi
  wanted="$(node_of ".integrity.$(npm_name "$1")")"
  found="sha512-$(openssl dgst -sha512 -binary "$file" | base64 -w 0)"
  if [[ "$found" != "$wanted" ]]; then
    rm -f -- "$file"
    fail "$name $version is not what packaging/node.json expects: $found" \
      'Run it again, which fetches it anew. If it comes to the same, somebody changed what was published: use nothing of it.'
  fi
  mkdir -p -- "$folder"
  tar -xzf "$file" -C "$folder" --strip-components=1 --no-same-owner
  echo "$folder"
}

# Compiles the package in $1 for the processor in $2 with the Node of the folder in $3 and prints the path of its addon.
# Compiled aside, below the packages that it includes headers of. The same source and compiler are compiled once, unless --again.
compile_addon() {
  local package="$1" architecture="$2" node_folder="$3" aside="$staging/source/.native/$architecture" addon flags made
  local -a tools
  read -ra tools <<<"$(compilers_for "$architecture")"
  addon="$kept/$package-$architecture-$(digest_of_addon "$package" "${tools[1]}").node"
  if [[ "$again" == yes || ! -f "$addon" ]]; then
    say "Compiling $package for $architecture." >&2
    rm -rf -- "${aside:?}" && mkdir -p -- "$aside"
    cp -R -- "$staging/source/node_modules/$package" "$aside/$package"
    rm -rf -- "$aside/$package/build" "$aside/$package/prebuilds"
    # No path of this machine, and no mark of this very build.
    flags="-ffile-prefix-map=$staging=. -DHAVE_FDATASYNC=1"
    # npm brings node-gyp, and names it to scripts alone.
    printf '{ "private": true, "scripts": { "compile": "cd %s && node-gyp rebuild --release --force_build=1 --arch=%s" } }\n' \
      "$package" "$(npm_name "$architecture")" >"$aside/package.json"
    (cd -- "$aside" && CC="${tools[0]}" CXX="${tools[1]}" CFLAGS="$flags" CXXFLAGS="$flags" LDFLAGS='-Wl,--build-id=none' \
      npm_config_nodedir="$node_folder" JOBS=2 npm run compile) >>"$log" 2>&1 ||
      fail "$package could not be compiled for $architecture. The end of $log:" "$(tail -n 8 "$log")"
    made="$aside/$package/build/Release/${package//-/_}.node"
    "${tools[2]}" --strip-unneeded "$made"
    if [[ "$package" == better-sqlite3 ]]; then is_that_sqlite "$made" "$architecture"; fi
    rm -f -- "$kept/$package-$architecture-"*.node
    mv -- "$made" "$addon"
  fi
  echo "$addon"
}

# Whether what was compiled is the SQLite that came, but for how it flushes, and stores. Of another processor it is tried where it is emulated.
is_that_sqlite() {
  if [[ "$(npm_processor)" != "$(npm_name "$2")" ]]; then return 0; fi
  (cd -- "$staging/source" && node scripts/lib/compare-sqlite.ts "$1" "node_modules/better-sqlite3/prebuilds/linux-$(npm_name "$2").node") >>"$log" 2>&1 ||
    fail "What was compiled of better-sqlite3 is another SQLite or does not run. The end of $log:" "$(tail -n 5 "$log")"
}

# What an addon depends on beside its source: the compiler, what we tell it, and the headers of Node.
digest_of_addon() {
  {
    "$2" --version | head -n 1
    cat -- "$lares_root/packaging/node.json" "$lares_root/scripts/lib/package/native.sh"
    cd -- "$staging/source/node_modules/$1" && find . -type f -not -path './build/*' -not -path './prebuilds/*' -print0 | sort -z | xargs -0 sha256sum
  } | sha256sum | cut -c1-16
}

# The oldest C library that has what the given files ask of it.
least_libc() {
  objdump -T "$@" 2>/dev/null | sed -n 's/.*(\{0,1\}GLIBC_\([0-9][0-9.]*\)).*/\1/p' | sort -uV | tail -n 1
}
