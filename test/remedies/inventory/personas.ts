import type { Inventory } from './entry.ts'

const TALKED = { because: 'test/hub/features/sessions/handoff.test.ts meets it, and then what its remedy says' }
const TYPED = { because: 'test/hub/features/personas gives the wrong one, and then what its remedy says' }

/** The remedies of who speaks. */
export const PERSONAS: Inventory = {
  'cli/json-file.ts': {
    'Name a file that lares personas export wrote.': { because: 'test/cli/json-file.test.ts names such a file' },
  },
  'hub/features/devices/group-commands.ts': {
    'See lares personas list.': TYPED,
    'Say a whole number from 0 to 100.': {
      because: 'test/hub/features/control/volume.test.ts sets such volumes, and refuses others',
    },
  },
  'hub/features/voice/say-command.ts': {
    'lares devices list shows what each can do; a speaker has audio_output.': {
      because: 'test/hub/features/voice/announcing.test.ts names a device that is no speaker',
    },
  },
  'hub/features/personas/draft-commands.ts': {
    'Change it with lares personas edit …, or choose another id.': TYPED,
    'Say it with --prompt, or begin with that of another: --from companion.': TYPED,
    'Change something first: lares personas edit ….': TYPED,
    'See lares personas diff …; then publish it with --anyway, or throw it away: lares personas edit … --discard.':
      TYPED,
  },
  'hub/features/personas/file-commands.ts': {
    'Put it at central with a current_version like 1.2.0.': { because: 'central is mended' },
    'Take the file in beside it: --as …_2.': TYPED,
  },
  'hub/features/personas/persona-fields.ts': { 'docs/personas.md says what a definition has.': TYPED },
  'hub/features/personas/persona-row.ts': {
    'It has these: ….': TYPED,
    'Publish it first: lares personas publish ….': TYPED,
    'Activate it first: lares personas activate ….': TYPED,
    '…There are these: ….': 'test/remedies/way-down.test.ts',
  },
  'hub/features/personas/publish-persona.ts': { 'Change something first: lares personas edit ….': TYPED },
  'hub/features/sessions/handoff.ts': {
    'Name another device.': TALKED,
    'Name the device that is to have it.': TALKED,
    'Hand it over: lares sessions handoff … ….': TALKED,
    'Name a device that is there: lares devices list.': TALKED,
    'Name a device of the same house.': TALKED,
    'See why: lares devices show ….': TALKED,
    'Name a device that has both.': TALKED,
    'Try again when nobody is.': TALKED,
  },
  'hub/features/sessions/move-commands.ts': {
    'End that one first: lares sessions end ….': TALKED,
    'Somebody moved it meanwhile: see lares sessions list, and say it again.': TALKED,
  },
  'hub/features/sessions/session-row.ts': {
    'See lares sessions list.': TALKED,
    'Pause it first: lares sessions pause SESSION.': TALKED,
    'Resume it first: lares sessions resume SESSION.': TALKED,
    'See which are not: lares sessions list --state active.': TALKED,
    'Wait a second, and see where it is: lares sessions list.': TALKED,
  },
  'hub/features/personas/state-commands.ts': {
    'Activate another one first: lares personas activate companion.': TYPED,
    'See its versions: lares personas show ….': TYPED,
  },
}
