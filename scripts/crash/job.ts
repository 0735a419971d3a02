// The jobs that the crash check kills and resumes: a search with a scripted model, one that ends in a commit, one in a live environment that
// ends in a commit there, and one with the local model. Every call that is really made, and every commit that is really done, is written to a journal outside the log.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Environment, Json, Log, Proposer, Searcher, SearchOptions, Step } from '../../src/core/index.ts'
import { beam, bestFirst, mcts } from '../../src/core/searchers/index.ts'
import { generate, type Model } from '../../src/models/model.ts'
import { scripted } from '../../src/models/scripted.ts'
import { type LettersState, type LettersTask, letters, lettersValue } from '../../src/testing/letters.ts'

export type JobKind = 'search' | 'commit' | 'live' | 'local'

export interface Job {
  readonly kind: JobKind
  readonly runId: string
  readonly seed: number
  /** Where the journal of real calls and commits lies. */
  readonly folder: string
  /** Longest scripted delay, in milliseconds. */
  readonly delay: number
}

type Options = SearchOptions<LettersState, string, LettersTask, string>

/** The whole search of a job; the same in every process that opens it. */
export function jobOptions(job: Job, store: Log, local?: Model): Options {
  const model = journaled(local ?? scriptedModel(job), job)
  const searchers: Searcher[] = [
    mcts({ branching: 3, continueWhenSolved: true }),
    beam({ width: 3, branching: 3, continueWhenSolved: true }),
    bestFirst({ branching: 2, continueWhenSolved: true }),
  ]
  const searcher = searchers[job.seed % searchers.length]!
  return {
    environment: job.kind === 'commit' ? committing(job) : job.kind === 'live' ? living(job) : letters(),
    task: { length: 5 },
    proposer: letterProposer(model, job.kind === 'local'),
    evaluator: lettersValue(),
    searcher: job.kind === 'commit' || job.kind === 'live' ? thenCommit(searcher) : searcher,
    budget: { calls: job.kind === 'local' ? 24 : 60 },
    concurrency: 1 + (job.seed % 5),
    lives: 1 + (job.seed % 2),
    seed: job.seed,
    store,
    runId: job.runId,
  }
}

/** Letters from a model: the first letter of each sample that is one. */
function letterProposer(model: Model, local: boolean): Proposer<LettersState, string> {
  return {
    name: 'letters-by-model',
    atMost: (count) => ({ calls: 1, tokens: count * 4 }),
    propose: async (requests, context) => {
      const proposed = []
      for (const { node, count } of requests) {
        const prompt = local ? `The letters ${[...node.state.text].join(', ')}, ` : `after ${node.state.text}`
        const samples = await generate(model, { prompt, maxTokens: 4, count, logProbs: true }, context)
        const found = samples.map(({ text }) => /[a-d]/.exec(text.toLowerCase())?.[0] ?? 'd')
        proposed.push({ candidates: [...new Set(found)].map((action) => ({ action })) })
      }
      return proposed
    },
  }
}

function scriptedModel(job: Job): Model {
  return scripted({
    name: 'crash-test',
    // The seed in the text lets the check see in the log which calls have their results.
    answer: (_request, { random, seed }) => `${'abcd'[random.below(4)]!} ${seed}`,
    delay: [0, job.delay],
  })
}

/** Writes each call that is really made to the journal, before and after. */
function journaled(model: Model, job: Job): Model {
  return {
    ...model,
    async generate(request, run) {
      note(job, { made: { prompt: request.prompt ?? '', seed: run.seed } })
      return model.generate(request, run)
    },
  }
}

/** Letters whose commits are irreversible: each is written down in the world, once. */
function committing(job: Job): Environment<LettersState, string, LettersTask, string> {
  const environment = letters()
  return {
    ...environment,
    name: 'letters-committed',
    reproducible: 'recorded',
    encode: (state) => ({ ...state }),
    decode: (json) => json as unknown as LettersState,
    // Stepping while searching is only thought; a commit writes.
    effect: () => 'reversible',
    async step(state, action, context) {
      if (context.purpose === 'commit') await done(job, `${state.text}+${action}`)
      return environment.step(state, action, context)
    },
  }
}

/** Letters written one after the other in a real place: one step at a time from where it stands, back to the start only by a reset. */
function living(job: Job): Environment<LettersState, string, LettersTask, string> {
  const { step, ...environment } = letters()
  return {
    ...environment,
    name: 'letters-live',
    reproducible: 'recorded',
    encode: (state) => ({ ...state }),
    decode: (json) => json as unknown as LettersState,
    effect: () => 'reversible',
    step,
    open(task) {
      const start = environment.initial(task) as LettersState
      let state = start
      return {
        reset() {
          state = start
          return state
        },
        async step(letter, context) {
          if (context.purpose === 'commit') await done(job, `${state.text}+${letter}`)
          const result = step(state, letter, context) as Step<LettersState>
          state = result.state
          return result
        },
        close() {},
      }
    },
  }
}

/** Another searcher, and after it a commit of its best node. */
function thenCommit(inner: Searcher): Searcher {
  return {
    ...inner,
    name: `${inner.name}-then-commit`,
    start: (tree) => ({ inner: inner.start(tree), committed: 'no' as 'no' | 'asked' | 'done', trials: 0 }),
    ask(tree, memory, free, random) {
      if (memory.committed !== 'no') return []
      const works = memory.trials >= 20 ? [] : inner.ask(tree, memory.inner, Math.min(free, 20 - memory.trials), random)
      memory.trials += works.length
      memory.open = (memory.open ?? 0) + works.length
      if (works.length > 0 || memory.open > 0) return works
      memory.committed = 'asked'
      const node = inner.best(tree, memory.inner)
      return node === undefined ? [] : [{ kind: 'commit', node }]
    },
    tell(tree, memory, outcome) {
      if (outcome.trial.kind === 'commit') memory.committed = 'done'
      else {
        memory.open--
        inner.tell(tree, memory.inner, outcome)
      }
    },
    done: (_tree, memory) => (memory.committed === 'done' ? 'converged' : undefined),
    best: (tree, memory) => inner.best(tree, memory.inner),
  }
}

/** A deed in the world: it is done at once, and its result takes a while to come, so that kills fall in between. */
async function done(job: Job, what: string): Promise<void> {
  note(job, { done: what })
  await wait(job.delay)
}

function note(job: Job, line: Json): void {
  appendFileSync(join(job.folder, `${job.runId}.jsonl`), `${JSON.stringify(line)}\n`)
}
