// The setup of tools: a goal, a model, and tools that the user brings. It knows no tool, and carries nothing out.
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'
import type { ToolAction } from '../../environments/tools/action.ts'
import { toolCalls } from '../../environments/tools/proposer.ts'
import { type Tools, tool } from '../../environments/tools/tool.ts'
import { type Plan, type ToolState, type ToolTask, tools } from '../../environments/tools.ts'
import { planJudge, planValue } from '../plan-value.ts'
import { type SetupParts, setup } from '../setup.ts'
import { neededModel } from './needed-model.ts'

const task = z.strictObject({
  goal: z.string().refine((goal) => goal.trim() !== '', 'wanted a text that says what is to be reached'),
  system: z.string().optional(),
  maxSteps: z.int().min(1).optional(),
}) as unknown as z.ZodType<ToolTask>

/** Plans of tool calls: what has no effect is called in the search, all else is planned. */
export const toolsSetup = setup<ToolState, ToolAction, ToolTask, Plan>({
  name: 'tools',
  summary: 'a goal, and tools of your own or of MCP servers; the answer is a plan of calls',
  task,
  example: { goal: 'Find the cheapest flight to Rome.' },
  promptTask: (goal) => ({ goal }),
  // Without tools it can still show what was done with them.
  environment: (_, parts) => tools({ tools: parts?.tools ?? missing }),
  proposers: {
    model: (parts) => toolCalls({ model: neededModel('tools', parts), tools: tools({ tools: neededTools(parts) }).known }),
  },
  evaluators: {
    /** The model's own word on finished plans; failed steps make a path worse. */
    plan: (parts) => planValue(planJudge(neededModel('tools', parts), tools({ tools: neededTools(parts) }))),
  },
  searchers: {
    greedy: { evaluate: 'default' },
    'best-of-n': { n: 8 },
    beam: { width: 3, branching: 3 },
    'best-first': { branching: 2, depthWeight: 0.01 },
    mcts: { branching: 3, exploration: 0.5 },
    dfsdt: { branching: 2 },
  },
  searcher: 'best-first',
  show: ({ answer, calls }) =>
    [answer, ...calls.map(({ tool, input, effect }, at) => `planned ${at + 1}  ${tool}(${JSON.stringify(input)})  ${effect}`)].join('\n'),
})

const missing: Tools = {
  none: tool({ inputSchema: z.any(), execute: () => Promise.reject(new Error('the tools of this run are not here')) }),
}

function neededTools({ tools }: SetupParts): Tools {
  if (tools !== undefined) return tools
  throw new BanyanError('E_SETUP_TOOLS', 'the environment tools needs tools', {
    hint: 'Bring some: --tools FILE, a module with tools; or --mcp, the name, the address or the command of an MCP server.',
  })
}
