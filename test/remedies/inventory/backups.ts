import type { Inventory } from './entry.ts'

const ROUND_TRIP = 'test/hub/archive/round-trip.test.ts takes wrong ones and right ones'
const RUNNING = 'test/end-to-end/restore-while-running.test.ts has the refusal, and does it'
const PLACES = 'test/hub/archive/places.test.ts has each place fail and be there again'

/** The remedies of what makes, checks and restores archives. */
export const BACKUPS: Inventory = {
  'hub/features/backups/': {
    'Name one in [backup] of hub.toml and restart the hub:': { because: 'a person mends hub.toml' },
    'Name secret or secret_file in [backup] of hub.toml, or say': {
      because: 'test/hub/features/backups/runs.test.ts takes one with each',
    },
    'lares backups list shows them.': [{ because: 'it names the list' }, { because: 'it names the list' }],
    'Make one: lares backups make': {
      because: 'it names the command: test/hub/features/backups/runs.test.ts makes one',
    },
  },
  'hub/features/backups/restore': {
    'Type the passphrase of the backups that was in use when it': { because: RUNNING },
    'Wait until it is done, lares backups places shows how far it': { because: RUNNING },
    'Restore on its machine: lares backups how-to-restore shows': {
      because: 'test/hub/features/backups/restore-desk.test.ts has the refusal, round-trip.test.ts restores by hand',
    },
    'Ask for it again.': { because: 'test/hub/features/backups/restore-desk.test.ts asks again' },
    'See how far it is: lares backups restoring': { because: RUNNING },
  },
  'hub/archive/': {
    'Type the passphrase that was in use when it was made.': {
      because: 'the command asks for it before: test/hub/archive/lay-beside.test.ts has the refusal',
    },
    'Name a program with its whole path in [backup] of hub.toml,': { because: PLACES },
    'Look why it is slow, or allow more: time_limit of this place': { because: PLACES },
    'It must read its standard input to the end.': { because: PLACES },
    'Plug in or mount the disk that it is on, or make it: sudo': { because: PLACES },
    'Remove what is not needed there, or keep fewer backups:': { because: PLACES },
    'Plug it in again; the backup is made anew by itself.': { because: PLACES },
    'Let its service write there: sudo systemctl edit lares-hub,': { because: 'it takes a service of systemd' },
    'Plug it in: the backup is made by itself then.': { because: PLACES },
    'Name secret or secret_file in [backup] of hub.toml, and': { because: PLACES },
    'lares backups list shows what is there.': { because: 'it names the list' },
    'Name a command that writes an archive to its standard output:': { because: PLACES },
    'Use another stick or disk: this one does not keep what is': { because: 'it takes a disk that is failing' },
    'Unmount it and run this again: sudo umount …. Copy what was': {
      because: 'a test mounts no disk; round-trip.test.ts has the refusal',
    },
    'Choose another archive: lares backups list names them.': { because: ROUND_TRIP },
    'Install Lares … or newer, and restore it with that.': { because: 'there is no newer version here' },
    'Restart the hub: its start saves what can be read of the': {
      because: 'test/faults/damaged.test.ts starts hubs with damaged databases',
    },
    'Say --replace to set it aside, nothing of it is removed:': { because: ROUND_TRIP },
    'Take four or five words that do not belong together, and keep': { because: ROUND_TRIP },
    'Type it again, or look for the one that was in use when the': { because: ROUND_TRIP },
    'Free space there, and run it again. Nothing was changed.': {
      because: 'test/hub/archive/hostile-archive.test.ts asks for more than any disk has',
    },
  },
}
