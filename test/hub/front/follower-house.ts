import { afterEach, vi } from 'vitest'
import type { Follower } from '../../../hub/engine/follower.ts'
import type { Sink } from '../../../hub/engine/follower-sink.ts'
import type { FollowerStep } from '../../../hub/engine/follower-step.ts'
import { FollowerRunner } from '../../../hub/front/follower-runner.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { NO_SECRETS } from '../secrets/keys-in-memory.ts'

/** A house in memory whose followers are run, over a clock that the test moves. */
export interface FollowedHouse {
  house: TestHouse
  clock: ManualClock
  runner: FollowerRunner
  /** Names of the steps that the engine was asked for. */
  steps: string[]
  /** What the engine says to the next steps instead of taking them, one after the other. */
  faults: Error[]
  /** Stores so many readings, and wakes whoever follows them. */
  store(readings: number): void
  /** What a transaction left to do is done. */
  perform(): void
  /** Lets everything happen that waits for no clock. */
  settle(): Promise<void>
  /** Moves the clock, and lets everything happen that waited for it. */
  pass(ms: number): Promise<void>
}

const started: FollowedHouse[] = []
afterEach(async () => {
  for (const { runner, clock } of started.splice(0)) {
    const stopped = runner.stop()
    await turns()
    clock.advance(500)
    await stopped
  }
})

export function follow(followers: readonly Follower[], sinks: Readonly<Record<string, Sink>> = {}): FollowedHouse {
  const house = openTestHouse({ followers })
  house.device('garden-esp', 'mqtt')
  const clock = new ManualClock(house.now)
  const faults: Error[] = []
  const steps: string[] = []
  const runner = new FollowerRunner({
    async persist(change: FollowerStep) {
      steps.push(change.step)
      const fault = faults.shift()
      if (fault) throw fault
      const answer = house.input({ kind: 'follower', change })
      perform()
      // As from another thread.
      return structuredClone(answer)
    },
    isOpen: () => true,
    secrets: NO_SECRETS,
    clock,
    log: silentLog,
    sinks: new Map(Object.entries(sinks).map(([name, sink]) => [name, async () => sink])),
    random: () => 0.5,
  })
  function perform(): void {
    for (const effect of house.effects) {
      if (effect.kind === 'rows_stored') runner.wake(effect.newest)
      if (effect.kind === 'followers_changed') runner.begin()
      if (effect.kind === 'follower_figures') runner.note(effect.figures)
    }
  }
  const followed: FollowedHouse = {
    ...{ house, clock, runner, steps, faults, perform, settle: turns },
    store(readings) {
      const items = Array.from({ length: readings }, (_, value) => ({ sensor: 's', kind: 'number', value }))
      house.send(['lares/garden-esp/readings', { items }])
      perform()
    },
    async pass(ms) {
      clock.advance(ms)
      await turns()
    },
  }
  started.push(followed)
  return followed
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A sink that takes everything and remembers what. */
export function takesAll() {
  return vi.fn<Sink>(async () => undefined)
}

/** The keys of the rows that a sink was given, delivery by delivery. */
export const given = (sink: ReturnType<typeof takesAll>): number[][] =>
  sink.mock.calls.map(([rows]) => rows.map(({ id }) => id))
