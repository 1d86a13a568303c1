import { acknowledgeAlert, listAlerts, showAlert, snoozeAlert } from './alert-commands.ts'
import { addRule, disableRule, enableRule, listRules, removeRule, updateRule } from './rule-commands.ts'
import { listTargets, testRule, testTarget } from './target-commands.ts'

export const COMMANDS = [
  listAlerts,
  showAlert,
  acknowledgeAlert,
  snoozeAlert,
  listTargets,
  testTarget,
  listRules,
  addRule,
  updateRule,
  removeRule,
  enableRule,
  disableRule,
  testRule,
] as const
