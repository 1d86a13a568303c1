import type { Callable } from './callable.ts'
import { LIST_FILTERS, OBJECT_METHODS } from './list-filters.ts'
import { NUMBER_FILTERS } from './number-filters.ts'
import { TEXT_FILTERS, TEXT_METHODS } from './text-filters.ts'

/** Filters by their names: those of Jinja and of Home Assistant that public discovery payloads use and that always end soon. */
export const FILTERS: ReadonlyMap<string, Callable> = new Map([...NUMBER_FILTERS, ...TEXT_FILTERS, ...LIST_FILTERS])

/** Methods by their names, of texts and of objects. Nothing else of a value can be called. */
export const METHODS: ReadonlyMap<string, Callable> = new Map([...TEXT_METHODS, ...OBJECT_METHODS])

/** Functions that are called with a value as their first argument, which is what the filter of this name gets. */
const AS_FUNCTIONS = ['bool', 'clamp', 'float', 'iif', 'int', 'is_number']
/** Functions of a list, or of several arguments. */
const OF_SEVERAL = ['max', 'min']

/** Functions by their names. Of the house of a Home Assistant, such as `states` and `now`, none is known. */
export const FUNCTIONS: ReadonlyMap<string, Callable> = new Map(
  [...FILTERS].flatMap(([name, filter]): [string, Callable][] => {
    if (OF_SEVERAL.includes(name)) return [[name, ofSeveral(filter)]]
    return AS_FUNCTIONS.includes(name) ? [[name, asFunction(filter)]] : []
  }),
)

function asFunction({ params, required = 0, apply }: Callable): Callable {
  return {
    params: ['value', ...params],
    required: required + 1,
    apply: (_none, call) => apply(call.args[0], { ...call, args: call.args.slice(1), given: call.given.slice(1) }),
  }
}

function ofSeveral({ apply }: Callable): Callable {
  return {
    params: ['value'],
    required: 1,
    isOpen: true,
    apply: (_none, call) => apply(call.args.length === 1 ? call.args[0] : call.args, call),
  }
}
