import { LaresError } from '../../shared/errors.ts'
import type { OutputPlan } from '../outputs/output-plan.ts'
import { outputLabel, planOutput, planWords } from '../outputs/output-plan.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import type { ConfigFault } from './fault.ts'
import type { EdgeConfig } from './schema.ts'

export interface ConfiguredOutputs {
  plans: OutputPlan[]
  /** Tables that are wrong, each by its name. Nothing of them is driven. */
  faults: ConfigFault[]
}

/**
 * The outputs to drive. A table that is wrong is left out, and so is one whose pin is another part's: two of them would undo
 * each other, and an output against a closed button is a short circuit. Opens nothing.
 */
export function configureOutputs(
  { outputs, gpio }: Pick<EdgeConfig, 'outputs' | 'gpio'>,
  file: string | null,
): ConfiguredOutputs {
  const plans: OutputPlan[] = []
  const faults: ConfigFault[] = []
  const owners = pinsOf(gpio)
  for (const [name, table] of Object.entries(outputs)) {
    try {
      const plan = planOutput(name, table)
      refuseTwin(plan, plans)
      refuseSharedPin(plan, owners)
      owners.set(plan.settings.pin, `[outputs.${outputLabel(name)}]`)
      plans.push(plan)
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      faults.push({ part: `output ${name}`, error: inFile(error, file) })
    }
  }
  return { plans, faults }
}

/** Sensors that would have the key of an output. The output keeps it. */
export function clashingSensors(sources: readonly SampledSource[], plans: readonly OutputPlan[]): ConfigFault[] {
  const outputs = new Map(plans.map(({ key, table }) => [key, table]))
  return sources.flatMap(({ table, source }) =>
    source.sensors.flatMap(({ key }) => {
      const output = outputs.get(key)
      if (output === undefined) return []
      const error = new LaresError('bad_config', `the sensor ${key} has the key of [outputs.${outputLabel(output)}]`, {
        hint: 'Rename one of the two tables: a house knows both by their keys.',
      })
      return [{ part: `sensor ${table ?? source.name}`, error }]
    }),
  )
}

/** What the house will call each output, and what it does: one line each, for a person. */
export function outputLines(plans: readonly OutputPlan[]): string[] {
  if (plans.length === 0) return []
  const width = Math.max(...plans.map(({ key }) => key.length))
  return [
    'its outputs, by their keys in the house:',
    ...plans.map((plan) => `  ${plan.key.padEnd(width)}  ${planWords(plan)}`),
  ]
}

function pinsOf({ talk_button, mute_switch, status_led, buttons }: EdgeConfig['gpio']): Map<number, string> {
  const more = Object.entries(buttons).map(([name, one]) => [`buttons.${name}`, one] as const)
  const parts = [...Object.entries({ talk_button, mute_switch, status_led }), ...more]
  return new Map(parts.flatMap(([name, part]) => (part === undefined ? [] : [[part.pin, `[gpio] ${name}`]])))
}

function refuseTwin({ key, table }: OutputPlan, plans: readonly OutputPlan[]): void {
  const twin = plans.find((one) => one.key === key)
  if (twin === undefined) return
  const both = `[outputs.${outputLabel(twin.table)}] and [outputs.${outputLabel(table)}]`
  throw new LaresError('bad_config', `${both} are one name, written with other characters`, {
    hint: 'Remove one of the two tables, or give it another name.',
  })
}

function refuseSharedPin({ table, settings }: OutputPlan, owners: ReadonlyMap<number, string>): void {
  const owner = owners.get(settings.pin)
  if (owner === undefined) return
  throw new LaresError('bad_config', `[outputs.${outputLabel(table)}] pin: GPIO${settings.pin} is that of ${owner}`, {
    hint: 'Give each output, button and light its own pin.',
  })
}

function inFile(error: LaresError, file: string | null): LaresError {
  return new LaresError('bad_config', `${file ?? 'the configuration'}: ${error.message}`, {
    cause: error,
    hint: error.hint,
  })
}
