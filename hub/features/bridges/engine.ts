import type { BridgeAtBroker } from '../../engine/bridge-at-broker.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { atBroker, bridgeRows } from './bridge-rows.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** The first connection of a bridge is here, or its last is gone. */
    bridge_presence: { bridge: string; online: boolean; reason: string }
  }
  interface EffectKinds {
    /** All bridges that may log in: at start, and whenever there are others. */
    bridges: { bridges: readonly BridgeAtBroker[] }
  }
}

/** Who may log in as a bridge, and who is connected. Kept in memory: after a start nobody is. */
export interface Bridges extends Feature {
  all(): readonly BridgeAtBroker[]
  isConnected(id: string): boolean
  /** Hears of every change, in its transaction. */
  onChange: (context: Context) => void
}

export function openBridges({ db }: House): Bridges {
  const connected = new Map<string, boolean>()
  let known: readonly BridgeAtBroker[] = []
  let told = ''
  /** What was heard of in a transaction that may be rolled back: after that, nobody heard it. */
  let heard = ''
  let isChanged = true

  function settle(context: Context): void {
    if (!isChanged) return
    isChanged = false
    known = bridgeRows(db).map(atBroker)
    const now = JSON.stringify(known)
    if (now === heard) return
    heard = now
    bridges.onChange(context)
  }

  const bridges: Bridges = {
    name: 'bridges',
    all: () => known,
    isConnected: (id) => connected.get(id) === true,
    onChange: () => {},
    inputs: {
      bridge_presence(context, { bridge, online }) {
        connected.set(bridge, online)
        settle(context)
        bridges.onChange(context)
        return { verdict: 'stored' }
      },
    },
    start(context) {
      told = ''
      isChanged = true
      settle(context)
    },
    flush: settle,
    afterCommit(context) {
      const now = JSON.stringify(known)
      if (now === told) return
      told = now
      context.effect({ kind: 'bridges', bridges: known })
    },
    forget() {
      isChanged = true
      heard = ''
    },
  }
  return bridges
}
