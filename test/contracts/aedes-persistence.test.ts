import assert from 'node:assert'
import { createRequire } from 'node:module'
import { describe, it } from 'vitest'
import { BrokerPersistence } from '../../hub/broker/persistence.ts'
import { ManualClock } from '../../shared/clock.ts'

interface NodeTest {
  plan(count: number): void
  diagnostic(text: string): void
  assert: typeof assert
}

type Suite = (options: {
  test: (name: string, run: (test: NodeTest) => Promise<void>) => void
  persistence: () => unknown
  testAsync: boolean
}) => void

const abstractPersistence = createRequire(import.meta.url)('aedes-persistence/abstract.js') as Suite

describe('the persistence keeps the contract of aedes-persistence', () => {
  abstractPersistence({
    test: (name, run) => it(name, () => run({ plan() {}, diagnostic() {}, assert })),
    persistence: () => new BrokerPersistence({ clock: new ManualClock() }),
    testAsync: true,
  })
})
