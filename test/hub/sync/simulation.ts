import { readSyncMemory } from '../../../hub/engine/sync-memory.ts'
import { findDiverged, streamName } from '../../../hub/sync/stream-position.ts'
import type { SyncEffect, SyncEvent } from '../../../hub/sync/sync-state.ts'
import { seeded } from './random.ts'
import { Refusal, SimulatedCentral } from './simulated-central.ts'
import { differencesOf } from './simulated-differences.ts'
import { anAddress, freshHouse, SimulatedHub } from './simulated-hub.ts'

export interface Faults {
  /** Share of requests that are lost, answered into the void, done after their sender gave up, or done twice. */
  line: number
  /** Crashes of the hub, in a thousand steps. */
  crash: number
  /** The hub's database is put back to an earlier copy. */
  hubRestore: number
  /** Central is put back to an earlier copy. */
  centralRestore: number
  /** A copy of the hub's card is started beside it. */
  clone: number
  /** Share of steps in which the house, and in which central, gives somebody an address that the other one may have given. */
  addresses: number
}

export const NO_FAULTS: Faults = { line: 0, crash: 0, hubRestore: 0, centralRestore: 0, clone: 0, addresses: 0.05 }

interface Task {
  at: number
  order: number
  run: () => void
}

interface Runner {
  hub: SimulatedHub
  /** Raised at each crash: what a former process asked for reaches nobody. */
  life: number
  /** Raised at each hang-up. */
  line: number
  lastPersist: number
  /** The life in which the database was replaced last. */
  restored: number
}

/** One run: a house, or two with one card, over a bad line to one central. The same seed gives the same run. */
export class Simulation {
  readonly central = new SimulatedCentral()
  readonly runners: Runner[] = []
  readonly random: () => number
  /** How often a person had to say which hub is the one. */
  claims = 0
  #faults: Faults
  #tasks: Task[] = []
  #now = 0
  #order = 0
  #minted = 0
  #centralPutBack = 0
  /** Nothing gets through before. */
  #partedUntil = 0
  #hubCopies: Buffer[] = []
  #centralCopies: SimulatedCentral['memory'][] = []

  constructor(seed: number, faults: Faults) {
    this.random = seeded(seed)
    this.#faults = faults
    this.#add(freshHouse())
  }

  #add(image: Buffer): Runner {
    const hub = new SimulatedHub(image, this.random, () => `lease-${++this.#minted}`)
    const runner = { hub, life: 0, line: 0, lastPersist: 0, restored: 0 }
    this.runners.push(runner)
    this.#event(runner, { kind: 'start' })
    return runner
  }

  /** Gives the databases' memory back, which nobody collects by itself in a long loop. */
  close(): void {
    for (const { hub } of this.runners) hub.db.close()
  }

  /** The house lives for so many steps, with faults. */
  live(steps: number): void {
    for (; steps > 0; steps--) {
      for (const { hub } of this.runners) {
        if (this.random() < 0.3) hub.live()
        if (this.random() < this.#faults.addresses) hub.account()
        // A step is shorter than the minute after which a house asks for central's rows.
        if (this.random() < this.#faults.addresses / 3) hub.core.state.untilScopes = 0
      }
      this.#misfortune()
      this.#until(this.#now + 20 + this.random() * 60)
    }
  }

  /** Nothing goes wrong any more. Returns how many simulated seconds it took until nothing waited, or `null`. */
  settle(seconds: number): number | null {
    this.#faults = { ...NO_FAULTS, addresses: 0 }
    const began = this.#now
    // Who has nothing to send asks once a minute whether central is still the one it was.
    this.#until(this.#now + 90_000)
    const [first] = this.runners
    // Central put back into a time between two hubs can leave both fenced: then a person decides.
    if (first && this.runners.every(({ hub }) => hub.core.state.mode === 'fenced')) {
      this.claims += 1
      first.hub.claim()
      this.#event(first, { kind: 'claimed', ...readSyncMemory(first.hub.db) })
      this.#until(this.#now + 90_000)
    }
    for (let second = 0; second < seconds; second++) {
      this.#until(this.#now + 1_000)
      if (this.runners.every((runner) => this.#settled(runner))) return (this.#now - began) / 1_000
    }
    return null
  }

  #settled({ hub }: Runner): boolean {
    if (hub.core.state.mode === 'fenced') return true
    const { waiting, changes } = hub.source.look()
    return (
      hub.core.state.mode === 'running' &&
      changes.waiting === 0 &&
      waiting.every(({ rows }) => rows === 0) &&
      hub.core.state.identity.pruneFrom === null &&
      hub.core.state.scopes.fleet?.seq === this.central.memory.scope.counter &&
      !hub.core.state.scopes.fleet.check
    )
  }

  #misfortune(): void {
    const { crash, hubRestore, centralRestore, clone } = this.#faults
    const happens = (perThousand: number) => this.random() * 1_000 < perThousand
    const runner = this.runners[Math.floor(this.random() * this.runners.length)]
    if (!runner) return
    // A copy is large, and its memory comes back late: none is made where nobody needs it.
    if (this.random() < 0.05 && hubRestore + clone > 0) this.#hubCopies.push(runner.hub.db.serialize())
    if (this.random() < 0.05) this.#centralCopies.push(structuredClone(this.central.memory))
    if (happens(crash)) this.#crash(runner)
    if (happens(this.#faults.line * 40)) this.#partedUntil = this.#now + this.random() * 5_000
    if (this.random() < 0.1) this.#manage()
    if (this.random() < this.#faults.addresses) this.#person()
    const copy = this.#hubCopies[Math.floor(this.random() * this.#hubCopies.length)]
    if (copy && this.runners.length === 1 && happens(hubRestore)) {
      this.#crash(runner)
      runner.hub.restore(copy, this.random() < 0.5)
      runner.restored = runner.life
    }
    if (copy && this.runners.length === 1 && happens(clone)) this.#add(copy)
    const earlier = this.#centralCopies[Math.floor(this.random() * this.#centralCopies.length)]
    if (earlier && happens(centralRestore)) {
      this.#centralPutBack += 1
      this.central.memory = structuredClone(earlier)
      // Its connections end with it; those that are idle may well be a pooler's, and go on.
      for (const other of this.runners) this.#cut(other)
    }
  }

  #manage(): void {
    const key = `c${Math.floor(this.random() * 5)}`
    this.central.manage('personas', key, this.random() < 0.3 ? null : { name: `persona ${this.random()}` })
  }

  #person(): void {
    const one = () => `c${Math.floor(this.random() * 5)}`
    const what = this.random()
    if (what < 0.3) this.central.manage('users', one(), null)
    else if (what < 0.5) this.central.exchange(one(), one())
    else this.central.person(one(), anAddress(this.random))
  }

  #crash(runner: Runner): void {
    runner.life += 1
    runner.line += 1
    const { life } = runner
    // Whatever the engine still writes of the former life is written before the next one reads it.
    const delay = Math.max(0, runner.lastPersist - this.#now) + 1 + this.random() * 2_000
    this.#after(delay, () => {
      if (life !== runner.life) return
      runner.hub.restart()
      this.#event(runner, { kind: 'start' })
    })
  }

  #cut(runner: Runner): void {
    const { mode, busy } = runner.hub.core.state
    if (mode === 'running' && busy !== null) this.#event(runner, { kind: 'failed', reason: 'cut', during: busy })
  }

  #event(runner: Runner, event: SyncEvent): void {
    for (const effect of runner.hub.core.handle(event)) this.#perform(runner, effect)
  }

  #perform(runner: Runner, effect: SyncEffect): void {
    const { hub } = runner
    if (effect.kind === 'disconnect') {
      runner.line += 1
      return
    }
    const { life, line } = runner
    const alive = () => life === runner.life
    const answer = (event: SyncEvent, delay = 0) =>
      this.#after(delay, () => {
        const lasting = effect.kind === 'persist' || effect.kind === 'wait'
        if (alive() && (lasting || line === runner.line)) this.#event(runner, event)
      })
    if (effect.kind === 'wait') answer({ kind: 'waited', timer: effect.timer }, effect.ms)
    else if (effect.kind === 'look') answer(hub.source.look())
    else if (effect.kind === 'persist') {
      // The engine takes them in order; one that was handed over may be written although the process dies meanwhile.
      runner.lastPersist = Math.max(runner.lastPersist, this.#now) + this.random() * 30
      const evenDead = this.random() < 0.5
      this.#after(runner.lastPersist - this.#now, () => {
        // Nothing is written by a process that ended before the database was replaced.
        if (life < runner.restored || (!alive() && !evenDead)) return
        const value = hub.apply(effect.step)
        answer({ kind: 'persisted', step: effect.step.step, answer: value })
      })
    } else this.#atCentral(runner, effect, answer)
  }

  #atCentral(runner: Runner, effect: SyncEffect, answer: (event: SyncEvent, delay?: number) => void): void {
    // What is sent is decided now, what becomes of it when it arrives.
    const request = this.#request(runner, effect)
    const failed: SyncEvent = { kind: 'failed', reason: 'the line', during: effect.kind }
    const execute = (): SyncEvent => {
      try {
        return request()
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return error.leaseLost ? { kind: 'lease_lost', reason: error.message } : { ...failed, reason: error.message }
      }
    }
    const delay = 1 + this.random() * 40
    const kind =
      this.#now < this.#partedUntil ? 0 : this.random() < this.#faults.line ? Math.floor(this.random() * 4) : 4
    if (kind === 0) answer(failed, delay)
    else if (kind === 1)
      this.#after(delay, () => {
        execute()
        answer(failed, 20)
      })
    else if (kind === 2) {
      answer(failed, delay)
      const { leases } = this.central.memory
      this.#after(delay + this.random() * 3_000, () => {
        // A handshake holds the row of the site: one that is done late is done before any later one.
        if (effect.kind !== 'handshake' || leases === this.central.memory.leases) execute()
      })
    } else if (kind === 3 && effect.kind !== 'handshake') {
      // It arrives twice; the first one is answered.
      this.#after(delay, () => answer(execute()))
      this.#after(delay + this.random() * 500, execute)
    } else this.#after(delay, () => answer(execute()))
  }

  /** Where rows and cursor are written one after the other, the line may break between the two. */
  #half(): 'rows' | 'cursor' | undefined {
    const { line } = this.#faults
    if (this.central.cursorInTransaction || this.random() >= line) return undefined
    return this.random() < 0.5 ? 'rows' : 'cursor'
  }

  #request(runner: Runner, effect: SyncEffect): () => SyncEvent {
    const { hub } = runner
    const { central } = this
    const { identity, streams, heldLease } = hub.core.state
    const lease = { site: 'site', token: identity.token ?? '', leases: identity.leases }
    switch (effect.kind) {
      case 'handshake': {
        const view = structuredClone({ identity, streams, heldLease, tables: hub.source.appendTables })
        return () => ({ kind: 'handshake_done', outcome: central.handshake(view, effect.proposed, hub.source) })
      }
      case 'send': {
        const batch = hub.source.read(effect.stream, Math.min(effect.rows, 5))
        if (!batch) {
          const ledger = { rows: 0, merged: 0, duplicates: 0, quarantined: 0, bytes: 0 }
          const result = { stream: effect.stream, ledger, held: [], settled: [], unknown: [], more: false, tookMs: 0 }
          return () => ({ kind: 'sent', result })
        }
        return () => {
          const { merged, held: refused } = central.upload(lease, batch, this.#half())
          const { to, rows, bytes, unknown, more } = batch
          const ledger = {
            rows,
            merged,
            duplicates: rows - merged - refused.length,
            quarantined: refused.length,
            bytes,
          }
          const back = new Set(refused.map(({ table, key }) => `${table}/${key}`))
          const settled = batch.settled.filter(({ table, key }) => !back.has(`${table}/${key}`))
          return { kind: 'sent', result: { stream: to, ledger, held: refused, settled, unknown, more, tookMs: 10 } }
        }
      }
      case 'split':
        return () => ({ kind: 'split', ...central.split(lease, effect.stream, effect.upto) })
      case 'prune': {
        const pending = hub.source.pendingKeys(1_000)
        if (!pending) return () => ({ kind: 'pruned', stream: null })
        const { stream, from } = effect
        return () => ({ kind: 'pruned', stream: central.prune(lease, { stream, from, pending }) })
      }
      case 'scopes':
        return () => {
          central.checkLease(lease)
          if (findDiverged(streams, [...central.memory.cursors.values()]))
            throw new Refusal('central was put back', false)
          return {
            kind: 'scopes',
            granted: [{ scope: 'fleet', seq: central.memory.scope.counter, checksum: central.checksum() }],
          }
        }
      case 'pull':
        return () => ({ kind: 'pulled', scope: effect.scope, page: central.pull(effect.after, 2) })
      case 'report':
        return () => ({ kind: 'reported' })
      default:
        throw new Error(`the simulation does not know ${effect.kind}`)
    }
  }

  /** Every way in which hub and central do not agree. Empty when all is well. */
  differences(): string[] {
    const wrong = [...this.central.overwritten.map((row) => `overwritten: ${row}`)]
    for (const cursor of this.central.memory.cursors.values())
      if (cursor.rows !== cursor.merged + cursor.duplicates + cursor.quarantined)
        wrong.push(`ledger of ${streamName(cursor)}`)
    // What was purged and central lost afterwards is nowhere any more.
    if (this.#centralPutBack === 0) wrong.push(...this.#purgedAndLost())
    const owner = this.runners.filter(({ hub }) => hub.core.state.mode === 'running')
    if (owner.length !== 1) return [...wrong, `${owner.length} hubs run`]
    for (const { hub } of owner) wrong.push(...differencesOf(this.central, hub))
    return wrong
  }

  #purgedAndLost(): string[] {
    const there = new Set(
      [...(this.central.memory.tables.get('readings')?.values() ?? [])].map(({ line }) => Number(line.split('\t')[4])),
    )
    const purged = this.runners.flatMap(({ hub }) => hub.purged)
    return purged.filter((value) => !there.has(value)).map((value) => `purged and lost: ${value}`)
  }

  #until(time: number): void {
    for (;;) {
      let next = -1
      for (const [index, task] of this.#tasks.entries()) {
        const best = this.#tasks[next]
        if (task.at <= time && (!best || task.at < best.at || (task.at === best.at && task.order < best.order)))
          next = index
      }
      const [task] = next < 0 ? [] : this.#tasks.splice(next, 1)
      if (!task) break
      this.#now = Math.max(this.#now, task.at)
      task.run()
    }
    this.#now = time
  }

  #after(delay: number, run: () => void): void {
    this.#order += 1
    this.#tasks.push({ at: this.#now + delay, order: this.#order, run })
  }
}
