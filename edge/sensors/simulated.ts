import { createHash } from 'node:crypto'
import { z } from 'zod'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import { kindSetting } from './kind-setting.ts'
import { sourceDriver } from './source.ts'

const settings = z
  .strictObject({
    kind: kindSetting.default('temperature'),
    /** `wave` is a sine, `step` jumps between the bounds, `walk` wanders between them, `constant` is the middle. */
    pattern: z.enum(['wave', 'constant', 'step', 'walk']).default('wave'),
    min: z.number().default(18),
    max: z.number().default(24),
    /** One wave, two steps; the walk takes sixty steps in it. */
    period_s: z.number().min(1).max(31_536_000).default(3_600),
    seed: z.int().default(1),
  })
  .refine(({ min, max }) => min <= max, { message: 'is below min', path: ['max'] })

/** Values for a desk without hardware. The same seed gives the same value at the same time of the wall clock. */
export const simulatedSource = sourceDriver({
  driver: 'simulated',
  summary: 'Invented values for trying things out: wave, constant, step or walk',
  settings,
  defaults: { intervalS: 10, simulated: true },
  create: (key, options, machine) => ({
    name: key,
    sensors: [
      { key, kind: options.kind, unit: SENSOR_KINDS.get(options.kind)?.unit ?? '', name: `Simulated ${options.kind}` },
    ],
    read: async (_signal, hand) => hand({ sensor: key, value: simulatedValue(options, machine.clock.now()) }),
  }),
})

/** The value at a moment, in milliseconds since 1970. */
export function simulatedValue(options: z.infer<typeof settings>, at: number): number {
  const { min, max, pattern, period_s, seed } = options
  const periods = at / (period_s * 1_000)
  const share = { wave, step, walk, constant: () => 0.5 }[pattern](periods, seed)
  return min + (max - min) * share
}

/** 0 to 1. The seed moves the phase, so that two waves do not rise together. */
function wave(periods: number, seed: number): number {
  return 0.5 + 0.5 * Math.sin(2 * Math.PI * (periods + noise(seed, 0)))
}

function step(periods: number): number {
  return Math.floor(periods * 2) % 2
}

/** Straight lines between random points: it needs no memory, so a restart goes on where it was. */
function walk(periods: number, seed: number): number {
  const steps = periods * 60
  const before = Math.floor(steps)
  const share = steps - before
  // Neighbouring points share most of their sum, so the walk wanders instead of jumping.
  const height = (point: number) => [0, 1, 2, 3].reduce((sum, back) => sum + noise(seed, point - back), 0) / 4
  return height(before) * (1 - share) + height(before + 1) * share
}

/** A number in [0, 1) that depends on nothing but its arguments. */
function noise(seed: number, point: number): number {
  return createHash('sha1').update(`${seed}:${point}`).digest().readUInt32BE(0) / 2 ** 32
}
