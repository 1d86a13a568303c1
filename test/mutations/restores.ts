import type { Mutation } from './mutation.ts'

const ROUND_TRIP = 'test/hub/archive/round-trip.test.ts'
const PLACES = 'test/hub/archive/places.test.ts'
const SCHEDULE = 'test/hub/features/backups/schedule.test.ts'
const RUNS = 'test/hub/features/backups/runs.test.ts'
const WHILE_RUNNING = 'test/end-to-end/restore-while-running.test.ts'
const DESK = 'test/hub/features/backups/restore-desk.test.ts'
const BESIDE = 'test/hub/archive/lay-beside.test.ts'
const COMMANDS = 'test/hub/features/backups/restore-commands.test.ts'
const END_TO_END = 'test/end-to-end/backups.test.ts'
const FAILING_DISK = 'test/faults/archive-disk.test.ts'

/** What stands between a backup and a house that is lost to it. */
export const RESTORES: readonly Mutation[] = [
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
    without: 'ending the process of an archive when the hub stops',
    file: 'hub/archive/run-archive-task.ts',
    text: "signal.addEventListener('abort', stop, { once: true })",
    becomes: '',
    test: { file: END_TO_END, name: 'stops in time, cleanly, and leaves nothing that runs' },
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
    file: 'cli/progress/job-work.ts',
    text: 'job.attempts > 0 && ',
    becomes: '',
    test: { file: 'test/cli/progress/backup-work.test.ts', name: 'waits for the try that was asked for' },
  },
  {
    without: 'asking for the password of whoever restores',
    file: 'hub/features/backups/restore-commands.ts',
    text: '    await passwordAgain(password)\n',
    becomes: '    void passwordAgain\n',
    test: { file: WHILE_RUNNING, name: 'wants the password of whoever asks' },
  },
  {
    without: 'refusing names of backups that no hub gives',
    file: 'hub/features/backups/archive-named.ts',
    text: ' && readArchiveName(name) !== null',
    becomes: '',
    test: { file: COMMANDS, name: 'finds none by a name that no hub gives' },
  },
  {
    without: 'keeping the passphrase of a restore from the engine',
    file: 'hub/features/backups/restore-commands.ts',
    text: "    context.addEvent({ type: 'restore_asked', source: 'user', data: { place, name } })",
    becomes: "    context.addEvent({ type: 'restore_asked', source: 'user', data: { place, name, params } })",
    test: { file: COMMANDS, name: 'notes who asked, and nothing of what opens it' },
  },
  {
    without: 'leaving the secret params of a restore out of what is stored',
    file: 'hub/features/backups/restore-commands.ts',
    text: "  secretParams: ['passphrase', 'password'],\n",
    becomes: '',
    test: { file: COMMANDS, name: 'never takes a secret from a command line' },
  },
  {
    without: 'waiting for a backup that is being made before one is restored',
    file: 'hub/features/backups/restore-commands.ts',
    text: '    refuseBusy(db)\n',
    becomes: '    void refuseBusy\n',
    test: { file: COMMANDS, name: 'is refused while a backup is made' },
  },
  {
    without: 'restoring one backup at a time',
    file: 'hub/features/backups/restore-desk.ts',
    text: '    this.#refuseSecond()\n',
    becomes: '',
    test: { file: DESK, name: 'decides once all is checked' },
  },
  {
    without: 'redeeming the ticket of a restore',
    file: 'hub/features/backups/restore-desk.ts',
    text: 'if (kept?.ticket !== wish.ticket) {',
    becomes: 'if (kept === null) {',
    test: { file: DESK, name: 'opens nothing with the ticket of somebody else' },
  },
  {
    without: 'forgetting a passphrase that nobody asks for',
    file: 'hub/features/backups/restore-desk.ts',
    text: 'this.#parts.clock.after(KEPT_MS, () => this.#forget())',
    becomes: 'this.#parts.clock.after(KEPT_MS, () => {})',
    test: { file: DESK, name: 'forgets what opens it after a minute' },
  },
  {
    without: 'telling people before the hub begins again',
    file: 'hub/features/backups/restore-desk.ts',
    text: 'clock.after(TOLD_MS, () =>',
    becomes: 'clock.after(0, () =>',
    test: { file: DESK, name: 'decides once all is checked' },
  },
  {
    without: 'ending what is unpacked when the hub stops',
    file: 'hub/features/backups/restore-desk.ts',
    text: "    this.#stop.abort(new Error('the hub stops'))\n",
    becomes: '',
    test: { file: DESK, name: 'ends what is unpacked when the hub stops' },
  },
  {
    without: 'removing what was laid beside of a useless archive',
    file: 'hub/archive/lay-beside.ts',
    text: '    removeUnpackedHouse(folder)\n    throw error',
    becomes: '    throw error',
    test: { file: BESIDE, name: 'an archive that was cut off' },
  },
  {
    without: 'judging how the command ended that gave what is laid beside',
    file: 'hub/archive/lay-beside.ts',
    text: '    await over()\n',
    becomes: '    void over\n',
    test: { file: BESIDE, name: 'a command that fails at its end' },
  },
  {
    without: 'leaving a check alone that goes on beside a restore',
    file: 'hub/store/whole-exchange.ts',
    text: '    rmSync(join(folder, unpackedName(name)), { recursive: true, force: true })\n}',
    becomes:
      "    rmSync(join(folder, unpackedName(name === 'keys' ? 'check' : name)), { recursive: true, force: true })\n}",
    test: { file: BESIDE, name: 'removes what an earlier one left, and nothing of a check' },
  },
  {
    without: 'saying what will be another than here',
    file: 'hub/archive/lay-beside.ts',
    text: '  return !readFileSync(here).equals(readFileSync(beside))',
    becomes: '  return false',
    test: { file: BESIDE, name: 'says what will be another than here' },
  },
  {
    without: 'beginning again by itself',
    file: 'hub/run.ts',
    text: '  if (!end.isWanted) startAgain()\n',
    becomes: '  void startAgain\n',
    test: { file: WHILE_RUNNING, name: 'comes back in the same process with the house of the backup' },
  },
  {
    without: 'feeding the watchdog while it begins again',
    file: 'shared/notify.ts',
    text: ", 'WATCHDOG=1'])\n    ask()",
    becomes: '])\n    ask()',
    test: { file: 'test/shared/notify.test.ts', name: 'feeds the watchdog of a program that begins again' },
  },
  {
    without: 'noting a restore once',
    file: 'hub/features/backups/note-restored.ts',
    text: '  if (known === String(note.restored_at)) return\n',
    becomes: '  void known\n',
    test: { file: WHILE_RUNNING, name: 'is noted once, also after another start' },
  },
  {
    without: 'counting tries at the password that is asked for again',
    file: 'hub/web/password-again.ts',
    text: '  limits.begin(tried)\n',
    becomes: '',
    test: { file: 'test/hub/web/password-again.test.ts', name: 'makes whoever guesses wait' },
  },
  {
    without: 'refusing programs where a password is asked for',
    file: 'hub/web/password-again.ts',
    text: "const account = kind === 'person' && user !== null",
    becomes: 'const account = user !== null',
    test: { file: 'test/hub/web/password-again.test.ts', name: 'a program' },
  },
]
