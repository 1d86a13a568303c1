import { z } from 'zod'
import { objectParam } from '../../../shared/admin/fields.ts'
import { describeIssues } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { type PersonaDefinition, personaDefinition } from './definition.ts'

const listed = text(2_000).transform((typed) =>
  typed
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
)

/** What a person sets of a persona by itself; all of it can be said as `definition`, too. */
export const personaFields = {
  name: text(100).optional(),
  description: text(500).optional(),
  prompt: text(8_000).optional().meta({ description: 'what it is told before anything is said to it' }),
  language: text(40).optional().meta({ description: 'en, de-AT' }),
  voice: text(80).optional().meta({ description: "as its engine calls it; none is the engine's own" }),
  rate: z.number().optional().meta({ description: 'how fast it speaks: 1 is usual' }),
  activity: z
    .enum(['quick', 'normal', 'patient'])
    .optional()
    .meta({ description: 'how long a silence ends what somebody says' }),
  barge_in: z.enum(['off', 'wake_word', 'speech']).optional().meta({ description: 'what interrupts it' }),
  follow_up_s: z.number().optional().meta({ description: 'how long it listens after an answer' }),
  max_sentences: z.int().optional(),
  actions: listed.optional().meta({ description: 'commands that it may call, with commas between: alerts/list' }),
  audio_days: z.number().optional().meta({ description: 'how long sound is kept, 0 to 7' }),
  transcript_days: z.int().optional().meta({ description: 'how long words are kept' }),
  tags: listed.optional().meta({ description: 'with commas between' }),
  priority: z.int().optional().meta({ description: 'higher speaks before lower; from 100 on for emergencies' }),
  adaptation_mode: text(40).optional().meta({ description: 'instruction_only is the only one' }),
  definition: objectParam
    .optional()
    .meta({ description: 'parts of the definition as a JSON object: {"behavior_config": {"max_sentences": 2}}' }),
}

export type PersonaWishes = z.infer<z.ZodObject<typeof personaFields>>

/** The definition with what was said of it. Throws `bad_params` where that makes none. */
export function withWishes(before: object, wishes: PersonaWishes): PersonaDefinition {
  const { definition = {}, name, description, prompt, priority, tags, adaptation_mode } = wishes
  const { language, voice, rate, activity, barge_in, follow_up_s, max_sentences, actions } = wishes
  const said = {
    ...{ name, description, system_prompt: prompt, priority, tags, adaptation_mode },
    voice_config: { language, voice: voice === 'none' ? null : voice, rate },
    behavior_config: {
      ...{ activity, barge_in, follow_up_s, max_sentences, actions },
      privacy: { audio_days: wishes.audio_days, transcript_days: wishes.transcript_days },
    },
  }
  return wholeDefinition(merged(merged(before, definition), said))
}

/** Throws `bad_params` with what is wrong, by the path to it. */
export function wholeDefinition(value: unknown): PersonaDefinition {
  const read = personaDefinition.safeParse(value)
  if (read.success) return read.data
  throw new LaresError('bad_params', describeIssues(read.error, 'definition'), {
    hint: 'docs/personas.md says what a definition has.',
  })
}

/** Objects by their members; of everything else the second in the place of the first. Says nothing: nothing changes. */
function merged(before: unknown, said: unknown): unknown {
  if (said === undefined) return before
  if (!isObject(said) || !isObject(before)) return said
  const keys = new Set([...Object.keys(before), ...Object.keys(said)])
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const value = merged(before[key], isObject(said[key]) ? merged({}, said[key]) : said[key])
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
