import type { Mutation } from './mutation.ts'

const PACKED = 'test/scripts/packed.test.ts'
const WHAT = 'test/scripts/package/what-is-packed.test.ts'

/** What is given to others, and how it comes to a machine. */
export const PACKAGES: readonly Mutation[] = [
  {
    without: 'leaving a machine with the Debian package to dpkg',
    file: 'scripts/lib/release.sh',
    text: 'if is_supply || [[ ! -f "$supply/release" ]]; then return 0; fi',
    becomes: 'return 0',
    test: { file: PACKED, name: 'stays with dpkg: scripts/' },
  },
  {
    without: 'making no database where no hub ever was',
    file: 'scripts/upgrade',
    text: '-f "$units/lares-hub.service" && -f "$data/hub.db" ]]',
    becomes: '-f "$units/lares-hub.service" ]]',
    test: { file: PACKED, name: 'makes no database on a machine' },
  },
  {
    without: 'copying a version out of a folder that is somebody else’s',
    file: 'scripts/lib/release.sh',
    text: 'if is_supply && cp -al',
    becomes: 'if cp -al',
    test: { file: PACKED, name: 'is copied from a folder that is somebody else' },
  },
  {
    without: 'repairing a version whose package is installed again',
    file: 'scripts/lib/release.sh',
    text: 'if is_supply; then repair_release "$name"; fi',
    becomes: ':',
    test: { file: PACKED, name: 'is repaired when its package is installed again' },
  },
  {
    without: 'the Node that a packed version was tried with',
    file: 'scripts/lib/environment.sh',
    text: 'if ! is_packed && program=',
    becomes: 'if program=',
    test: { file: PACKED, name: 'runs with its own Node' },
  },
  {
    without: 'refusing a package that does not know the database',
    file: 'packaging/debian/preinst',
    text: '          exit 1',
    becomes: '          :',
    test: { file: PACKED, name: 'is refused before anything is unpacked' },
  },
  {
    without: 'leaving the data of a house when its package is purged',
    file: 'packaging/debian/postrm',
    text: 'rmdir "$data/edge" "$data" 2>/dev/null || true',
    becomes: 'rm -rf "$data"',
    test: { file: PACKED, name: 'takes the program when it is removed' },
  },
  {
    without: 'the list of licences under which something may be given on',
    file: 'scripts/lib/package/write-licences.ts',
    text: 'else if (!allowed(licence))',
    becomes: 'else if (false)',
    test: { file: WHAT, name: 'is not made of what may not be given on' },
  },
  {
    without: 'comparing the Node that came with the one that was looked at',
    file: 'scripts/lib/package/native.sh',
    text: 'if [[ "$found" != "$wanted" ]]; then',
    becomes: 'if false; then',
    test: { file: WHAT, name: 'is not made with another Node' },
  },
  {
    without: 'packing every folder that the program is made of',
    file: 'scripts/lib/package/program.sh',
    text: ' edge hub shared',
    becomes: ' edge hub',
    test: { file: 'test/architecture/packaging.test.ts', name: 'has every folder that the program is made of' },
  },
  {
    without: 'packing nothing but a commit',
    file: 'scripts/package',
    text: '[[ -z "$(git -C "$lares_root" status --porcelain)" ]] ||',
    becomes: 'true ||',
    test: { file: WHAT, name: 'is a commit' },
  },
]
