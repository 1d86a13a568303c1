import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { houseNames } from '../../../../hub/features/voice/house-names.ts'
import { type LanguageCode, understand } from '../../../../hub/features/voice/understand.ts'
import { spokenHouse } from './spoken-house.ts'

export interface SentenceScore {
  /** Of the sentences that mean something. */
  right: number
  /** Of those that mean nothing, taken for something. */
  falseAccepts: number
  wrong: string[]
}

/** How many sentences of a file mean what it says, in a house whose things are called in its language. */
export function scoreSentences(path: string, language: LanguageCode): SentenceScore {
  const house = spokenHouse(language)
  const [home] = house.all<{ id: string }>('SELECT id FROM houses')
  const names = houseNames(house.db).of(home?.id ?? '')
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => line.trim().split('\t'))
  const wrong: string[] = []
  const counts = { meant: 0, right: 0, none: 0, accepted: 0 }
  for (const [intent = '', sentence = ''] of lines) {
    const heard = understand(sentence, [language], names).match?.intent ?? 'none'
    if (intent === 'none') {
      counts.none += 1
      counts.accepted += heard === 'none' ? 0 : 1
    } else {
      counts.meant += 1
      counts.right += heard === intent ? 1 : 0
    }
    if (heard !== intent) wrong.push(`${sentence}: ${intent}, and not ${heard}`)
  }
  return { right: counts.right / counts.meant, falseAccepts: counts.accepted / Math.max(1, counts.none), wrong }
}

export function sentenceFile(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/sentences/${name}.tsv`, import.meta.url))
}
