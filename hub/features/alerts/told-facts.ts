import type { LookedHub } from '../../contract/looked-hub.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** How the hub is, as its front sees it. */
    alert_facts: { facts: LookedHub }
  }
  interface EffectKinds {
    /** How many alerts are open, by their severity. */
    alert_figures: { open: Record<string, number> }
  }
}
