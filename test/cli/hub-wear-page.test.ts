import { expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../cli/commands.ts'
import { showAnswer } from '../../cli/show-answer.ts'
import type { DescribedCommand } from '../../shared/admin/described-command.ts'

const NOW = Date.UTC(2026, 10, 27, 13, 5)

function shown(answer: unknown): string[] {
  const command = findDescribed(knownCommands(), 'hub', 'wear') as DescribedCommand
  return showAnswer(command, answer, { width: 80, now: NOW, isTerminal: false }).trimEnd().split('\n')
}

it('shows the year in words, and below it every cause and all of them together', () => {
  const cause = (name: string, bytes: number, commits: number) => ({
    ...{ cause: name, a_day: bytes, commits_a_day: commits, today: bytes / 2, commits_today: commits / 2 },
  })
  const lines = shown({
    says: ['At this pace Lares writes 146 GB to this disk in a year.', 'The most of it is for readings.'],
    full_days: 7,
    counted_until: NOW - 120_000,
    bytes_a_year: 146e9,
    causes: [cause('readings', 300e6, 8_000), cause('backups', 100e6, 0)],
    card: {},
  })
  expect(lines).toEqual([
    'At this pace Lares writes 146 GB to this disk in a year.',
    '  The most of it is for readings.',
    '  Today is counted up to 2 min ago.',
    '',
    expect.stringMatching(/^cause +a day +commits a day +today +commits today$/),
    expect.stringMatching(/^readings +300 MB +8000 +150 MB +4000$/),
    expect.stringMatching(/^backups +100 MB +0 +50\.0 MB +0$/),
    expect.stringMatching(/^all +400 MB +8000 +200 MB +4000$/),
  ])
})

it('shows what is counted today where nothing is known of a day', () => {
  const lines = shown({
    says: ['Nothing is known yet.'],
    counted_until: null,
    causes: [{ cause: 'other', a_day: null, commits_a_day: null, today: 4_120, commits_today: 1 }],
  })
  expect(lines.at(-1)).toMatch(/^all +4\.1 kB +1$/)
})
