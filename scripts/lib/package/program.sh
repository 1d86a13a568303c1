# shellcheck shell=bash
# The folder that is packed: the program, its npm packages, its Node and the page. Needs native.sh.

# What of a checkout runs. Everything else of it serves its making.
readonly shipped=(lares package.json LICENSE CHANGELOG.md SECURITY.md cli edge hub shared speech central drizzle docs
  scripts/install scripts/upgrade scripts/systemd scripts/completion scripts/examples
  scripts/lib/environment.sh scripts/lib/say.sh scripts/lib/debian.sh scripts/lib/release.sh)

# The commit with its npm packages and its page, below $staging/source, and the list of licences.
prepare_source() {
  local source="$staging/source"
  say "Taking commit $commit and its npm packages."
  mkdir -p -- "$source"
  git -C "$lares_root" archive HEAD | tar -x -C "$source"
  # --force: packages for one processor only are looked at for both.
  (cd -- "$source" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error) >>"$log" 2>&1 ||
    fail "The npm packages could not be installed. The end of $log:" "$(tail -n 8 "$log")" 'Check the network, then run it again.'
  # What a caller says it is for must not decide bytes: tests would get a page that names its sources.
  NODE_ENV=production "$source/scripts/page" --quiet
  node "$source/scripts/lib/package/shipped-packages.ts" "$source" >"$staging/packages" ||
    fail 'scripts/package: it is not known which npm packages the program needs.'
  mkdir -p -- "$staging/licences"
  node "$source/scripts/lib/package/write-licences.ts" "$source" "$(fetch_node "${architectures[0]}")/LICENSE" >"$staging/LICENCES" || exit 1
}

# Lays the program for the processor in $1 below $staging/$1/program.
lay_program() {
  local architecture="$1" program="$staging/$1/program" name node_folder modules addon
  say "Putting the program for $architecture together."
  mkdir -p -- "$program"
  (cd -- "$staging/source" && tar -c --exclude='docs/decisions' --exclude='docs/pictures' --exclude='drizzle/*/meta' -- "${shipped[@]}" web/dist) | tar -x -C "$program"
  rm -f -- "$program/web/dist/.stamp"
  (cd -- "$staging/source" && xargs -d '\n' tar -c <"$staging/packages") | tar -x -C "$program"
  without_what_nobody_runs "$program/node_modules"
  node_folder="$staging/node-linux-$(npm_name "$architecture")"
  [[ -d "$node_folder" ]] || fetch_node "$architecture" >/dev/null
  for name in better-sqlite3 epoll; do
    addon="$(compile_addon "$name" "$architecture" "$node_folder")"
    install -D -m 0644 -- "$addon" "$program/node_modules/$name/build/Release/${name//-/_}.node"
  done
  modules="$program/.node/node_modules/node-linux-$(npm_name "$architecture")"
  mkdir -p -- "$modules/bin"
  install -m 0755 -- "$node_folder/bin/node" "$modules/bin/node"
  install -m 0644 -- "$node_folder/LICENSE" "$node_folder/package.json" "$modules"
  install -m 0644 -- "$staging/LICENCES" "$program/LICENCES"
  printf '%s-%s\n' "$version" "$commit" >"$program/release"
  nothing_of_here "$program"
}

# Types and other TypeScript, which Node does not run there, maps, tests, and the source of what is compiled. A name that a package needs to run is not among them: the package is tried.
without_what_nobody_runs() {
  find "$1" -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.html' -o -name '*.flow' -o -name '.*' \
    -o -iname 'readme*' -o -iname 'changelog*' -o -iname 'history*' -o -iname 'contributing*' -o -name 'tsconfig*.json' -o -name 'eslint.config.*' -o -name '*.tsbuildinfo' \) -delete
  find "$1" -depth -type d \( -name test -o -name tests -o -name __tests__ -o -name example -o -name examples -o -name benchmark -o -name benchmarks -o -name integration-test -o -name fixture -o -name '.[!.]*' \) \
    -exec rm -rf -- {} +
  rm -rf -- "$1/better-sqlite3"/{deps,src,binding.gyp,prebuilds,build} "$1/epoll"/{src,binding.gyp,build}
  # Nobody calls what others meant for their own command line, and there is no other Node for it.
  find "$1" -type f -exec chmod a-x -- {} +
  find "$1" -depth -type d -empty -delete
}

# Fails when a file names the folder in which it was made.
nothing_of_here() {
  local found
  found="$(grep -rlF -e "$staging" -e "$lares_root/" -- "$1" || true)"
  [[ -z "$found" ]] || fail 'scripts/package: these files name a folder of this machine:' "$found"
}
