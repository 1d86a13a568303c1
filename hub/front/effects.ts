import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { logBoard } from '../../shared/log-board.ts'
import type { TrustedBroker } from '../broker/trusted-broker.ts'
import type { Effect } from '../engine/input.ts'
import type { Principal } from '../engine/principal.ts'
import type { Health } from '../health/hub-health.ts'
import type { SyncThread } from '../sync/sync-thread.ts'
import type { TurnRecorder } from '../voice/turn-recorder.ts'
import type { HouseHooks } from './house-hooks.ts'
import type { JobRunner } from './job-runner.ts'

/** Does what the engine asked for after a commit. Each at most once; one that fails is logged and does not stop the others. */
export class Effects {
  #broker: Pick<TrustedBroker, 'publish' | 'subscribers' | 'connections'>
  #clips: Pick<TurnRecorder, 'remove' | 'sweep'>
  #joining: (until: number | null) => void
  #central: Pick<SyncThread, 'claimed' | 'wake'>
  #health: Pick<Health, 'raise' | 'clear'>
  #jobs: Pick<JobRunner, 'wake' | 'note' | 'end'>
  #ended: Pick<HouseHooks, 'end'>['end']
  #log: Log
  #silent = false

  constructor(parts: {
    broker: Pick<TrustedBroker, 'publish' | 'subscribers' | 'connections'>
    clips: Pick<TurnRecorder, 'remove' | 'sweep'>
    joining: (until: number | null) => void
    central: Pick<SyncThread, 'claimed' | 'wake'>
    health: Pick<Health, 'raise' | 'clear'>
    jobs: Pick<JobRunner, 'wake' | 'note' | 'end'>
    /** Rights of somebody changed. */
    ended: Pick<HouseHooks, 'end'>['end']
    log: Log
  }) {
    this.#broker = parts.broker
    this.#clips = parts.clips
    this.#joining = parts.joining
    this.#central = parts.central
    this.#health = parts.health
    this.#jobs = parts.jobs
    this.#ended = parts.ended
    this.#log = parts.log
  }

  perform(effects: Effect[]): void {
    for (const effect of effects) {
      try {
        this.#one(effect)
      } catch (error) {
        this.#log.error({ effect: effect.kind, error: asError(error).stack }, 'an effect failed; the others are done')
      }
    }
  }

  /** Publishes nothing more: the broker closes its connections, and what others must know is derived anew at start. */
  silence(): void {
    this.#silent = true
  }

  #one(effect: Effect): void {
    switch (effect.kind) {
      case 'publish':
        if (this.#silent) return
        // Nobody reads most acks of plain devices: a message without a reader and without a trace is not sent.
        if (effect.retain || this.#broker.subscribers(effect.topic))
          this.#attempt('publish', this.#broker.publish(effect))
        return
      case 'disconnect':
        this.#ended({ device: effect.device })
        this.#close((principal) => principal.kind === 'device' && principal.id === effect.device, effect.reason)
        return
      case 'disconnect_user':
        this.#ended({ user: effect.user })
        this.#close(
          (principal) =>
            'user' in principal &&
            principal.user === effect.user &&
            (effect.token === undefined || principal.token === effect.token),
          effect.reason,
        )
        return
      case 'joining':
        this.#joining(effect.until)
        return
      case 'delete_clip':
        this.#attempt('delete a clip', this.#clips.remove(effect.file))
        return
      case 'sync':
        if (effect.ask === 'claimed') this.#central.claimed()
        else this.#central.wake()
        return
      case 'problem':
        if (effect.problem) this.#health.raise(effect.name, effect.problem.code, effect.problem.message)
        else this.#health.clear(effect.name)
        return
      case 'jobs_due':
        this.#jobs.wake()
        return
      case 'job_figures':
        this.#jobs.note(effect.figures)
        return
      case 'end_run':
        this.#jobs.end(effect.job)
        return
      case 'log_level':
        logBoard.set(effect.part, effect.level)
        return
      case 'keep_files':
        this.#attempt('sweep the clips', this.#clips.sweep(new Set(effect.clips)))
    }
  }

  #close(whose: (principal: Principal) => boolean, reason: string): void {
    for (const connection of [...this.#broker.connections()]) {
      if (whose(connection.principal as Principal)) connection.close(reason)
    }
  }

  #attempt(what: string, done: Promise<unknown>): void {
    done.catch((error: unknown) => this.#log.warn({ error: asError(error).message }, `could not ${what}`))
  }
}
