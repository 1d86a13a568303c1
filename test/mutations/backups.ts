import type { Mutation } from './mutation.ts'

const ROUND_TRIP = 'test/hub/archive/round-trip.test.ts'
const HOSTILE = 'test/hub/archive/hostile-archive.test.ts'
const AT_SPEED = 'test/hub/archive/at-speed.test.ts'
const PLACES = 'test/hub/archive/places.test.ts'
const SCHEDULE = 'test/hub/features/backups/schedule.test.ts'
const RUNS = 'test/hub/features/backups/runs.test.ts'
const END_TO_END = 'test/end-to-end/backups.test.ts'
const FAILING_DISK = 'test/faults/archive-disk.test.ts'
const KILLED = 'test/faults/archive-restore-killed.test.ts'

/** Archives of everything: made while the house stores, brought somewhere, and put in a house's place. */
export const BACKUPS: readonly Mutation[] = [
  {
    without: 'taking the newest pages from the log',
    file: 'hub/archive/snapshot.ts',
    text: 'const frames = moment.isInFile ? new Map<number, number>() : framesOf(log, { ...moment, ...size })',
    becomes: 'const frames = new Map<number, number>()',
    test: { file: AT_SPEED, name: 'has all that was acknowledged before it began' },
  },
  {
    without: 'holding the moment that is packed',
    file: 'hub/archive/snapshot.ts',
    text: "    db.exec('BEGIN')\n    db.prepare('SELECT count(*) FROM sqlite_schema').get()\n    const after",
    becomes: '    const after',
    test: { file: AT_SPEED, name: 'has all that was acknowledged before it began' },
  },
  {
    without: 'checking a database before it is packed',
    file: 'hub/archive/pack-house.ts',
    text: 'if (found !== null)',
    becomes: 'if (found === undefined)',
    test: { file: ROUND_TRIP, name: 'is not made of a damaged database' },
  },
  {
    without: 'refusing passphrases that are guessed',
    file: 'hub/archive/make-archive.ts',
    text: 'if (task.passphrase !== null) checkPassphrase(task.passphrase)',
    becomes: '',
    test: { file: ROUND_TRIP, name: 'refuses a passphrase that is guessed' },
  },
  {
    without: 'refusing entries that no hub packs',
    file: 'hub/archive/read-archive.ts',
    text: "if (type !== 'file' || !isKnown)",
    becomes: "if (type === 'fifo')",
    test: { file: HOSTILE, name: 'a path that leads out of the folder' },
  },
  {
    without: 'refusing links',
    file: 'hub/archive/read-archive.ts',
    text: "if (type !== 'file' || !isKnown)",
    becomes: 'if (!isKnown)',
    test: { file: HOSTILE, name: 'a link with a name that a hub packs' },
  },
  {
    without: 'comparing what was read with its checksums',
    file: 'hub/archive/read-archive.ts',
    text: 'if (found?.bytes !== bytes || found.sha256 !== sha256)',
    becomes: 'if (found?.bytes !== bytes)',
    test: { file: HOSTILE, name: 'other bytes than it says' },
  },
  {
    without: 'wanting the end of an archive',
    file: 'hub/archive/read-archive.ts',
    text: "if (!manifest || !expected) throw damaged(this.#name, 'its end is missing')",
    becomes: 'if (!manifest || !expected) return manifest as unknown as Manifest',
    test: { file: HOSTILE, name: 'no end' },
  },
  {
    without: 'looking for room before anything is unpacked',
    file: 'hub/archive/unpack-archive.ts',
    text: 'if (bavail * bsize < needed)',
    becomes: 'if (bavail * bsize < 0)',
    test: { file: HOSTILE, name: 'more than there is room for' },
  },
  {
    without: 'leaving a house alone that is there',
    file: 'hub/archive/restore-archive.ts',
    text: 'if (!replace) refuseHouse(folder, source)',
    becomes: '',
    test: { file: ROUND_TRIP, name: 'refuses a house that is there, and sets all of it aside' },
  },
  {
    without: 'removing what was unpacked of a useless archive',
    file: 'hub/archive/restore-archive.ts',
    text: '    removeUnpacked(folder)\n    release()',
    becomes: '    release()',
    test: { file: ROUND_TRIP, name: 'that was cut off' },
  },
  {
    without: 'setting the present house aside',
    file: 'hub/store/whole-exchange.ts',
    text: "if (stage === 'decided') makeRoom(folder, at)",
    becomes: '',
    test: { file: ROUND_TRIP, name: 'refuses a house that is there, and sets all of it aside' },
  },
  {
    without: 'logging everybody out of a house that is restored',
    file: 'hub/store/backup.ts',
    text: 'db.exec(NOBODY_LOGGED_IN)',
    becomes: 'void NOBODY_LOGGED_IN',
    test: {
      file: 'test/hub/archive/round-trip.test.ts',
      name: 'logs nobody in: who was logged out since it was made stays out',
    },
  },
  {
    without: 'finishing a restore that was interrupted',
    file: 'hub/core/finish-restore.ts',
    text: '    finishHouseExchange(folder)\n',
    becomes: '',
    test: { file: KILLED, name: 'at any step leaves one of the two houses' },
  },
  {
    without: 'keeping what was made just now',
    file: 'hub/archive/keep-rule.ts',
    text: 'const kept = new Set(made === null ? [] : [made])',
    becomes: 'const kept = new Set<string>()',
    test: { file: PLACES, name: 'has only whole archives under their names, the newest by age' },
  },
  {
    without: 'leaving archives of other hubs alone',
    file: 'hub/archive/archive-folder.ts',
    text: '.filter((name) => readArchiveName(name)?.owner === owner)',
    becomes: '.filter((name) => readArchiveName(name) !== null)',
    test: { file: PLACES, name: 'has only whole archives under their names, the newest by age' },
  },
  {
    without: 'noticing that a stick is not where it was mounted',
    file: 'hub/archive/archive-folder.ts',
    text: 'if (!liesOn(file, this.#mount)) throw gone(this.#place.label)',
    becomes: '',
    test: { file: PLACES, name: 'that is away is said, and nothing is written where it would be mounted' },
  },
  {
    without: 'judging how a command ended',
    file: 'hub/archive/archive-command.ts',
    text: 'if (code === 0) return null',
    becomes: 'if (code !== null) return null',
    test: { file: PLACES, name: 'fails at once' },
  },
  {
    without: 'noticing that a command did not take all of it',
    file: 'hub/archive/archive-command.ts',
    text: 'if (stdin?.destroyed !== false) throw (await this.#ended) ?? this.#tooEarly()',
    becomes: 'if (stdin?.destroyed !== false) return',
    test: { file: PLACES, name: 'closes its input and says that all is well' },
  },
  {
    without: 'the time limit of a command',
    file: 'hub/archive/archive-command.ts',
    text: '      this.#overdue = true\n      this.kill()\n',
    becomes: '      this.#overdue = true\n',
    endless: true,
    test: { file: PLACES, name: 'hangs' },
  },
  {
    without: 'waiting for a clock that follows a time source',
    file: 'hub/features/backups/engine.ts',
    text: 'if (context.clockSynced === false) return',
    becomes: '',
    test: { file: SCHEDULE, name: 'waits for a clock that follows a time source' },
  },
  {
    without: 'making backups again that a clock asked for that was ahead',
    file: 'hub/features/backups/engine.ts',
    text: ' && record.due_at <= context.now)',
    becomes: ')',
    test: { file: SCHEDULE, name: 'waits for a clock that follows a time source' },
  },
  {
    without: 'making up for backups that were missed',
    file: 'hub/features/backups/engine.ts',
    text: 'record.due_at >= due && ',
    becomes: '',
    test: { file: SCHEDULE, name: 'makes up for what was missed, once' },
  },
  {
    without: 'asking whether there is to be no passphrase',
    file: 'hub/features/backups/passphrase.ts',
    text: 'if (!plain && (secret ?? secret_file) === undefined)',
    becomes: 'if (secret_file === null)',
    test: { file: RUNS, name: 'makes none without a passphrase unless the owner says so' },
  },
  {
    without: 'handing the passphrase over where nobody else reads it',
    file: 'hub/archive/run-archive-task.ts',
    text: 'const child = spawn(process.execPath, words,',
    becomes: 'const child = spawn(process.execPath, [...words, JSON.stringify(task)],',
    test: { file: END_TO_END, name: 'leaves the passphrase in no log, no row, no file and no command line' },
  },
  {
    without: 'removing what was written of a backup that failed',
    file: 'hub/archive/make-archive.ts',
    text: '    part.discard()\n    throw',
    becomes: '    throw',
    test: { file: FAILING_DISK, name: 'is none, keeps those that were there' },
  },
  {
    without: 'ending the command of a backup that is given up',
    file: 'hub/archive/run-archive-task.ts',
    text: "process.kill(-pid, 'SIGKILL')",
    becomes: '',
    test: { file: PLACES, name: 'is ended with all that it started when the making of one is given up' },
  },
  {
    without: 'letting the hub read the hub.toml that was restored',
    file: 'hub/archive/restore-house.ts',
    text: '  chmodSync(part, before ? before.mode & 0o777 : NEW_MODE)\n',
    becomes: '',
    test: { file: ROUND_TRIP, name: 'puts hub.toml in its place for whoever could read the one that was there' },
  },
  {
    without: 'setting a link aside that leads nowhere',
    file: 'hub/store/whole-exchange.ts',
    text: 'return lstatSync(path, { throwIfNoEntry: false }) !== undefined',
    becomes: 'return existsSync(path)',
    test: { file: ROUND_TRIP, name: 'sets a link aside that leads to a disk that is away' },
  },
  {
    without: 'keeping what was decided and hindered',
    file: 'hub/store/whole-exchange.ts',
    text: '  if (names.some((name) => DECIDED.test(name))) return\n',
    becomes: '',
    test: { file: ROUND_TRIP, name: 'keeps what was decided and hindered' },
  },
  {
    without: 'waiting for the try that was asked for',
    file: 'cli/work/job-work.ts',
    text: 'job.attempts > 0 && ',
    becomes: '',
    test: { file: 'test/cli/work/backup-work.test.ts', name: 'waits for the try that was asked for' },
  },
]
