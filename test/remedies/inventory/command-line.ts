import type { Inventory } from './entry.ts'

const LINE = 'test/remedies/command-line.test.ts'
const TLS = 'test/remedies/central-tls.test.ts'
const COPIES = 'test/remedies/maintenance.test.ts'
const LISTENING = 'test/remedies/listening.test.ts'
const FILES = 'test/remedies/files.test.ts'
const HEALTH = 'test/remedies/health.test.ts'
const PERMISSIONS = 'test/remedies/permissions.test.ts'
const CERTIFICATE = 'test/remedies/certificate.test.ts'
const PROMPT = 'test/end-to-end/terminal-prompt.test.ts'
const SETTINGS = 'test/remedies/configuration.test.ts'

/** The remedies of cli/, shared/ and scripts/. */
export const COMMAND_LINE: Inventory = {
  'cli/': {
    'Its topics begin with something else: name it with --base,': LINE,
    'Write lares completion ….': LINE,
    'Write options behind it: lares devices list --data DIR.': LINE,
    'Did you mean lares … …? The area comes first.': LINE,
    'See lares help.': LINE,
    'Did you mean lares ……? See lares help ….': LINE,
    'There are …. See lares help ….': LINE,
    'Did you mean lares … …?': LINE,
    'See lares help …. A text with spaces is put in quotes.': LINE,
    'See lares help ….': LINE,
    'Leave it out: it is asked for, or read as one line from standard input.': LINE,
    'Call it with sudo or as the user of the hub. Where it is a': PERMISSIONS,
    'Is the hub running? One that has just been started answers': LINE,
  },
  'scripts/': {
    'Name a new folder with --data, or none.': {
      because: 'the demo takes minutes: test/end-to-end/demo.test.ts gives it a new folder',
    },
    'Its user must be able to read … and to enter …. Otherwise': {
      because: 'it takes a checkout that its user may not enter, and all packages anew',
    },
    'Run scripts/setup: it installs the packages for development too.': {
      because: 'what scripts/setup installs is tested where nothing is: test/scripts/setup.test.ts',
    },
    'Their package makes them when it is installed: npm rebuild,': {
      because: 'npm fetches the packages again for that',
    },
  },
  'shared/': {
    'Choose a shorter one: --socket /run/lares/hub.sock, or': LISTENING,
    'Move it away, or choose another place: [listen] socket.': LISTENING,
    'Choose another place: [listen] ….': LISTENING,
    '… [listen] … names another place.': LISTENING,
    "Stop it (sudo ss -ltnp 'sport = :…' names it), or choose": LISTENING,
    'Choose another port: [listen] … = "…:…".': LISTENING,
    'Choose one that `ip address` shows, or all of them:': LISTENING,
    'Listen on IPv4: [listen] … = "0.0.0.0:…".': LISTENING,
    'Write an address of this machine: [listen] … = "0.0.0.0:…".': LISTENING,
    'Choose another address: [listen] ….': LISTENING,
    'Run scripts/setup: it installs what this version needs.': {
      because: 'what scripts/setup installs is tested where nothing is: test/scripts/setup.test.ts',
    },
    'Write …, or what people call it: ….': SETTINGS,
    'Call it ….': SETTINGS,
    'A name of other letters than a-z, 0-9, _ and - stands in quotes': SETTINGS,
    'For example:\n    …': SETTINGS,
    'Restart the hub: it writes the file anew.': HEALTH,
    '… --data names another folder.': FILES,
    'See … --help.': [LINE, COPIES],
    'Did you mean --…? See … --help.': LINE,
    'Write ….': LINE,
    'It is one of ….': LINE,
    'Write --…=….': LINE,
    'Write digits: --…=10.': LINE,
    '…It is one of ….': LINE,
    'Did you mean … …? See … --help.': COPIES,
    'It is for …. See … … --help.': COPIES,
    'Write … ….': COPIES,
    'Write it like one of these: ….': LINE,
    '… Without --config everything has a default.': SETTINGS,
    'Save it as UTF-8: iconv -f … -t UTF-8 … > utf8.toml && mv utf8.toml …': SETTINGS,
    'Text stands in quotes, a section in brackets and on a line': SETTINGS,
    'Name the data folder with --data DIR.': COPIES,
    'Run it with sudo, or as the owner of the folder: stat -c %U …': PERMISSIONS,
    'Check how it is spelt, or make it.': FILES,
    'Name a file.': FILES,
    'Name another place.': FILES,
    'Name another place, or move it away.': FILES,
    'Name another place, or mount it writable.': { because: 'a test mounts no file system' },
    'Free space on the disk.': CERTIFICATE,
    'Free space, or raise the quota.': { because: 'a test sets no quotas' },
    'Choose a shorter one.': FILES,
    'Remove the link: rm it, then name the real place.': FILES,
    'Raise LimitNOFILE of its service, then restart it.': { because: 'it is about the limits of a service' },
    'Run it with sudo or as the owner of the folder (stat -c %U': PERMISSIONS,
    'Run it with sudo or as its owner, or give it away: sudo': PERMISSIONS,
    'Give the … as one line on standard input, or call this on a terminal.': LINE,
    'Call it again.': PROMPT,
    'If that is what you want, say so with --yes.': LINE,
    "Copy the certificate of the server's authority to this": TLS,
    'Look at the clock (timedatectl), then renew the certificate': TLS,
    'Set the clock of this machine (timedatectl).': { because: 'a test does not set the clock of the machine' },
    'Write the name that stands in the certificate into the address.': TLS,
    'Put the file there, readable for the user of this program,': TLS,
    'Turn it on there (ssl = on in postgresql.conf), or leave': TLS,
    'Add sslmode=verify-full to the address, after ? or &.': TLS,
  },
}
