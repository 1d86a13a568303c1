import type { Inventory } from './entry.ts'

const JOBS = 'test/hub/features/jobs/commands.test.ts'
const BEHIND_BRIDGE = 'test/hub/features/control/behind-bridge.test.ts'
const FOLLOWERS = 'test/hub/features/followers/commands.test.ts'
const LINE = 'test/remedies/command-line.test.ts'
const COPIES = 'test/remedies/maintenance.test.ts'
const CERTIFICATE = 'test/remedies/certificate.test.ts'
const ORDERS = 'test/hub/features/makers/orders.test.ts'
const MAKERS = 'test/hub/features/makers/deciding.test.ts'
const TRACE = 'test/hub/features/trace/remedies.test.ts'
const HOUSE = 'test/remedies/house.test.ts'
const CENTRAL = 'test/remedies/managed-by-central.test.ts'
const PLACES = 'test/hub/contract/named-places.test.ts'
const HEALTH = 'test/remedies/health.test.ts'
const RIGHTS = 'test/remedies/rights.test.ts'
const SECRETS = 'test/remedies/secrets.test.ts'
const NAMES = { because: 'test/hub/features/voice/spoken-names.test.ts gives wrong ones and right ones' }
const TIMERS = 'test/remedies/timers.test.ts'
const WAY_DOWN = 'test/remedies/way-down.test.ts'
const PERMISSIONS = 'test/remedies/permissions.test.ts'

/** The remedies of hub/. */
export const HUB: Inventory = {
  'hub/features/trace/': {
    'Those that are kept: lares readings query … ….': TRACE,
    'Those that are kept: lares events list.': TRACE,
    'Those that are kept: lares sessions list.': TRACE,
  },
  'hub/features/events/': {
    'See lares events list.': {
      because: 'it names a list: test/hub/features/events-acknowledged.test.ts looks for others',
    },
    'See those that can be acknowledged: lares events list --acknowledged': {
      because: 'test/hub/features/events-acknowledged.test.ts lists them so',
    },
  },
  'hub/features/sessions/delete-recording.ts': {
    'Its words are still kept: say --text.': {
      because: 'test/hub/features/recordings-deleted.test.ts says it then, and they go',
    },
    'See what is kept: lares sessions list.': {
      because: 'it names a list: test/hub/features/recordings-deleted.test.ts deletes what is there, and what is not',
    },
  },
  'hub/features/control/device-log.ts': {
    'See what it told this hub: lares events list --device …': { because: 'it names a list' },
  },
  'hub/features/control/action-answer.ts': {
    'Upgrade it, on that machine: …': {
      because:
        'an agent of an earlier version is not here: test/hub/features/control/device-log.test.ts answers as one',
    },
  },
  'hub/features/voice/': {
    'See lares voice notes.': TIMERS,
    'See lares voice engines.': { because: 'test/hub/features/voice/trying-personas.test.ts has a model that fails' },
    'Remove some that nobody says: lares voice names shows them.': NAMES,
    'See lares voice names.': NAMES,
    'See lares entities list.': NAMES,
  },
  'hub/features/timers/': {
    'Cancel some that nobody needs: lares timers list shows them.': TIMERS,
    'Name a time of day for what is further away: ': TIMERS,
    'Name a time that comes.': TIMERS,
    'Write daily, weekdays, weekends, or days such as mon,wed.': TIMERS,
    'Write a time such as 07:00 with --repeat.': TIMERS,
    'Write 10min, "1h 30min", 07:00 or "2026-12-24 07:00".': TIMERS,
    'Name one of them by its id: lares timers list shows them.': TIMERS,
    'See lares timers list.': TIMERS,
    'Did you mean …? See lares timers list.': TIMERS,
  },
  'hub/features/control/': {
    'See what it has and what is wrong with it: lares devices show …': WAY_DOWN,
    'Say it again when the device is back: lares devices show …': WAY_DOWN,
    'See how the device is before you say it again: lares devices': WAY_DOWN,
    'A sensor goes with its interval-s, its deadband, or both: ': WAY_DOWN,
    'See lares help devices configure.': WAY_DOWN,
    'Each ends when its time is over: lares devices commands …': WAY_DOWN,
    'Write it as 30s, 10min or "1h 30min".': WAY_DOWN,
    "Write seconds=5, or 'output=lamp state=on' in quotes, or": WAY_DOWN,
    'Write on, off or toggle, or 40% for a dimmer.': WAY_DOWN,
    'Devices that can be told something are listed by: lares': WAY_DOWN,
    'Tell it by what it is connected through: ': BEHIND_BRIDGE,
  },
  'hub/features/control/entity-orders.ts': {
    'It can only be read.': { because: 'what can only be read is not found: test/hub/features/makers/orders.test.ts' },
    'It takes ….': { because: 'test/hub/features/makers/orders.test.ts gives wrong and right ones' },
  },
  'hub/features/control/named-entity.ts': {
    'Name one of them by its entity id, with --device': ORDERS,
    'See lares entities list.': {
      because: 'it names a list: test/hub/features/makers/orders.test.ts looks for others',
    },
    'Did you mean …? See lares entities list.': ORDERS,
    'See what it has: lares devices show …': { because: 'it names what shows the device' },
    'Did you mean lares entities set … …? What it is to be comes last.': {
      because: 'test/hub/features/makers/order-words.test.ts takes the words',
    },
    'Name one of them: ….': { because: 'test/hub/features/makers/orders.test.ts takes the words' },
  },
  'hub/features/control/order-entity.ts': {
    'Leave it out, and switch it off later.': ORDERS,
  },
  'hub/features/makers/': {
    'It waits to be accepted once it is announced again.': MAKERS,
    'Take it out first: lares devices revoke …': MAKERS,
    'Name one of them by what identifies it, with --source': MAKERS,
    'See lares makers list.': MAKERS,
    'Did you mean …? See lares makers list.': MAKERS,
    'See lares makers sources.': MAKERS,
    'Did you mean …? See lares makers sources.': MAKERS,
  },
  'hub/': {
    'Name one that was set aside: hub.db.damaged-….': {
      because: 'it takes a damaged database: test/hub/store/salvage.test.ts saves one that was set aside',
    },
    'The card is failing. Make a whole copy on another disk now:': {
      because: 'a person replaces a card; the copy is taken by maintenance.test.ts',
    },
    'See the parameters with `lares help … …`.': LINE,
    'see who may publish what in docs/protocol.md': {
      because: 'it names a table; what that says is taken by not_allowed in codes.test.ts',
    },
    'Name both, or neither: then the hub makes its own. For': CERTIFICATE,
    'Put both files back from a copy of the data folder. Without': CERTIFICATE,
    '[tls] key and cert name PEM files; ….': CERTIFICATE,
    'Name the two files that were made together in [tls] key and cert.': CERTIFICATE,
    'Install it: sudo apt install openssl, ': CERTIFICATE,
    'Run `openssl version` as the user ': CERTIFICATE,
    'See lares devices list.': LINE,
    'Did you mean …? See lares devices list.': LINE,
    'Name one of them by its id.': [LINE, HOUSE],
    'Name one of them by its key.': HOUSE,
    'Sensors are listed by: lares readings latest.': HOUSE,
    'Its sensors are listed by: lares devices show ….': [HOUSE, HOUSE],
    'Did you mean …? …': HOUSE,
    'Name one with --house: ….': HOUSE,
    'See lares houses list.': LINE,
    'See lares secrets list.': SECRETS,
    'It takes minutes, and waits for a backup. lares hub health says what holds it up.': SECRETS,
    'Make it private: sudo … …': SECRETS,
    'Take that away: sudo chown … … && sudo chmod 600 …': SECRETS,
    'Give it to this one: sudo chown … …': SECRETS,
    'Put it back from a copy. Without one move it away: sudo mv … …, and enter the secrets anew.': SECRETS,
    'Enter it: lares secrets set …': SECRETS,
    'Enter it anew, or remove it: …': SECRETS,
    'Put the key itself there: sudo sh -c \'cp -p --remove-destination "$(readlink -f "$0")" "$0"\' …': SECRETS,
    'Remove it by hand: sudo rm …. How the hub can do it: ': SECRETS,
    'Write it there, in one line: sudo nano …': SECRETS,
    'Enter it once more.': {
      because: 'it is about the moment in which the key changes: test/hub/features/secrets/secrets.test.ts',
    },
    'Add it to hub.toml and restart the hub: only there it is said where something is.': PLACES,
    '…There are ….': [
      { because: 'no feature has named places yet; the words are those of other lists of names' },
      { because: 'test/hub/features/backups/schedule.test.ts names a place that is not there' },
    ],
    'Did you mean …? See lares houses list.': LINE,
    'For another role: lares people update … --role ROLE.': LINE,
    'For another account: lares people add ADDRESS, and remove this person.': {
      because:
        'whose account it is nobody but a person knows: test/hub/features/house/members.test.ts refuses a second one',
    },
    'See lares … list.': HOUSE,
    'Did you mean …? See lares … list.': HOUSE,
    'See who has one: lares people list.': HOUSE,
    'Name the others too: lares rooms create NAME.': HOUSE,
    'Devices that are there are listed by: lares devices list.': HOUSE,
    'Move that one, and this goes with it: lares devices move … --house HOUSE.': HOUSE,
    'Make the other one first: lares houses create NAME.': HOUSE,
    'See lares people list.': LINE,
    'Ask for the list from its beginning.': LINE,
    'The audit says who changed what. It is small; what grows': LINE,
    '…Classes: …, and readings:<kind> with one of …': LINE,
    'See lares sync status.': LINE,
    'See lares quarantine list.': LINE,
    'See lares followers list.': FOLLOWERS,
    'It goes on by itself. Central is looked after with lares sync': FOLLOWERS,
    'Take it out of hub.toml first, or pass over what waits: lares': FOLLOWERS,
    'It is run in its turn; lares jobs list shows it.': JOBS,
    'It does what was wanted last; lares jobs list shows what becomes of it.': JOBS,
    'Only central can change that: lares central conflicts says how.': CENTRAL,
    'Change it there: lares central put … … FILE.': CENTRAL,
    'Take the person out there first: lares central remove … users …. Then erase here.': CENTRAL,
    'Those it refused are named in lares sync status.': HOUSE,
    'Only central can change that: lares central conflicts says how, or': CENTRAL,
    'See lares users list, or make one: lares users create.': LINE,
    'Ask an administrator of this hub to make an account for them.': RIGHTS,
    'Ask an owner of the house, or an administrator of this hub.': RIGHTS,
    'Ask an owner of that house, or an administrator of this hub.': RIGHTS,
    'Log in again. Where its token has ended, have another one made: ': RIGHTS,
    'Did you mean …?': [LINE, RIGHTS],
    'There are ….': RIGHTS,
    'For another token of it: lares programs token … TOKEN --rights ….': RIGHTS,
    'Make it a token with other rights: lares programs token … TOKEN --rights read.': RIGHTS,
    'Make an account for a program: lares programs create … --rights read.': RIGHTS,
    'Let a program speak for the person: lares users token … TOKEN.': RIGHTS,
    'Open it again: lares users update … --is-active yes.': LINE,
    'Choose another name, or revoke that one: lares tokens revoke … ….': LINE,
    'Write when, or after how long: 30d.': LINE,
    'See lares tokens list ….': LINE,
    'Write it before the options: lares hub … --data DIR.': HEALTH,
    'Start it: lares hub --data DIR.': HEALTH,
    'Is it running? Look at its journal: journalctl -u lares-hub.': HEALTH,
    'Write lares hub … --… FILE.': COPIES,
    'Name the data folder of the hub with --data DIR.': COPIES,
    'Start the hub once: it sets the log aside. Or restore a': COPIES,
    'Free space there, or choose a folder on another disk.': {
      because: 'the fault tests fill the disk of the hub, none that a copy lies on',
    },
    'Make it: mkdir -p …': COPIES,
    'Name a file in a folder that is there.': COPIES,
    'Name a file in it: --to …': COPIES,
    'Name a file that is not there yet.': COPIES,
    'Name a file that is not there yet. What is there is never': COPIES,
    'Name another file, or say --replace to put the new copy in': COPIES,
    'Choose a file in …, or better on another disk.': COPIES,
    'Choose another name, such as whole.db.': COPIES,
    'Name a file in it: ls shows them.': COPIES,
    'Choose a file made by lares hub backup, or one of the folder backups.': [COPIES, COPIES],
    'Move it away, and look at what is restored: mv … …': COPIES,
    'Look for it: ls -l shows the files of a folder.': [
      COPIES,
      { because: 'lares hub salvage says the same words as lares hub restore, for which they are taken' },
    ],
    'Run the same command with sudo: as root it gives what it': PERMISSIONS,
    'Free as much space on that disk as the file is large, and run it again.': {
      because: 'the fault tests fill the disk of the hub while it runs, and this is done without it',
    },
    'Choose another copy; the hub keeps its own in the folder backups.': COPIES,
    'Set [central] url in hub.toml; see docs/operations.md.': LINE,
    'Try again in a minute.': {
      because: 'it is about the second in which a thread is made anew: test/hub/sync/sync-thread.test.ts',
    },
  },
}
