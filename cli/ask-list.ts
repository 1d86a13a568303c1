import { once } from 'node:events'
import { cleanText } from '../shared/clean-text.ts'
import { systemClock } from '../shared/clock.ts'
import { paint } from '../shared/terminal/paint.ts'
import { ownScreen } from '../shared/terminal/render.ts'
import type { Call } from './parse-call.ts'
import { showAnswer } from './show-answer.ts'
import { asJson, gathered, type ListAnswer, MOST_ROWS, pagesOf } from './whole-list.ts'

/** As many rows as one table is made of: its columns are as wide as these need. */
const TABLE_ROWS = 1_000

/** Asks for a list, all of it or as far as the call says, and writes it as it comes. */
export async function askList(
  { command, params, json }: Call,
  request: (params: Record<string, unknown>) => Promise<unknown>,
): Promise<void> {
  const pages = pagesOf(command, params, request)
  const texts = json ? asJson(pages) : tables({ command, params }, pages)
  // Who reads along may have seen enough: `lares events list | head`.
  let isRead = true
  const closed = () => {
    isRead = false
  }
  process.stdout.on('error', closed)
  try {
    for await (const text of texts) {
      if (!isRead) return
      if (!process.stdout.write(text)) await once(process.stdout, 'drain').catch(closed)
    }
  } finally {
    process.stdout.off('error', closed)
  }
}

async function* tables(
  { command, params }: Pick<Call, 'command' | 'params'>,
  pages: AsyncIterable<ListAnswer>,
): AsyncGenerator<string> {
  let isFirst = true
  for await (const { next, ...answer } of gathered(pages, TABLE_ROWS)) {
    const screen = ownScreen(systemClock.now())
    yield `${isFirst ? '' : '\n'}${showAnswer(command, answer, screen)}`
    isFirst = false
    if (next !== undefined) yield `${paint('dim', moreWords(next, params.limit), screen)}\n`
  }
}

function moreWords(next: unknown, limit: unknown): string {
  const on = `--after ${cleanText(String(next))}`
  return limit === undefined
    ? `There is more than these ${MOST_ROWS} rows: add ${on}, or say how many with --limit`
    : `There is more: add ${on}`
}
