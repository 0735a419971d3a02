// `banyan guard`: policies for calls of tools, looked at before they are used.
import { BanyanError } from '../../core/errors.ts'
import { checkPolicy, decide, type Finding, type Policy, policy, readDescribedTools, readPolicy } from '../../guard/index.ts'
import { print, printJson } from '../output.ts'
import { readJson, readTextFile } from '../read-values.ts'
import { table } from '../render/table.ts'
import { json } from '../shared-arguments.ts'
import { verb, verbs } from '../verb.ts'

const check = verb({
  name: 'check',
  summary: 'look for what a policy cannot mean: tools and arguments that are not there, conditions never met, rules that never decide',
  args: {
    policy: { type: 'positional', description: 'the file of the policy, JSON', required: true },
    tools: {
      type: 'string',
      description: 'a file with the tools: names and JSON schemas of their inputs; without it rules alone are read',
      valueHint: 'file',
    },
    call: { type: 'string', description: 'a call to decide, `{"tool": …, "input": …}`', valueHint: 'json' },
    strict: { type: 'boolean', description: 'fail for warnings too' },
    json,
  },
  examples: [
    'banyan guard check policy.json --tools tools.json',
    'banyan guard check policy.json --tools tools.json --strict --json',
    `banyan guard check policy.json --call '{"tool":"pay","input":{"to":"ann","amount":20}}'`,
  ],
  async run(values) {
    const rules = readPolicy(readJson('POLICY', readTextFile('POLICY', values.policy)))
    const findings =
      values.tools === undefined ? [] : checkPolicy(rules, readDescribedTools(readJson('--tools', readTextFile('--tools', values.tools))))
    // Without tools at least what every use of it would refuse.
    if (values.tools === undefined) policy(rules)
    const decision = values.call === undefined ? undefined : decided(rules, values.call)
    const failing = findings.filter(({ severity }) => severity === 'error' || (values.strict && severity === 'warning'))
    if (failing.length > 0) process.exitCode = 1
    if (values.json) {
      printJson({ ok: failing.length === 0, tools: Object.keys(rules.tools).length, findings, ...(decision !== undefined && { decision }) })
      return
    }
    if (findings.length > 0) print(table(['severity', 'tool', 'rule', 'argument', 'what'], findings.map(row)))
    print(`${counted(findings, 'error')}, ${counted(findings, 'warning')}, ${counted(findings, 'note')}`)
    if (decision !== undefined)
      print(decision.allow ? 'the call is allowed' : `the call is denied (${decision.fallback}): ${decision.reason}`)
  },
})

export const guard = verbs('guard', 'policies that decide which calls of tools may be made', { check }, [
  'banyan guard check policy.json --tools tools.json',
])

function decided(rules: Policy, text: string) {
  const call = readJson('--call', text) as { readonly tool?: unknown; readonly input?: unknown } | null
  if (typeof call?.tool !== 'string')
    throw new BanyanError('E_CLI_ARGUMENT', 'the value of --call is no call', { seen: text, wanted: '{"tool": "<name>", "input": {…}}' })
  return decide(rules, { tool: call.tool, input: (call.input ?? {}) as never })
}

function row({ severity, tool, rule, argument, message }: Finding): (string | undefined)[] {
  return [severity, tool, rule, argument, message]
}

function counted(findings: readonly Finding[], severity: Finding['severity']): string {
  const count = findings.filter((one) => one.severity === severity).length
  return `${count} ${severity}${count === 1 ? '' : 's'}`
}
