import type { PersonaShown } from '../../hub/answers.ts'
import type { words } from '../../words/words.ts'

type PersonaWords = (typeof words.value)['personas']

/** One setting of a definition, and how it is typed. */
export interface PersonaField {
  /** As the hub names it: `voice_config.language`. */
  path: string
  label: keyof PersonaWords['fields']
  kind: 'text' | 'long' | 'number' | 'list' | readonly string[]
  /** Whether nothing may stand for it. */
  mayBeNone?: true
}

/** Everything that somebody sets of a persona, in its order. */
export const PERSONA_FIELDS: Readonly<Record<keyof PersonaWords['groups'], readonly PersonaField[]>> = {
  who: [
    { path: 'name', label: 'name', kind: 'text' },
    { path: 'description', label: 'description', kind: 'text' },
    { path: 'system_prompt', label: 'prompt', kind: 'long' },
    { path: 'tags', label: 'tags', kind: 'list' },
    { path: 'priority', label: 'priority', kind: 'number' },
  ],
  voice: [
    { path: 'voice_config.language', label: 'language', kind: 'text' },
    { path: 'voice_config.voice', label: 'voice', kind: 'text', mayBeNone: true },
    { path: 'voice_config.rate', label: 'rate', kind: 'number' },
    { path: 'voice_config.pitch', label: 'pitch', kind: 'number' },
    { path: 'voice_config.volume', label: 'volume', kind: 'number' },
  ],
  behavior: [
    { path: 'behavior_config.activity', label: 'activity', kind: ['quick', 'normal', 'patient'] },
    { path: 'behavior_config.barge_in', label: 'barge_in', kind: ['off', 'wake_word', 'speech'] },
    { path: 'behavior_config.follow_up_s', label: 'follow_up_s', kind: 'number' },
    { path: 'behavior_config.max_sentences', label: 'max_sentences', kind: 'number' },
    { path: 'behavior_config.actions', label: 'actions', kind: 'list' },
  ],
  engines: [
    { path: 'behavior_config.engines.wake', label: 'wake', kind: 'list' },
    { path: 'behavior_config.engines.activity', label: 'vad', kind: 'list' },
    { path: 'behavior_config.engines.stt', label: 'stt', kind: 'list' },
    { path: 'behavior_config.engines.answer', label: 'answer', kind: 'list' },
    { path: 'behavior_config.engines.tts', label: 'tts', kind: 'list' },
  ],
  privacy: [
    { path: 'behavior_config.privacy.audio_days', label: 'audio_days', kind: 'number', mayBeNone: true },
    { path: 'behavior_config.privacy.transcript_days', label: 'transcript_days', kind: 'number', mayBeNone: true },
  ],
}

const ALL: readonly PersonaField[] = Object.values(PERSONA_FIELDS).flat()

/** The field of a setting. `undefined`: nobody sets that here. */
export function fieldOf(setting: string): PersonaField | undefined {
  return ALL.find(({ path }) => path === setting)
}

/** What the hub writes where a setting says nothing. */
const NONE = 'none'

/** What stands in each field, by its path, of the lines in which the hub shows a definition. */
export function typedOf(definition: PersonaShown['definition']): Record<string, string> {
  const lines = new Map(definition.map(({ setting, value }) => [setting, value]))
  return Object.fromEntries(
    ALL.map(({ path, kind, mayBeNone }) => {
      const value = lines.get(path) ?? ''
      const isNone = value === NONE && (mayBeNone === true || kind === 'list' || path === 'description')
      return [path, isNone ? '' : value]
    }),
  )
}

/**
 * The parts of a definition that were typed otherwise than they stand there. What is no number goes as it was typed: the hub says what
 * is wrong with it.
 */
export function changedParts(
  before: Readonly<Record<string, string>>,
  typed: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const parts: Record<string, unknown> = {}
  for (const field of ALL) {
    const value = typed[field.path] ?? ''
    if (value !== (before[field.path] ?? '')) put(parts, field.path.split('.'), read(field, value))
  }
  return parts
}

function read({ kind, mayBeNone }: PersonaField, typed: string): unknown {
  const value = typed.trim()
  if (kind === 'list')
    return value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
  if (mayBeNone && value === '') return null
  if (kind !== 'number') return kind === 'long' ? typed : value
  const number = Number(value.replace(',', '.'))
  return value === '' || Number.isNaN(number) ? value : number
}

function put(parts: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    parts[first] = value
    return
  }
  const inner = (parts[first] ?? {}) as Record<string, unknown>
  parts[first] = inner
  put(inner, rest, value)
}

/** What the hub says is wrong, by the path of the field that it is about. What is about none stays with the rest. */
export function faultsOf(message: string): Map<string, string> {
  const faults = new Map<string, string>()
  for (const one of message.split('; ')) {
    const field = ALL.find(({ path }) => one.startsWith(`${path}: `) || one.startsWith(`${path}.`))
    if (field !== undefined) faults.set(field.path, one.slice(one.indexOf(': ') + 2))
  }
  return faults
}
