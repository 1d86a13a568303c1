import { expect, it } from 'vitest'
import { SYSTEM } from '../../web/screens/lists/sections.ts'

it('a job offers to cancel what waits, runs or failed, and to try again what failed or was cancelled', () => {
  const jobs = SYSTEM.lists.find(({ name }) => name === 'jobs')
  const offered = (state: string) =>
    (jobs?.actions ?? []).filter(({ of }) => of?.({ state }) ?? true).map(({ command }) => command)
  const states = ['waiting', 'running', 'failed', 'done', 'cancelled', 'replaced']
  expect(Object.fromEntries(states.map((state) => [state, offered(state)]))).toEqual({
    waiting: ['jobs/cancel'],
    running: ['jobs/cancel'],
    failed: ['jobs/retry', 'jobs/cancel'],
    done: [],
    cancelled: ['jobs/retry'],
    replaced: [],
  })
})
