import type { BrokerChange } from '../../engine/broker-change.ts'
import type { Feature, OpenFeature } from '../../engine/feature.ts'
import { brokerStore } from './broker-store.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Changes of the broker's memory, in order. Storing them again changes nothing. */
    broker: { changes: BrokerChange[] }
  }
}

/** The broker's memory on the disk: what waits for whom, and what is retained of others. */
export const openBrokerMemory: OpenFeature = ({ db }): Feature => {
  const store = brokerStore(db)
  return {
    name: 'broker-memory',
    vital: true,
    inputs: {
      broker(context, { changes }) {
        for (const change of changes) store(change, context.now)
        return { verdict: 'stored' }
      },
    },
  }
}
