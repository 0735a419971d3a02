// ToolChain*: A* over calls of tools, with costs from a memory of plans, self-consistency and imagination.
import { type Card, system } from '../experiments/system.ts'
import { experiment } from './tool-chain-star/experiment.ts'
import { toolChainSearch } from './tool-chain-star/parts.ts'

export { callWords } from '../environments/tools/call-words.ts'
export { commonLength, type PlanMemory, planMemory } from '../evaluators/plan-memory.ts'
export { type Imagination, imaginedCalls } from './tool-chain-star/imagination.ts'
export { ofToolCalls, type ToolChainPartsOptions, toolChainParts } from './tool-chain-star/parts.ts'
export { type PlanCostOptions, planCost } from './tool-chain-star/plan-cost.ts'
export { type ToolChainStarOptions, toolChainStar } from './tool-chain-star/searcher.ts'
export { bySelfConsistency } from './tool-chain-star/self-consistency.ts'

const card: Card = {
  slug: 'tool-chain-star',
  name: 'ToolChain*',
  title: 'ToolChain*: Efficient Action Space Navigation in Large Language Models with A* Search',
  authors: ['Yuchen Zhuang', 'Xiang Chen', 'Tong Yu', 'Saayan Mitra', 'Victor Bursztyn', 'Ryan A. Rossi', 'Somdeb Sarkhel', 'Chao Zhang'],
  year: 2024,
  link: 'https://arxiv.org/abs/2310.13227',
  family: 'search',
  claim:
    'A* over calls of tools solves 3.1 % more planning tasks than the best baseline, in a seventh of the time that Monte Carlo tree search takes.',
  mechanism: [
    'A node is a call of a tool, a path a plan in the making; the path with the least cost so far and to come, f = g + h, is gone on from.',
    'There the policy samples some next calls; equal ones are joined, and each child is one of the different calls.',
    'A call is cheap when the path up to it is like a remembered plan (longest common subsequence), and when many samples agreed on it.',
    'Little is still to be paid when the call stands late in remembered plans, and when the plan, completed in imagination, is hardly longer.',
    'The first finished plan ends it, and is remembered, so that memory grows with every task that was solved.',
  ],
  faithful: [
    'both costs: (1 − g₁)^α (1 − g₂)^(1−α) summed along the path, (1 − h₁)^β (1 − h₂)^(1−β) once; α = β = ½',
    'likeness by the longest common subsequence over the shorter length; places in plans; one imagined completion for each new state',
    'a memory that begins with a few demonstrations and takes in each solved plan; tools that are called, and whose errors are seen',
    'ReAct, tree of thoughts both ways, DFSDT and Monte Carlo tree search as baselines, with the same policy, signals, end and calls',
  ],
  smaller: [
    'a hundred generated errands a seed, of 3 to 8 calls of 33 tools over a database in memory, in place of ToolBench and GSM8K',
    'the policy is scripted, the same for all arms: each step has its own chance of the right call, evenly from .25 to .85 (mean .55); wrong ones (another argument, another tool, too early, the end) share the rest 50 : 25 : 15 : 10, the same ones on every path',
    'a finished plan is put to the policy’s own word, right 19 times of 20, in all arms alike: what it accepts ends the search, what it refuses is a dead end; in the paper the first plan that is chosen ends it',
    'equal calls are equal texts, not equal by entailment; in plans they compare by the tool and by where each argument was found (goal, result, nowhere)',
    'h is that of the last call, not a sum, and α = β = ½: the paper tunes both weights for each task',
    'a refused call costs 1; 1 − g₁ and 1 − h₁ are at least .1, since a perfect match would silence the other signal; h counts three times (w = 3), which saves a fifth of the calls and solves a little more',
    'a call is one text of the policy: a sample, an imagined rest, a word on a plan; where each imagined call counts as one, imagination is dear, ToT-DFS writes as much and DFSDT half',
    'found here: without imagination it is as good with fewer calls, and ReAct, repeated until a plan is accepted, solves .80 with a fifth fewer calls, because errands are short and the judge is good',
  ],
  oracle:
    'nothing in a search but the scripted policy and its judge, which are made from the solution with the noise that is stated; plans are remembered by the judge’s word, and graded afterwards',
  tuned:
    'samples, weight and doubt of ToolChain*, samples, threshold, width and exploration of its baselines on seeds 1001 to 1004; DFSDT is as published: with six steps back it solved .65 there, not .57, and is then nearly ReAct repeated. A first run on seeds 1 to 5 with three samples and w = 2 solved .83 and missed the main claim, by an interval from −.002 in place of 0 against ToT-BFS; samples and weight were then chosen anew on seeds 1001 to 1015, where four and 3 solve .90, not .87, and the run was made again',
}

/**
 * ToolChain* on users' own tasks: `banyan solve --system tool-chain-star "…" --tools tools.js --model …`, or over a stream of tasks, with a memory,
 * as in `toolChainParts`.
 */
export const toolChainStarSystem = system({ card, search: () => toolChainSearch, experiment })
