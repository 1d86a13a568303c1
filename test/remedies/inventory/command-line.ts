import { type Inventory, NOT_YET } from './entry.ts'

const LINE = 'test/remedies/command-line.test.ts'
const TLS = 'test/remedies/central-tls.test.ts'
const COPIES = 'test/remedies/maintenance.test.ts'
const SETTINGS = 'test/remedies/configuration.test.ts'

/** The remedies of cli/, shared/ and scripts/. */
export const COMMAND_LINE: Inventory = {
  'cli/admin-client.ts': {
    'Its topics begin with something else: name it with --base,': LINE,
  },
  'cli/completion.ts': {
    'Write lares completion ….': LINE,
  },
  'cli/parse-call.ts': {
    'Write options behind it: lares devices list --data DIR.': LINE,
    'Did you mean lares … …? The area comes first.': LINE,
    'See lares help.': LINE,
    'Did you mean lares ……? See lares help ….': LINE,
    'There are …. See lares help ….': LINE,
    'Did you mean lares … …?': LINE,
    'See lares help …. A text with spaces is put in quotes.': LINE,
    'See lares help … ….': LINE,
    'Leave it out: it is asked for, or read as one line from standard input.': LINE,
  },
  'cli/unreachable.ts': {
    'Call it with sudo or as the user of the hub. Where it is a': NOT_YET,
    'Is the hub running? One that has just been started answers': LINE,
  },
  'scripts/lib/demo/main.ts': {
    'Name a new folder with --data, or none.': NOT_YET,
  },
  'scripts/lib/postgres.ts': {
    'Its user must be able to read … and to enter …. Otherwise': NOT_YET,
    'Run scripts/setup: it installs the packages for development too.': NOT_YET,
    'Their package makes them when it is installed: npm rebuild,': NOT_YET,
  },
  'shared/cannot-listen.ts': {
    'Choose a shorter one: --socket /run/lares/hub.sock, or': NOT_YET,
    'Move it away, or choose another place: [listen] socket.': NOT_YET,
    'Choose another place: [listen] ….': NOT_YET,
    '… [listen] … names another place.': NOT_YET,
    "Stop it (sudo ss -ltnp 'sport = :…' names it), or choose": NOT_YET,
    'Choose another port: [listen] … = "…:…".': NOT_YET,
    'Choose one that `ip address` shows, or all of them:': NOT_YET,
    'Listen on IPv4: [listen] … = "0.0.0.0:…".': NOT_YET,
    'Write an address of this machine: [listen] … = "0.0.0.0:…".': NOT_YET,
    'Choose another address: [listen] ….': NOT_YET,
  },
  'shared/exit-code.ts': {
    'Run scripts/setup: it installs what this version needs.': NOT_YET,
  },
  'shared/explain-settings.ts': {
    'Write …, or what people call it: ….': NOT_YET,
    'For example:\n    …': NOT_YET,
  },
  'shared/hub-ports.ts': {
    'Restart the hub: it writes the file anew.': NOT_YET,
  },
  'shared/make-folder.ts': {
    '… --data names another folder.': NOT_YET,
  },
  'shared/options.ts': {
    'See … --help.': NOT_YET,
    'Did you mean --…? See … --help.': LINE,
    'Write ….': NOT_YET,
    'It is one of ….': LINE,
    'Write --…=….': LINE,
    'Write digits: --…=10.': LINE,
    '…It is one of ….': LINE,
  },
  'shared/program.ts': {
    'See … --help.': NOT_YET,
    'Did you mean … …? See … --help.': NOT_YET,
    'It is for …. See … … --help.': NOT_YET,
    'Write … ….': NOT_YET,
  },
  'shared/read-time.ts': {
    'Write it like one of these: ….': LINE,
  },
  'shared/settings-file.ts': {
    '… Without --config everything has a default.': NOT_YET,
    'Save it as UTF-8: iconv -f … -t UTF-8 … > utf8.toml && mv utf8.toml …': NOT_YET,
    'Text stands in quotes, a section in brackets and on a line': NOT_YET,
  },
  'shared/sqlite/lock.ts': {
    'Name the data folder with --data DIR.': COPIES,
    'Run it with sudo, or as the owner of the folder: stat -c %U …': NOT_YET,
  },
  'shared/system-trouble.ts': {
    'Check how it is spelt, or make it.': NOT_YET,
    'Name a file.': NOT_YET,
    'Name another place.': NOT_YET,
    'Name another place, or move it away.': NOT_YET,
    'Name another place, or mount it writable.': NOT_YET,
    'Free space on the disk.': SETTINGS,
    'Free space, or raise the quota.': NOT_YET,
    'Choose a shorter one.': NOT_YET,
    'Remove the link: rm it, then name the real place.': NOT_YET,
    'Raise LimitNOFILE of its service, then restart it.': NOT_YET,
    'Run it with sudo or as the owner of the folder (stat -c %U': NOT_YET,
    'Run it with sudo or as its owner, or give it away: sudo': NOT_YET,
  },
  'shared/terminal/ask-person.ts': {
    'Give the … as one line on standard input, or call this on a terminal.': LINE,
    'Call it again.': NOT_YET,
    'If that is what you want, say so with --yes.': LINE,
  },
  'shared/tls-trouble.ts': {
    "Copy the certificate of the server's authority to this": TLS,
    'Look at the clock (timedatectl), then renew the certificate': TLS,
    'Set the clock of this machine (timedatectl).': { because: 'a test does not set the clock of the machine' },
    'Write the name that stands in the certificate into the address.': TLS,
    'Put the file there, readable for the user of this program,': TLS,
    'Turn it on there (ssl = on in postgresql.conf), or leave': TLS,
    'Add sslmode=verify-full to the address, after ? or &.': TLS,
  },
}
