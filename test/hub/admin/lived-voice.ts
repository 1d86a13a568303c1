import { expect } from 'vitest'
import { NOTE, ROOMS, SPEAKER, SPOKEN_NAME, VOICE_ENGINES } from './lived-rows.ts'

/** What the front prepares for commands of the voice, and what their first examples answer. */
export const KNOWN_VOICE: Readonly<Record<string, { before?: string; prepared?: unknown; expect: unknown }>> = {
  'voice/notes': { before: NOTE, expect: { notes: [{ note: 'the key is under the mat', device: null, id: 1 }] } },
  'voice/forget': { before: NOTE, expect: { note: 1, forgotten: 'the key is under the mat' } },
  'voice/add-name': { before: ROOMS, expect: { name: 'big light', own: expect.any(String), kind: 'device', id: 1 } },
  'voice/names': {
    before: SPOKEN_NAME,
    expect: { names: [{ name: 'big light', kind: 'device', of: 'kitchen-pi', id: 1 }] },
  },
  'voice/remove-name': { before: SPOKEN_NAME, expect: { name: 'big light', id: 1 } },
  'voice/engines': {
    prepared: VOICE_ENGINES,
    expect: {
      engines: [
        { does: 'hear', engine: 'moonshine', state: 'ok' },
        { does: 'speak', engine: 'flite' },
      ],
      says: [],
    },
  },
  'voice/try': {
    prepared: { engines: VOICE_ENGINES, tried: [] },
    expect: { tried: [], says: ['Nothing here speaks en.'] },
  },
  'voice/say': {
    before: SPEAKER,
    expect: { said: [], missed: [expect.objectContaining({ why: 'it is offline' })] },
  },
  'voice/hear': { expect: { path: expect.stringMatching(/^\/hear\/[\w-]{43}$/) } },
  'voice/speak': { expect: { path: expect.stringMatching(/^\/files\/[\w-]{43}$/), name: 'spoken.wav' } },
  'voice/ask': { expect: { text: expect.stringMatching(/^It is /), intent: 'time', done: [] } },
}
