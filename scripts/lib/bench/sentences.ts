import { readFileSync } from 'node:fs'
import { GERMAN } from '../../../hub/language/de/language-de.ts'
import { ENGLISH } from '../../../hub/language/en/language-en.ts'
import { type NameEntry, NameList } from '../../../hub/language/lists.ts'
import { Matcher } from '../../../hub/language/matcher.ts'
import { systemClock } from '../../../shared/clock.ts'
import { scoreSentences, sentenceFile } from '../../../test/hub/features/voice/sentence-score.ts'

const FIXTURES = new URL('../../../test/fixtures/sentences/', import.meta.url)
const TURNS = 20
/** Compiled at once by a hub that has started. */
const INTENTS_A_TICK = 2
/** Of the mark. */
const [DEVICES, ENTITIES, TEMPLATES] = [200, 4_000, 500]

/** A house of so many devices and entities, as its names are lists. */
function houseLists(): [string, NameList['all']][] {
  const rooms = Array.from({ length: 20 }, (_, at): NameEntry => [`room ${at}`, { id: String(at) }])
  const devices = Array.from({ length: DEVICES }, (_, at): NameEntry => [`device ${at}`, { id: String(at) }])
  const entities = Array.from({ length: ENTITIES }, (_, at): NameEntry[] => [
    [`lamp ${at}`, { id: String(at) }],
    [`device ${at % DEVICES} lamp ${at}`, { id: String(at) }],
    [`room ${at % 20} lamp ${at}`, { id: String(at) }],
  ]).flat()
  const things = new NameList([['kitchen lamp', {}], ['Küchenlampe', {}], ...devices, ...entities])
  return [
    ['thing', things.all],
    ['target', things.all],
    ['room', new NameList([['kitchen', {}], ['Küche', {}], ...rooms]).all],
    ['device', new NameList(devices).all],
    ['person', new NameList([['Anna', {}]]).all],
    ['persona', new NameList([['nurse', {}]]).all],
  ]
}

/** Every sentence of the language's files. */
function sentences(code: string): string[] {
  return ['sentences', 'unseen', 'fresh'].flatMap((name) =>
    readFileSync(new URL(`${name}.${code}.tsv`, FIXTURES), 'utf8')
      .split('\n')
      .flatMap((line) => line.split('\t')[1] ?? []),
  )
}

function median(times: readonly number[]): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0
}

function rounded(ms: number): number {
  return Number(ms.toFixed(3))
}

const house = houseLists()
const result: Record<string, number> = { devices: DEVICES, entities: ENTITIES }
for (const { code, grammar, lists } of [ENGLISH, GERMAN]) {
  const began = systemClock.mono()
  const made = new Matcher(grammar)
  const steps: number[] = []
  for (let isLeft = true; isLeft; ) {
    const from = systemClock.mono()
    isLeft = !made.compile(INTENTS_A_TICK)
    steps.push(systemClock.mono() - from)
  }
  result[`compile_ms_${code}`] = Math.round(systemClock.mono() - began)
  result[`compile_step_max_ms_${code}`] = rounded(Math.max(...steps))
  const more = Array.from(
    { length: Math.max(0, TEMPLATES - made.templates) },
    (_, at) => `say [the] word ${at} {*:more}`,
  )
  const matcher = new Matcher({ ...grammar, sentences: { ...grammar.sentences, more } })
  const all = new Map([...lists, ...house])
  const said = sentences(code)
  const asked = systemClock.mono()
  matcher.match(said[0] ?? '', all)
  result[`first_question_ms_${code}`] = rounded(systemClock.mono() - asked)
  for (const one of said) matcher.match(one, all)
  const ofSentence = said.map((one) => {
    const times = Array.from({ length: TURNS }, () => {
      const from = systemClock.mono()
      matcher.match(one, all)
      return systemClock.mono() - from
    })
    return median(times)
  })
  result[`templates_${code}`] = matcher.templates
  result[`match_p50_ms_${code}`] = rounded(median(ofSentence))
  // What else the machine does is no part of a sentence: the slowest sentence, at its median.
  result[`match_max_ms_${code}`] = rounded(Math.max(...ofSentence))
}
for (const code of ['en', 'de'] as const)
  for (const file of ['sentences', 'unseen', 'fresh']) {
    const { right, falseAccepts } = scoreSentences(sentenceFile(`${file}.${code}`), code)
    result[`right_${file}_${code}`] = rounded(right)
    result[`false_${file}_${code}`] = rounded(falseAccepts)
  }
console.log(JSON.stringify(result))
