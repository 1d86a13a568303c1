import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDeviceId, RESERVED_IDS } from '../../shared/ids.ts'
import { covers, TOPIC_NAMES, type TopicName, topicRow, topicsBelow } from '../../shared/topics.ts'

const BASES = ['lares', 'home/floor-1/lares']
const level = fc.stringMatching(/^[a-z0-9-]{3,20}$/).filter((text) => !RESERVED_IDS.has(text))

/** The names of the levels of a row that are to be filled in. */
function namedLevels(name: TopicName): string[] {
  return [...topicRow(name).pattern.matchAll(/<(\w+)>/g)].map(([, text = '']) => text)
}

describe.each(BASES)('topics below %s', (base) => {
  const topics = topicsBelow(base)
  const build = topics.build as (name: TopicName, levels: Record<string, string>) => string

  it.each(TOPIC_NAMES)('%s: what is built is parsed to the same', (name) => {
    fc.assert(
      fc.property(fc.array(level, { minLength: 4, maxLength: 4 }), (texts) => {
        const levels = Object.fromEntries(namedLevels(name).map((named, index) => [named, texts[index] ?? 'x']))
        const topic = build(name, levels)
        expect(topic.startsWith(`${base}/`)).toBe(true)
        expect(topics.parse(topic)).toEqual({ name, levels })
        expect(covers(topics.filter(name, {}), topic)).toBe(true)
        expect(topics.filter(name, levels)).toBe(topic)
      }),
      { numRuns: 30 },
    )
  })

  it.each(TOPIC_NAMES)('%s: no level can be empty or reach beyond itself', (name) => {
    for (const bad of ['', 'a/b', '+', '#', 'a\0', undefined]) {
      for (const broken of namedLevels(name)) {
        const levels = Object.fromEntries(namedLevels(name).map((named) => [named, 'fine']))
        if (bad === undefined) delete levels[broken]
        else levels[broken] = bad
        expect(() => build(name, levels)).toThrow(/cannot be/)
      }
    }
  })

  it('never read a reserved word as a device', () => {
    for (const reserved of RESERVED_IDS)
      for (const name of TOPIC_NAMES) {
        const { pattern } = topicRow(name)
        if (!pattern.startsWith('<device>')) continue
        const topic = `${base}/${pattern.replace('<device>', reserved).replace(/<\w+>/g, 'x')}`
        expect(topics.parse(topic)?.levels.device).toBeUndefined()
      }
  })

  it('parse nothing that is not theirs, nor anything with an empty level', () => {
    for (const other of [
      '',
      base,
      `${base}/`,
      `${base}/kitchen-pi`,
      `${base}/kitchen-pi/`,
      `${base}//readings`,
      `/${base}/kitchen-pi/readings`,
      `${base}/kitchen-pi/readings/`,
      `${base}/kitchen-pi/nonsense`,
      `x${base}/kitchen-pi/readings`,
      `${base}x/kitchen-pi/readings`,
      '$SYS/broker',
      `${base}/kitchen-pi/audio/`,
      `${base}/kitchen-pi/constructor`,
    ])
      expect([other, topics.parse(other)]).toEqual([other, null])
  })

  it('keep inherited names as plain text', () => {
    const parsed = topics.parse(`${base}/__proto__/readings`)
    expect(parsed?.levels.device).toBe('__proto__')
    expect(Object.getPrototypeOf(parsed?.levels)).toBeNull()
  })
})

describe('the table of topics', () => {
  it('gives every row a direction: to the hub or from it, never between others, and both only where it passes on', () => {
    for (const name of TOPIC_NAMES) {
      const { from, to } = topicRow(name)
      expect([...from, ...to]).toContain('hub')
      if (name === 'event') expect(to).toEqual(['hub', 'person', 'integration', 'program', 'local'])
      else expect(from.includes('hub')).not.toBe(to.includes('hub'))
    }
  })

  it('retains nothing that makes somebody act', () => {
    const retained = TOPIC_NAMES.filter((name) => topicRow(name).retain)
    expect(retained.sort()).toEqual(['desired', 'hubHealth', 'hubInfo', 'state', 'status'])
  })

  it('has no two rows that the same topic could mean', () => {
    for (const a of TOPIC_NAMES)
      for (const b of TOPIC_NAMES) {
        if (a >= b) continue
        const [x, y] = [a, b].map((name) => topicRow(name).pattern.split('/'))
        if (x?.length !== y?.length) continue
        const overlap = x?.every(
          (text, index) => text.startsWith('<') || y?.[index]?.startsWith('<') || text === y?.[index],
        )
        const reserved = RESERVED_IDS.has(x?.[0] ?? '') || RESERVED_IDS.has(y?.[0] ?? '')
        expect([a, b, overlap && !reserved]).toEqual([a, b, false])
      }
  })

  it('refuses a base with a wildcard or an empty level', () => {
    for (const bad of ['', '/', 'a/', '/a', 'a//b', '+', '#', 'a/+', 'a\0'])
      expect(() => topicsBelow(bad)).toThrow(/base topic/)
  })

  it('reserves its own words from devices', () => {
    const own = new Set(
      TOPIC_NAMES.map((name) => topicRow(name).pattern.split('/')[0] ?? '').filter((text) => !text.startsWith('<')),
    )
    expect([...own].sort()).toEqual([...RESERVED_IDS].sort())
    for (const word of own) expect(isDeviceId(word)).toBe(false)
  })
})

/** What a filter matches, word for word from the standard [MQTT-4.7.1]. */
function matches(filter: string[], topic: string[]): boolean {
  const [head, ...rest] = filter
  if (head === undefined) return topic.length === 0
  if (head === '#') return true
  if (topic.length === 0) return false
  return (head === '+' || head === topic[0]) && matches(rest, topic.slice(1))
}

describe('covers', () => {
  const words = ['a', 'b', '']
  const all = (depth: number): string[][] =>
    depth === 0 ? [[]] : all(depth - 1).flatMap((rest) => words.map((word) => [word, ...rest]))
  const topics = [1, 2, 3, 4, 5].flatMap(all)
  const filter = fc
    .tuple(fc.array(fc.constantFrom('a', 'b', '+', ''), { minLength: 0, maxLength: 3 }), fc.boolean())
    .map(([levels, hash]) => (hash ? [...levels, '#'] : levels))
    .filter((levels) => levels.length > 0)

  it('is true exactly when every topic of the one is a topic of the other', () => {
    fc.assert(
      fc.property(filter, filter, (allowed, asked) => {
        const truly = topics.filter((topic) => matches(asked, topic)).every((topic) => matches(allowed, topic))
        const said = covers(allowed.join('/'), asked.join('/'))
        // "+/#" and "#" match the same topics; the stricter answer is the safe one.
        if (asked[0] === '#') expect(said && !truly).toBe(false)
        else expect([allowed, asked, said]).toEqual([allowed, asked, truly])
      }),
      { numRuns: 2_000 },
    )
  })
})
