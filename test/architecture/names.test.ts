import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Source } from '../source-tree.ts'
import { inFolder } from './program.ts'

const source = ['shared', 'speech', 'edge', 'hub', 'central', 'cli'].flatMap(inFolder)

/** Names that stand in two files on purpose, each with its reason. */
const SHARED_NAMES = new Map([
  ['COMMANDS', 'the verbs of each feature, and those of all of them'],
  ['feature', 'what each feature has'],
  ['problem', 'a kind of sensor is exported as its own word; a finding of the doctor is no sensor'],
  ['readings', 'the wire message and the table that it fills'],
  ['text', 'the same word in the schema of a table and in that of a message'],
  ['time', 'the same word in the schema of a table and in that of an answer'],
])

/** Files that have their name from what every part or folder has one of. */
const CONVENTIONAL_FILES = new Set(
  [
    'commands',
    'config',
    'engine',
    'event-types',
    'feature',
    'fields',
    'front',
    'index',
    'main',
    'options',
    'problems',
    'program',
    'registry',
    'schema',
    'settings',
    'tables',
  ].map((name) => `${name}.ts`),
)

/** Other files of one name, each with its reason. */
const SHARED_FILES = new Map([
  ['clock-sync.ts', 'the same question, of the machine of an agent and of that of a hub'],
  ['command.ts', 'the wire message, and the driver that has this name in the settings'],
  ['conflicts.ts', 'the same conflicts: in one house, and of all houses at central'],
  ['cpu-temperature.ts', 'read from the kernel, and made a sensor of'],
  ['desired.ts', 'the wire message, and what follows it'],
  ['disk.ts', 'read from the kernel, and made a sensor of'],
  ['heartbeat.ts', 'the wire message, and what makes it'],
  ['hub-health.ts', 'the wire message, and what makes it'],
  ['load.ts', 'read from the kernel, and made a sensor of; and the kind of that sensor'],
  ['memory.ts', 'read from the kernel, and made a sensor of'],
  ['run.ts', 'what runs until a signal ends it, of the agent and of the hub'],
  ['sync-status.ts', 'the answer of `sync status`, and its page'],
  ['unique-keys.ts', 'the same keys: as a house keeps them, and as central does'],
])

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) ([A-Za-z_$][\w$]*)/gm

function exportsOf({ code }: Source): string[] {
  return [...new Set([...code.matchAll(EXPORT)].map(([, name = '']) => name))]
}

/** What several files have, with their paths. */
function inSeveral(named: (file: Source) => string[]): Map<string, string[]> {
  const paths = new Map<string, string[]>()
  for (const file of source) for (const name of named(file)) paths.set(name, [...(paths.get(name) ?? []), file.path])
  return new Map([...paths].filter(([, found]) => found.length > 1))
}

describe('one word means one thing', () => {
  it('in what two files export, whether a value or a type', () => {
    const found = inSeveral(exportsOf)
    const wrong = [...found].filter(([name]) => !SHARED_NAMES.has(name))
    expect(wrong).toEqual([])
    // An exception that is no longer needed is taken off the list.
    expect([...SHARED_NAMES.keys()].filter((name) => !found.has(name))).toEqual([])
  })

  it('in the names of files, but for those that every part has one of', () => {
    const found = inSeveral(({ path }) => [basename(path)])
    const wrong = [...found].filter(([name]) => !CONVENTIONAL_FILES.has(name) && !SHARED_FILES.has(name))
    expect(wrong).toEqual([])
    expect([...SHARED_FILES.keys()].filter((name) => !found.has(name))).toEqual([])
  })
})
