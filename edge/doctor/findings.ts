import { cleanText } from '../../shared/clean-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Missing } from '../status/status-file.ts'

/** What a check found. `skipped`: it is not wanted here, or could not be looked at without harm. */
export interface Finding {
  check: string
  state: 'ok' | 'problem' | 'skipped'
  says: string
  /** How to mend it. Only with a problem, and where what it says does not end with that. */
  mend?: string
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says })
export const skipped = (check: string, says: string): Finding => ({ check, state: 'skipped', says })
export const problem = (check: string, says: string, mend: string): Finding => ({ check, state: 'problem', says, mend })

/** What to do about what nobody knows more of than its journal. */
export const ASK_AGENT = 'See what the agent says of it: journalctl -u lares-edge -n 50.'

/** What a running agent misses, in its own words. */
export function problemTold({ part, reason, hint }: Missing): Finding {
  return { check: part, state: 'problem', says: reason, ...(hint !== undefined && { mend: hint }) }
}

/** An error as a finding, with its own remedy where it has one. */
export function problemFrom(check: string, error: unknown): Finding {
  const mend = error instanceof LaresError ? error.hint : ASK_AGENT
  return problem(cleanText(check), cleanText(asError(error).message), mend)
}

const MARKS: Record<Finding['state'], string> = { ok: 'ok      ', problem: 'PROBLEM ', skipped: '–       ' }

/** For a person: one line per check, the remedy below what is wrong, a verdict at the end. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, state, says, mend }) => {
    const line = `${MARKS[state]} ${check.padEnd(width)}  ${says}`
    return mend === undefined ? [line] : [line, `${' '.repeat(width + 11)}${mend}`]
  })
  const wrong = findings.filter(({ state }) => state === 'problem').length
  const verdict = wrong === 0 ? 'All is well.' : `${wrong} ${wrong === 1 ? 'thing needs' : 'things need'} attention.`
  return [...lines, '', verdict].join('\n')
}
