import type { LedgerStep } from '../../links/links-thread-messages.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What a link to another broker asks of the ledger. The answer to `begins` is `LinkBegins`. */
    homeassistant_link: { step: LedgerStep }
  }
  interface EffectKinds {
    /** The database is open: links to other brokers may begin. */
    homeassistant_open: object
    /** Devices that somebody else announces at a broker, from now on. */
    homeassistant_twins: { url: string; devices: readonly string[] }
  }
}
