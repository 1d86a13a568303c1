import { Ballast } from '../shared/ballast.ts'
import type { Service } from '../shared/lifecycle.ts'
import { Lifecycle } from '../shared/lifecycle.ts'
import { makeFolder } from '../shared/make-folder.ts'
import { composeBase } from './composition/base.ts'
import { composeBrokerSide } from './composition/broker-side.ts'
import { type LoadedFrontPart, loadFrontParts } from './composition/open-front-parts.ts'
import { STOP_MS, startOrder } from './composition/order.ts'
import { composePage, type PageParts } from './composition/page-parts.ts'
import { composeWeb } from './composition/web.ts'
import { finishRestore } from './core/finish-restore.ts'
import type { HouseStore } from './core/house-store.ts'
import { LEAST_BYTES } from './core/thin-before-opening.ts'
import { FEATURES } from './features/features.ts'
import { setupLinkAt } from './features/logins/setup-command.ts'
import type { HubOptions } from './hub-options.ts'
import { pageReachOf } from './listen/addresses.ts'
import { type Certificate, loadCertificate } from './listen/certificate.ts'

/** Where the hub can be reached once it runs. */
export interface ListeningPorts {
  tls: number
  plain: number
  http: number
  https: number
  socket: string
}

/** Above this share of its time the engine is busy, and the upload stands back. */
const BUSY_LOAD = 0.3

/** One house's hub: every socket on this thread, the database in the engine's thread. */
export class Hub implements Service {
  #options: HubOptions
  #parts: Lifecycle
  #ports: ListeningPorts | null = null
  #pin = ''
  #certificateMs = 0
  #store: HouseStore | null = null
  #ballast: Ballast
  /** The disk was full at start. */
  #full = false

  constructor(options: HubOptions) {
    this.#options = options
    this.#ballast = new Ballast({ folder: options.folder, bytes: LEAST_BYTES, log: options.log })
    this.#parts = new Lifecycle({ clock: options.clock, stopMs: STOP_MS })
  }

  /** Throws before `start`. */
  get ports(): ListeningPorts {
    if (!this.#ports) throw new Error('the hub does not run')
    return this.#ports
  }

  /** SHA-256 of the hub's public key, base64url. */
  get pin(): string {
    return this.#pin
  }

  /** How many devices it knew when it started. */
  get devices(): number {
    return this.#store?.facts?.houses.length ?? 0
  }

  async start(): Promise<void> {
    const { folder, config, clock } = this.#options
    makeFolder(folder, 0o750)
    finishRestore(folder)
    this.#full = this.#ballast.release()
    const since = clock.mono()
    const certificate = await loadCertificate(folder, config.tls)
    this.#certificateMs = Math.round(clock.mono() - since)
    this.#pin = certificate.pin
    this.#compose(certificate, await loadFrontParts(FEATURES))
    await this.#parts.start()
  }

  /**
   * A link by which the account of an owner is made; `null` where there is one who can log in at the page. Whoever has it
   * administers the hub: it goes to a person and into no log.
   */
  async setupLink(): Promise<string | null> {
    const { value } = (await this.#store?.intake.input<{ code: string } | null>({ kind: 'first_setup' })) ?? {}
    if (!value) return null
    const { origins } = pageReachOf(this.#options.config, this.ports.https)
    return setupLinkAt(origins[0] ?? '', value.code)
  }

  /** Where the time of its start went, milliseconds by part. */
  get startedIn(): Record<string, number> {
    return { certificate: this.#certificateMs, ...Object.fromEntries(this.#parts.tookMs) }
  }

  /** Whether its parts answer; the watchdog is fed only then. */
  get responsive(): boolean {
    return this.#store?.responsive ?? false
  }

  /** Whether a thread of it may be where nothing ends it, although everything that could stop has stopped. */
  get opening(): boolean {
    return this.#store?.opening ?? false
  }

  /** Throws what did not stop, each with its part's name, after everything else did. Bounded. */
  async stop(): Promise<void> {
    await this.#parts.stop()
  }

  #compose(certificate: Certificate, frontParts: readonly LoadedFrontPart[]): void {
    const base = composeBase(this.#options, { ballast: this.#ballast, full: this.#full })
    const side = composeBrokerSide(base, {
      certificate,
      frontParts,
      page: () => ({ port: atPage.page.port, fingerprint: atPage.certificate.fingerprint }),
    })
    const { metrics, web } = composeWeb(base, side)
    const atPage: PageParts = composePage(base, side, certificate)
    const { store, sync, jobs, followers, disk } = base
    store.onEffects = (effects) => side.perform(effects)
    store.onLoad = (load) => sync.yield(load > BUSY_LOAD)
    store.onBatch = (inputs, commitMs) => metrics.batch(inputs, commitMs)
    store.onOpened = () => {
      side.tellFacts()
      sync.begin()
      jobs.begin()
      followers.begin()
      void disk.measure()
    }
    this.#store = store
    for (const part of startOrder(base, side, { web, ...atPage })) this.#parts.add(...part)
    this.#parts.add('ports', {
      start: () => {
        this.#ports = { ...side.listeners.ports, http: web.port, https: atPage.page.port, socket: side.socket }
      },
      stop() {},
    })
  }
}
