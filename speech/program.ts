import type { Program } from '../shared/program.ts'

/** The words of `lares voice`. */
export const VOICE_PROGRAM = {
  name: 'lares voice',
  says: 'What understands speech, and speaks',
  verbs: [
    {
      verb: 'install',
      params: [],
      says: 'fetch a model that understands speech on this machine, and see how fast it is',
    },
    { verb: 'list', params: [], says: 'what is installed' },
    { verb: 'doctor', params: [], says: 'speak a sentence, hear it back, and show what each engine did' },
    { verb: 'remove', params: [], says: 'remove what install has fetched' },
  ],
  options: {
    data: { kind: 'text', value: 'DIR', says: 'the data folder (default: $LARES_DATA or ./lares-data)' },
    language: { kind: 'text', value: 'LANGUAGE', says: 'what is spoken (default: en)', verbs: ['install', 'doctor'] },
    size: {
      kind: 'text',
      value: 'SIZE',
      says: 'base or tiny (default: the larger one that is fast enough here)',
      verbs: ['install'],
    },
    from: {
      kind: 'text',
      value: 'DIR',
      says: 'take what is to be fetched out of this folder, for a machine without a network',
      verbs: ['install'],
    },
    mirror: {
      kind: 'text',
      value: 'URL',
      says: 'fetch from this registry (default: the one npm uses here)',
      verbs: ['install'],
    },
    say: { kind: 'text', value: 'TEXT', says: 'the sentence to speak', verbs: ['doctor'] },
    json: { kind: 'switch', says: 'for programs: the bare answer of list and doctor, and errors as JSON' },
  },
} as const satisfies Program

/** What stands behind the options of a call. */
export type VoiceValues = { [K in keyof typeof VOICE_PROGRAM.options]?: string | number | boolean }
