import { type Inventory, NOT_YET } from './entry.ts'

const LINE = 'test/remedies/command-line.test.ts'
const COPIES = 'test/remedies/maintenance.test.ts'
const SETTINGS = 'test/remedies/configuration.test.ts'

/** The remedies of hub/. */
export const HUB: Inventory = {
  'hub/admin/admit.ts': {
    'See the parameters with `lares help … …`.': LINE,
  },
  'hub/front/house-hooks.ts': {
    'see who may publish what in docs/protocol.md': NOT_YET,
  },
  'hub/listen/certificate.ts': {
    'Name both, or neither: then the hub makes its own. For': NOT_YET,
    'Put both files back from a copy of the data folder. Without': SETTINGS,
    '[tls] key and cert name PEM files; ….': NOT_YET,
    'Name the two files that were made together in [tls] key and cert.': NOT_YET,
    'Install it: sudo apt install openssl, ': SETTINGS,
    'Run `openssl version` as the user ': SETTINGS,
  },
  'hub/features/devices/named-device.ts': {
    'See lares devices list.': LINE,
    'Did you mean …? See lares devices list.': LINE,
    'Name one of them by its id.': LINE,
  },
  'hub/features/devices/named-sensor.ts': {
    'Name one of them by its key.': NOT_YET,
    'Sensors are listed by: lares readings latest.': NOT_YET,
    'Its sensors are listed by: lares devices show ….': NOT_YET,
    'Did you mean …? …': NOT_YET,
  },
  'hub/features/devices/sensor-commands.ts': {
    'Its sensors are listed by: lares devices show ….': LINE,
  },
  'hub/features/house/named-house.ts': {
    'Name one with --house: ….': NOT_YET,
    'See lares houses list.': LINE,
    'Did you mean …? See lares houses list.': LINE,
  },
  'hub/features/house/people-commands.ts': {
    'For another role: lares people remove …, then add again.': LINE,
    'See lares people list.': LINE,
  },
  'hub/features/list-query.ts': {
    'Ask for the list from its beginning.': LINE,
  },
  'hub/features/retention/classes.ts': {
    'The audit says who changed what. It is small; what grows': LINE,
    '…Classes: …, and readings:<kind> with one of …': LINE,
  },
  'hub/features/sync/commands.ts': {
    'See lares sync status.': LINE,
    'See lares quarantine list.': LINE,
  },
  'hub/features/sync/managed-rows.ts': {
    'Only central can change that: lares central conflicts says how.': NOT_YET,
  },
  'hub/features/sync/refuse-central.ts': {
    'Change it there: lares central put … … FILE.': NOT_YET,
  },
  'hub/features/sync/yield-command.ts': {
    'Those it refused are named in lares sync status.': NOT_YET,
    'Only central can change that: lares central conflicts says': NOT_YET,
  },
  'hub/features/users/email.ts': {
    'See lares users list, or make one: lares users create.': LINE,
    'Did you mean …?': LINE,
  },
  'hub/features/users/token-commands.ts': {
    'Open it again: lares users update … --is-active yes.': LINE,
    'Choose another name, or revoke that one: lares tokens revoke … ….': LINE,
    'Write when, or after how long: 30d.': LINE,
    'See lares tokens list ….': LINE,
  },
  'hub/main.ts': {
    'Write it before the options: lares hub … --data DIR.': NOT_YET,
    'Start it: lares hub --data DIR.': NOT_YET,
    'Is it running? Look at its journal: journalctl -u lares-hub.': NOT_YET,
    'Write lares hub … --… FILE.': COPIES,
  },
  'hub/store/maintenance.ts': {
    'Name the data folder of the hub with --data DIR.': COPIES,
    'Start the hub once: it sets the log aside. Or restore a': NOT_YET,
  },
  'hub/store/backup.ts': {
    'Free space there, or choose a folder on another disk.': NOT_YET,
  },
  'hub/store/copy-target.ts': {
    'Make it: mkdir -p …': COPIES,
    'Name a file in a folder that is there.': COPIES,
    'Name a file in it: --to …': COPIES,
    'Name a file that is not there yet.': NOT_YET,
    'Name a file that is not there yet. What is there is never': COPIES,
    'Name another file, or say --replace to put the new copy in': COPIES,
    'Choose a file in …, or better on another disk.': COPIES,
    'Choose another name, such as whole.db.': COPIES,
  },
  'hub/store/incoming.ts': {
    'Name a file in it: ls shows them.': COPIES,
    'Choose a file made by lares hub backup, or one of the folder backups.': COPIES,
    'Move it away, and look at what is restored: mv … …': NOT_YET,
    'Look for it: ls -l shows the files of a folder.': COPIES,
    'Run the same command with sudo: as root it gives what it': NOT_YET,
    'Free as much space on that disk as the file is large, and run it again.': NOT_YET,
  },
  'hub/store/sound.ts': {
    'Choose a file made by lares hub backup, or one of the folder backups.': COPIES,
    'Choose another copy; the hub keeps its own in the folder backups.': NOT_YET,
  },
  'hub/sync/sync-thread.ts': {
    'Set [central] url in hub.toml; see docs/operations.md.': LINE,
    'Try again in a minute.': NOT_YET,
  },
}
