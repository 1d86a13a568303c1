import { configureOutputs } from '../config/configure-outputs.ts'
import { joinGpioGroup } from '../gpio/gpio-group.ts'
import type { OutputPlan } from '../outputs/output-plan.ts'
import { planWords } from '../outputs/output-plan.ts'
import { findHeaderPwm, PWM_ROOT } from '../outputs/pwm-chip.ts'
import { outputWords } from '../status/show-status.ts'
import type { Finding } from './findings.ts'
import { ASK_AGENT, ok, problem, problemFrom, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'

/**
 * Every output: what the running agent says of it, or what is known without touching it. A pin is not driven here; who looks
 * must not switch anything.
 */
export async function checkOutputs(options: DoctorOptions): Promise<Finding[]> {
  const { config, configFile, status } = options
  const { plans, faults } = configureOutputs(config, configFile)
  if (plans.length === 0 && faults.length === 0) return [skipped('outputs', 'no output is configured')]
  const wrong = faults.map(({ part, error }) => problemFrom(part, error))
  const present = plans.map((plan) => (status === null ? lookAt(plan, options) : running(plan, status)))
  return [...wrong, ...(await Promise.all(present))]
}

function running({ key }: OutputPlan, { outputs = [], missing }: NonNullable<DoctorOptions['status']>): Finding {
  const check = `output ${key}`
  const word = outputs.find((one) => one.key === key)
  const said = missing.find(({ part }) => part === check)
  if (said) return problem(check, said.reason, said.hint ?? ASK_AGENT)
  if (word) return ok(check, outputWords(word).slice(key.length + 2))
  return problem(check, 'the running agent does not know it', 'Restart the agent: sudo systemctl restart lares-edge')
}

async function lookAt(plan: OutputPlan, { config, machine }: DoctorOptions): Promise<Finding> {
  const check = `output ${plan.key}`
  const { settings } = plan
  const touches = config.gpio.backend !== 'simulated' && config.gpio.backend !== 'none'
  if (settings.type === 'relay' || !touches)
    return skipped(check, `${planWords(plan)}; not touched while no agent runs`)
  try {
    const chip =
      settings.chip === undefined ? (await findHeaderPwm(machine, settings.pin)).chip : `${PWM_ROOT}/${settings.chip}`
    if (await machine.canWrite(`${chip}/export`)) return ok(check, planWords(plan))
    return problem(check, `${chip}/export may not be written`, joinGpioGroup())
  } catch (error) {
    return problemFrom(check, error)
  }
}
