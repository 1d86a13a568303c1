/** Every bound of a template in one place. There are no loops, so what is read in bounded time is evaluated in bounded time. */
export const TEMPLATE_LIMITS = {
  /** Characters of a source. The longest of Zigbee2MQTT has 1,500. */
  source: 100_000,
  /** Operators, names, literals and pieces of text of one template. Each is evaluated once at most. */
  nodes: 2_000,
  /** Levels of brackets, conditions and blocks within each other. */
  depth: 64,
  /** Characters of the result, and of every text that is made on the way. What came in may be longer. */
  output: 16_384,
  /** Members of lists and objects, and pieces of 64 characters, that one evaluation may look at. */
  steps: 10_000,
  /** Levels of lists and objects within each other that are compared or printed. */
  dataDepth: 32,
} as const
