import { type Faults, NO_FAULTS } from './simulation.ts'

/** What a house has to live through, mildest first. */
export const SCENARIOS: [name: string, faults: Faults][] = [
  ['when nothing goes wrong', NO_FAULTS],
  ['over a line that loses requests and replies, and does some late or twice', { ...NO_FAULTS, line: 0.25 }],
  ['while the hub crashes at any moment', { ...NO_FAULTS, line: 0.25, crash: 60 }],
  ['when house and central give away the same addresses', { ...NO_FAULTS, addresses: 0.5 }],
  [
    'when they do so over a bad line, and are put back and crash',
    { ...NO_FAULTS, line: 0.2, crash: 20, hubRestore: 8, centralRestore: 8, addresses: 0.4 },
  ],
  ['when the hub is put back to a copy', { ...NO_FAULTS, line: 0.1, crash: 20, hubRestore: 15 }],
  ['when central is put back to a copy', { ...NO_FAULTS, line: 0.1, crash: 20, centralRestore: 15 }],
  ['when a copy of the card runs beside the hub', { ...NO_FAULTS, line: 0.1, clone: 30 }],
  [
    'when both sides are put back and the hub crashes',
    { ...NO_FAULTS, line: 0.2, crash: 30, hubRestore: 8, centralRestore: 8, clone: 0 },
  ],
  [
    'when a copied hub crashes and is put back',
    { ...NO_FAULTS, line: 0.2, crash: 30, hubRestore: 8, centralRestore: 0, clone: 10 },
  ],
  [
    'when a copied hub crashes, and it and central are put back again and again',
    { ...NO_FAULTS, line: 0.2, crash: 40, hubRestore: 20, centralRestore: 20, clone: 30 },
  ],
]
