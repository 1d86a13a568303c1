import { z } from 'zod'
import { sameName } from '../../shared/ids.ts'
import { parseNumber } from '../health/unknown.ts'

const numbersByKey = z.record(z.string(), z.unknown())

/**
 * The numbers a program printed, by key in one spelling; a single number has the key `null`. Three forms: one number, a JSON object
 * (true and false are 1 and 0), or lines of a key, a space, `=` or `:`, and a number. What is no number is left out.
 */
export function parseNumbers(output: string): Map<string | null, number> {
  const text = output.trim()
  const single = parseNumber(text)
  if (single !== null) return new Map([[null, single]])
  if (text.startsWith('{')) return fromJson(text)
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, key, number] = /^\s*(.+?)\s*[\s=:]\s*(\S+)\s*$/.exec(line) ?? []
      const value = parseNumber(number)
      return key === undefined || value === null ? [] : [[sameName(key), value] as const]
    }),
  )
}

function fromJson(text: string): Map<string | null, number> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // Not JSON after all: no number was found, and the source says so by the sensor's name.
    return new Map()
  }
  const values = numbersByKey.safeParse(json).data ?? {}
  return new Map(
    Object.entries(values).flatMap(([key, value]) => {
      if (typeof value === 'boolean') return [[sameName(key), value ? 1 : 0] as const]
      return typeof value === 'number' ? [[sameName(key), value] as const] : []
    }),
  )
}
