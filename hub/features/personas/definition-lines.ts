import { z } from 'zod'
import type { PersonaDefinition } from './definition.ts'

/** One setting of a definition, by its path, as people read it. */
export const definitionLine = z.strictObject({ setting: z.string(), value: z.string() })

/** What became of one setting. */
export const differenceLine = z.strictObject({
  setting: z.string(),
  was: z.string().nullable(),
  now: z.string().nullable(),
})

type DifferenceLine = z.infer<typeof differenceLine>

/** Every setting, the long text last. */
export function definitionLines(definition: PersonaDefinition): z.infer<typeof definitionLine>[] {
  const { system_prompt, ...rest } = definition
  return [...flat(rest), ['system_prompt', system_prompt] as const].map(([setting, value]) => ({ setting, value }))
}

/** What differs from the one to the other. Of a long text those of its lines and sentences that do. */
export function differences(was: PersonaDefinition, now: PersonaDefinition): DifferenceLine[] {
  const before = new Map(definitionLines(was).map(({ setting, value }) => [setting, value]))
  return definitionLines(now).flatMap(({ setting, value }) => {
    const old = before.get(setting) ?? null
    if (old === value) return []
    if (setting !== 'system_prompt' || old === null) return [{ setting, was: old, now: value }]
    return textDifference(setting, old, value)
  })
}

function textDifference(setting: string, was: string, now: string): DifferenceLine[] {
  const [left, right] = [pieces(was), pieces(now)]
  let head = 0
  while (head < left.length && left[head] === right[head]) head += 1
  let tail = 0
  while (tail < Math.min(left.length, right.length) - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1
  const middle = (all: string[]) => all.slice(head, all.length - tail).join(' ')
  const nothing = (text: string) => (text === '' ? null : text)
  return [{ setting, was: nothing(middle(left)), now: nothing(middle(right)) }]
}

function pieces(text: string): string[] {
  return text
    .split(/\n|(?<=[.!?:])\s+/u)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
}

function flat(value: unknown, path: readonly string[] = []): (readonly [string, string])[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value).flatMap(([key, inner]) => flat(inner, [...path, key]))
  const shown = Array.isArray(value) ? value.join(', ') : String(value ?? 'none')
  return [[path.join('.'), shown === '' ? 'none' : shown]]
}
