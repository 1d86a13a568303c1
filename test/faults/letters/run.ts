import type { RunOf } from '../../../hub/engine/job-run.ts'
import type { letter } from './kinds.ts'

export const run: RunOf<typeof letter> = async ({ url }, { signal, idempotencyKey }) => {
  const answer = await fetch(url, { method: 'POST', headers: { 'idempotency-key': idempotencyKey }, signal })
  return answer.text()
}
