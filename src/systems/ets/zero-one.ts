// Programs of variables that are 0 or 1, solved exactly by HiGHS, which is loaded when it is first wanted.
import { BanyanError } from '../../core/errors.ts'
import { importPeer } from '../../models/import-peer.ts'

export interface ZeroOneProgram {
  /** To be made as great as possible: the sum over variables that are 1. Every variable has its worth here. */
  readonly worth: ReadonlyMap<string, number>
  /** Sums of factor · variable, each at least so great. */
  readonly rows: readonly { readonly terms: readonly (readonly [factor: number, variable: string])[]; readonly least: number }[]
}

/** Gives the variables that are 1. @throws BanyanError E_SOLVER when there is no solution. */
export type ZeroOneSolver = (program: ZeroOneProgram) => ReadonlySet<string>

let loading: Promise<ZeroOneSolver> | undefined

/**
 * Loads the solver.
 * @throws BanyanError E_PEER_MISSING when HiGHS is not installed.
 */
export function zeroOneSolver(): Promise<ZeroOneSolver> {
  loading ??= load()
  return loading
}

/** As much of HiGHS as is used. */
type OpenHighs = () => Promise<{
  solve(
    problem: string,
    options: Readonly<Record<string, boolean | number>>,
  ): { readonly Status: string; readonly Columns: Readonly<Record<string, { readonly Primal?: number }>> }
}>

async function load(): Promise<ZeroOneSolver> {
  const module = await importPeer({ package: 'highs', purpose: '0/1 programs', load: () => import('highs') })
  const highs = await (module.default as unknown as OpenHighs)()
  return ({ worth, rows }) => {
    const { Status, Columns } = highs.solve(textOf(worth, rows), { output_flag: false, mip_rel_gap: 0 })
    if (Status !== 'Optimal') throw new BanyanError('E_SOLVER', 'the program has no solution', { seen: Status, wanted: 'Optimal' })
    return new Set(Object.entries(Columns).flatMap(([name, { Primal = 0 }]) => (Primal > 0.5 ? [name] : [])))
  }
}

/** In the LP format that HiGHS reads. */
function textOf(worth: ZeroOneProgram['worth'], rows: ZeroOneProgram['rows']): string {
  const sum = (terms: Iterable<readonly [number, string]>) =>
    [...terms].map(([factor, name]) => `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${name}`).join(' ')
  return [
    'Maximize',
    ` ${sum([...worth].map(([name, value]) => [value, name] as const))}`,
    'Subject To',
    ...rows.map(({ terms, least }, at) => ` r${at}: ${sum(terms)} >= ${least}`),
    'Binary',
    ...[...worth.keys()].map((name) => ` ${name}`),
    'End',
  ].join('\n')
}
