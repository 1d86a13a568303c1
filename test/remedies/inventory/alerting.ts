import type { Inventory } from './entry.ts'

const TYPED = {
  because: 'test/hub/features/alerts/commands.test.ts gives the wrong one, and then what its remedy says',
}

/** The remedies of what tells people that something is wrong. */
export const ALERTING: Inventory = {
  'hub/features/alerts/alert-commands.ts': {
    'Name one that is ahead, such as 2h.': TYPED,
    'Name an earlier time, or switch its rule off: lares alert-rules disable RULE.': TYPED,
    'See lares alerts list.': TYPED,
  },
  'hub/features/alerts/message-run.ts': {
    'See lares alerts targets.': { because: 'hub.toml is mended, and the hub restarted' },
  },
  'hub/features/alerts/named-rule.ts': {
    'See lares alert-rules list.': TYPED,
    'Did you mean …? See lares alert-rules list.': TYPED,
  },
  'hub/features/alerts/rule-params.ts': {
    'Say it with --on-at.': TYPED,
    'Say it with --state.': TYPED,
    'Say it with --for, such as --for 6h.': TYPED,
    'Say an --off-at that is not … --on-at.': TYPED,
    'Leave out --state.': TYPED,
    'Leave out --code.': TYPED,
    'Leave out --on-at and --off-at.': TYPED,
    'Leave out --measures.': TYPED,
    'Leave out --….': TYPED,
    'Leave out all but one of them.': TYPED,
    'Name one of them by its id: ….': TYPED,
    'See lares entities list.': TYPED,
    'Did you mean …? See lares entities list.': TYPED,
    'Add it to [alerts] of hub.toml and restart the hub: docs/alerts.md says how.': {
      because: 'hub.toml is mended, and the hub restarted',
    },
    '…It names ….': TYPED,
  },
  'hub/features/alerts/target-commands.ts': {
    'Add one to [alerts] of hub.toml and restart the hub: docs/alerts.md says how.': {
      because: 'hub.toml is mended, and the hub restarted',
    },
  },
}
