// Self-training on word problems: new problems each round, many searches in lock step, the right answers learnt. The verifier knows what is
// right; it is asked about training problems only, and after their search.
import type { Json } from '../../core/common.ts'
import type { Evaluator } from '../../core/evaluator.ts'
import { Random } from '../../core/random.ts'
import { search } from '../../core/search.ts'
import type { Searcher } from '../../core/searcher.ts'
import { vote } from '../../core/searchers/vote.ts'
import type { WordProblem } from '../../environments/word-problems/problem.ts'
import { type WordProblemState, wordProblems } from '../../environments/word-problems.ts'
import { promptText, wordProblemCodec } from '../kit/codec.ts'
import { greedyAnswers } from '../kit/measure.ts'
import { drawProblem, drawProblems, problemId } from '../kit/problems.ts'
import { rightAnswer } from '../kit/right-path.ts'
import { batchedDecoder } from '../nets/batched-decoder.ts'
import { netEvaluator } from '../nets/net-evaluator.ts'
import { netProposer } from '../nets/net-proposer.ts'
import { type KernelOptions, openKernels } from '../tensor/open-kernels.ts'
import type { FoundTrace, Policy, SelfTrainingParts } from './parts.ts'

export interface WordProblemPartsOptions {
  /** Of the problems that are drawn. Default 0. */
  readonly seed?: number
  /** Problems a round. Default 500. */
  readonly tasks?: number
  /** Held-out problems to measure on, at most 300. Default 300. */
  readonly measured?: number
  /** Which held-out problems. Default 0: those on which all bases are measured. */
  readonly measuredSeed?: number
  /** Chains of a search in a measurement. Default 16. */
  readonly chains?: number
  /** How data is searched for, where it is not by chains. Its name and settings are among those of the self-training. */
  readonly search?: DataSearch
  readonly kernels?: KernelOptions
}

/**
 * Makes what searches one task, which is given its even part of the round's tokens.
 *
 * @param judge the evaluator of the round before; undefined where none is trained yet.
 */
export type DataSearch = (judge: WordEvaluator | undefined) => { readonly searcher: Searcher; readonly evaluator?: WordEvaluator }

type WordEvaluator = Evaluator<WordProblemState, string>

/** Tokens of the longest answer: four for each of six clauses. */
const longestAnswer = 24

/**
 * What `selfTrain` needs for word problems. A search is a vote of independent chains, weighted by the evaluator where one is trained; the
 * search for data takes as many chains as its tokens are sure to allow, unless another is given. Problems of other rounds and seeds are other streams, and none is held out.
 *
 * @example
 * await selfTrain(wordProblemParts({ seed: 1 }), { base: basePath({ band: 'hard', seed: 1 }), out: 'runs/hard', rounds: 3, tokens: 96_000 })
 */
export function wordProblemParts(options: WordProblemPartsOptions = {}): SelfTrainingParts<WordProblem> {
  const { seed = 0, tasks = 500, measured = 300, measuredSeed = 0, chains = 16, search: dataSearch, kernels } = options
  const held = drawProblems(Math.min(300, measured), { heldOut: true, seed: measuredSeed })
  const opened = (policy: Policy) => openSearches(policy, kernels)
  return {
    settings: {
      ...{ environment: 'word-problems', seed, tasks, measured: held.length, chains },
      ...(measuredSeed !== 0 && { measuredSeed }),
      ...(dataSearch !== undefined && { search: namesOf(dataSearch(undefined).searcher) }),
    },
    drawTasks(round) {
      const drawn = new Map<string, WordProblem>()
      for (let index = 0; drawn.size < tasks; index++) {
        const problem = drawProblem(index, { heldOut: false, seed: 1000 * seed + round })
        drawn.set(problemId(problem), problem)
      }
      return [...drawn.values()]
    },
    idOf: problemId,
    heldOut: new Set(held.map(problemId)),

    async search(policy, problems, { round, seed: draws, tokens, signal }) {
      const { searchAll, searchEach, spent } = opened(policy)
      const how = { seed: draws, signal, name: `round-${round}` }
      const each = Math.floor(tokens / problems.length)
      const results =
        dataSearch === undefined
          ? await searchAll(problems, { ...how, count: Math.max(1, Math.floor(each / longestAnswer)) })
          : await searchEach(problems, { ...how, make: dataSearch, tokens: each })
      const traces = results.flatMap(({ runId, tree }, at) =>
        Array.from({ length: tree.size }, (_, node) => node)
          .filter((node) => tree.terminal(node))
          .map((node) => traceOf(problems[at]!, tree.state(node).steps, { runId, node })),
      )
      return { traces, tokens: spent() }
    },

    verify: ({ task, answer }) => answer === String(rightAnswer(task)),

    async evaluate(policy, { signal }) {
      const { decoder, searchAll, spent } = opened(policy)
      const right = held.map(rightAnswer)
      const solved = (answers: readonly (number | undefined)[]) => ({
        right: answers.filter((answer, at) => answer === right[at]).length,
        of: held.length,
      })
      const greedy = solved(await greedyAnswers(decoder, held, { signal }))
      // The same draws in every round, so that rounds differ by what was learnt alone.
      const found = await searchAll(held, { count: chains, seed: 0, signal, name: 'measured' })
      return { greedy, search: solved(found.map(({ answer }) => answer)), tokens: spent() }
    },
  }
}

interface Searches {
  readonly seed: number
  readonly signal: AbortSignal
  /** First part of the runs' ids. */
  readonly name: string
}

/** Searches that share one decoder. */
function openSearches({ net, evaluator: judge }: Policy, options: KernelOptions | undefined) {
  const kernels = openKernels(options)
  const codec = wordProblemCodec()
  const decoder = batchedDecoder(net, { kernels })
  const environment = wordProblems()
  const evaluator =
    judge && netEvaluator<WordProblemState, string>({ decoder: batchedDecoder(judge.net, { kernels }), codec, head: judge.head })
  const runOf = (at: number, { seed, signal, name }: Searches) => ({
    ...{ environment, seed: new Random(seed, `${name} ${at}`).integer(), runId: `${name}-${at}`, signal },
  })
  return {
    decoder,
    spent: () => decoder.counters.generated,
    /** A vote of so many chains for each problem. */
    searchAll(problems: readonly WordProblem[], how: Searches & { readonly count: number }) {
      // Chains are independent: each writes what it would write alone.
      const proposer = netProposer({ decoder, codec, duplicates: 'keep' })
      const { count } = how
      return Promise.all(
        problems.map((task, at) =>
          search({
            ...{ task, proposer, concurrency: count, ...runOf(at, how) },
            ...(evaluator !== undefined && { evaluator }),
            searcher: vote({ n: count, weight: evaluator === undefined ? 'one' : 'value' }),
          }),
        ),
      )
    },
    /** A search of its own for each problem, within so many tokens. */
    searchEach(problems: readonly WordProblem[], how: Searches & { readonly make: DataSearch; readonly tokens: number }) {
      const proposer = netProposer({ decoder, codec })
      return Promise.all(
        problems.map((task, at) => search({ task, proposer, budget: { tokens: how.tokens }, ...how.make(evaluator), ...runOf(at, how) })),
      )
    },
  }
}

function namesOf({ name, settings }: Searcher): Json {
  return { name, settings: settings ?? null }
}

function traceOf(
  task: WordProblem,
  steps: readonly string[],
  source: NonNullable<FoundTrace<WordProblem>['source']>,
): FoundTrace<WordProblem> {
  return { task, prompt: promptText(task), steps, answer: steps.at(-1)!.split(' ').at(-1)!, source }
}
