import { describe, expect, it } from 'vitest'
import { readSources, type Source } from '../source-tree.ts'
import { CENTRAL } from './inventory/central.ts'
import { COMMAND_LINE } from './inventory/command-line.ts'
import { EDGE } from './inventory/edge.ts'
import { type Entry, type Inventory, NOT_YET } from './inventory/entry.ts'
import { HUB } from './inventory/hub.ts'
import { type RemedyText, remedyTexts, textsWritten } from './lib/remedy-texts.ts'

interface Listed {
  path: string
  words: string
  entry: Entry
}

const listed: Listed[] = [CENTRAL, HUB, COMMAND_LINE, EDGE].flatMap((inventory: Inventory) =>
  Object.entries(inventory).flatMap(([path, entries]) =>
    Object.entries(entries).map(([words, entry]) => ({ path, words, entry })),
  ),
)
const texts = remedyTexts()
const said = ({ path, words }: { path: string; words: string }) => `${path}: ${words}`

/** The remedies that an entry means: the one that is written so, or all that begin so. */
function meant({ path, words }: Listed): RemedyText[] {
  const there = texts.filter((one) => one.path === path)
  const same = there.filter(({ text }) => text === words)
  return same.length > 0 ? same : there.filter(({ text }) => text.startsWith(words))
}

/** The test files that take a remedy, with all the texts that they write. */
function takers(): Map<string, string[]> {
  const paths = new Set(listed.flatMap(({ entry }) => (typeof entry === 'string' ? [entry] : [])))
  return new Map(readSources([...paths]).map((source: Source) => [source.path, textsWritten(source)]))
}

describe('the inventory of remedies', () => {
  it('has an entry for each that the source gives', () => {
    const known = new Set(listed.flatMap(meant))
    expect(texts.filter((one) => !known.has(one)).map(({ path, text }) => said({ path, words: text }))).toEqual([])
  })

  it('has no entry that means none of them, or more than one', () => {
    expect(listed.filter((one) => meant(one).length !== 1).map(said)).toEqual([])
  })

  it('names for each the test that takes it, which writes its words once for every one', () => {
    const files = takers()
    const missing = listed.filter(({ words, entry }) => {
      if (typeof entry !== 'string') return false
      const wanted = listed.filter((other) => other.entry === entry && other.words.startsWith(words))
      const written = (files.get(entry) ?? []).filter((text) => text.startsWith(words))
      return written.length < wanted.length
    })
    expect(missing.map((one) => `${String(one.entry)} does not take ${said(one)}`)).toEqual([])
  })

  for (const one of listed)
    if (typeof one.entry === 'object') it.skip(`${said(one)} cannot be taken here: ${one.entry.because}`)
    else if (one.entry === NOT_YET) it.todo(said(one))
})
