import type { EventType } from '../../../shared/event-types.ts'

export const SYNC_EVENTS = {
  sync_joined: {
    category: 'system',
    severity: 'info',
    title: 'Central joined',
    description: 'The house sends its rows to a central database.',
  },
  sync_epoch: {
    category: 'system',
    severity: 'warning',
    title: 'Restored copy found',
    description:
      'Central knows more of this house than this hub: it runs from a backup or a copied card, and goes on under a new epoch.',
  },
  central_restored: {
    category: 'system',
    severity: 'warning',
    title: 'Central restored',
    description: 'Central was put back to an earlier time; what it lost is sent again.',
  },
  sync_fenced: {
    category: 'system',
    severity: 'critical',
    title: 'Hub fenced',
    description: 'Another hub took over this site; this one stopped sending.',
  },
  sync_claimed: {
    category: 'audit',
    severity: 'warning',
    title: 'Site claimed',
    description: 'A person said that this hub is the one of its site.',
  },
  sync_row_refused: {
    category: 'system',
    severity: 'error',
    title: 'Row refused',
    description: "Central's database refused a row; it is held back.",
  },
  central_row_refused: {
    category: 'system',
    severity: 'warning',
    title: 'Central row refused',
    description: 'A row that central manages does not fit into this house.',
  },
  central_row_taken: {
    category: 'system',
    severity: 'info',
    title: 'Central row taken',
    description: 'A row that central manages, and that did not fit before, is here now.',
  },
  central_row_yielded: {
    category: 'audit',
    severity: 'warning',
    title: 'Row yielded',
    description: "A person had a row of central's take the place of this hub's own.",
  },
  central_row_kept: {
    category: 'system',
    severity: 'info',
    title: 'Central row kept',
    description: 'A row that central removed is still in use here.',
  },
  lost_rows_back: {
    category: 'system',
    severity: 'info',
    title: 'Lost rows back',
    description: 'What the damaged database had lost and central has is in the house again.',
  },
  scope_left: {
    category: 'system',
    severity: 'info',
    title: 'Scope withdrawn',
    description: 'Central no longer manages these rows for this house.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof SYNC_EVENTS, unknown> {}
}
