import type { EventType } from '../../../shared/event-types.ts'

export const SESSION_EVENTS = {
  session_start: {
    category: 'session',
    severity: 'info',
    title: 'Session started',
    description: 'A conversation began.',
  },
  session_end: {
    category: 'session',
    severity: 'info',
    title: 'Session ended',
    description: 'A conversation ended.',
  },
  session_paused: {
    category: 'session',
    severity: 'info',
    title: 'Session paused',
    description: 'A conversation was set aside.',
  },
  session_resumed: {
    category: 'session',
    severity: 'info',
    title: 'Session resumed',
    description: 'A conversation was taken up again.',
  },
  handoff_abandoned: {
    category: 'session',
    severity: 'warning',
    title: 'Handoff abandoned',
    description: 'A conversation was to move to another device, and stays where it is.',
  },
  stood_down: {
    category: 'session',
    severity: 'debug',
    title: 'Another speaker answers',
    description: 'Several speakers of a group heard it, and the one that heard it best answers.',
  },
  playback: {
    category: 'session',
    severity: 'debug',
    title: 'Playback',
    description: 'A device began or ended to speak.',
  },
  recording_deleted: {
    category: 'audit',
    severity: 'info',
    title: 'Recording deleted',
    description: 'A person removed what was heard.',
  },
  handoff: {
    category: 'session',
    severity: 'info',
    title: 'Handoff',
    description: 'A conversation moved to another device.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof SESSION_EVENTS, unknown> {}
}
