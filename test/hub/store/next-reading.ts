/** SQL of the key that the engine would give to the next reading. */
export const NEXT_READING =
  "(max(coalesce((SELECT newest FROM given_keys WHERE table_name = 'readings'), 0), coalesce((SELECT max(id) FROM readings), 0)) + 1)"
