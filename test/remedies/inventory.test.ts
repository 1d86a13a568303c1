import { describe, expect, it } from 'vitest'
import { readSources } from '../source-tree.ts'
import { ALERTING } from './inventory/alerting.ts'
import { BACKUPS } from './inventory/backups.ts'
import { CENTRAL } from './inventory/central.ts'
import { COMMAND_LINE } from './inventory/command-line.ts'
import { EDGE } from './inventory/edge.ts'
import { ELSEWHERE } from './inventory/elsewhere.ts'
import type { Entry, Inventory } from './inventory/entry.ts'
import { HUB } from './inventory/hub.ts'
import { IMPORTS } from './inventory/imports.ts'
import { MAKERS } from './inventory/makers.ts'
import { PAGE } from './inventory/page.ts'
import { PERSONAS } from './inventory/personas.ts'
import { SPEECH } from './inventory/speech.ts'
import { type RemedyText, remedyTexts, textsWritten } from './lib/remedy-texts.ts'

interface Listed {
  path: string
  words: string
  entries: readonly Entry[]
}

const listed: Listed[] = [
  ALERTING,
  BACKUPS,
  CENTRAL,
  HUB,
  IMPORTS,
  MAKERS,
  PAGE,
  PERSONAS,
  COMMAND_LINE,
  ELSEWHERE,
  EDGE,
  SPEECH,
].flatMap((inventory: Inventory) =>
  Object.entries(inventory).flatMap(([path, entries]) =>
    Object.entries(entries).map(([words, given]) => ({ path, words, entries: [given].flat() })),
  ),
)
const texts = remedyTexts()
const said = ({ path, words }: { path: string; words: string }) => `${path}: ${words}`

/** The remedies that are meant: those that are written so, or all that begin so. */
function meant({ path, words }: Listed): RemedyText[] {
  const there = texts.filter((one) => one.path.startsWith(path))
  const same = there.filter(({ text }) => text === words)
  return same.length > 0 ? same : there.filter(({ text }) => text.startsWith(words))
}

/** How many remedies that begin with these words a test file is said to take. */
function wantedOf(file: Entry, words: string): number {
  const entries = listed.filter((one) => one.words.startsWith(words)).flatMap((one) => one.entries)
  return entries.filter((entry) => entry === file).length
}

function isFile(entry: Entry): entry is string {
  return typeof entry === 'string'
}

describe('the inventory of remedies', () => {
  it('has an entry for each that the source gives', () => {
    const known = new Set(listed.flatMap(meant))
    expect(texts.filter((one) => !known.has(one)).map(({ path, text }) => said({ path, words: text }))).toEqual([])
  })

  it('has an entry for every place that gives one, and none for what nobody gives', () => {
    const wrong = listed.filter((one) => {
      const found = meant(one)
      return found.length !== one.entries.length || new Set(found.map(({ text }) => text)).size !== 1
    })
    expect(wrong.map(said)).toEqual([])
  })

  it('names for each the test that takes it, which writes its words once for every one', () => {
    const files = [...new Set(listed.flatMap(({ entries }) => entries.filter(isFile)))]
    const written = new Map(readSources(files).map((source) => [source.path, textsWritten(source)]))
    const missing = listed.flatMap((one) =>
      files
        .filter((file) => one.entries.includes(file))
        .filter((file) => {
          const taken = written.get(file)?.filter((text) => text.startsWith(one.words)) ?? []
          return taken.length < wantedOf(file, one.words)
        })
        .map((file) => `${file} does not take ${said(one)}`),
    )
    expect(missing).toEqual([])
  })

  for (const one of listed)
    for (const entry of one.entries)
      if (typeof entry === 'object') it.skip(`${said(one)} cannot be taken here: ${entry.because}`)
})
