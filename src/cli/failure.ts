// How an error ends a command: one line and a hint on stderr. Mistakes of the command line exit with 2, failures with 1.
import { BanyanError } from '../core/errors.ts'
import { printJson, remark } from './output.ts'

/** Codes of errors that the user mends by typing something else. */
const mistakes = [
  /^E_CLI_(?!CELLS)/,
  /^E_SPEC_/,
  /^E_BUDGET_(UNIT|AMOUNT)$/,
  /^E_TASK_/,
  /^E_(ENVIRONMENT|SEARCHER|MODEL|NET|PROPOSER|EVALUATOR|FORMAT|RECIPE|RUN|SYSTEM)_UNKNOWN$/,
  /^E_SEARCHER_SETTING$/,
  /^E_SEARCH_OPTION$/,
  /^E_SETUP_/,
  /^E_(MCP_OPTION|TOOL_CONTRACT)$/,
  /^E_RUN_ID$/,
  /^E_COMPARE_(ARMS|SEEDS|TASKS|JOBS)$/,
  /^E_EXPERIMENT_SEEDS$/,
  /^E_(WRITING_PATTERN|SCHEMA_)/,
  /^E_MODEL_PRICE$/,
  /^E_(DATASET_FORMAT|FORMAT_SETTING|RECIPE_FORMAT)$/,
  /^E_TRAIN_(OPTION|OBJECTIVE|FOLDER|RESUME)$/,
  /^E_GUARD_(POLICY|PATTERN|WIDER|TOOLS)$/,
  /^E_(SELF_TRAINING_(OPTION|FOLDER)|KIT_BAND)$/,
]

function isMistake(error: unknown): boolean {
  if (BanyanError.isInstance(error)) return mistakes.some((pattern) => pattern.test(error.code))
  return (error as { name?: string } | null)?.name === 'CLIError'
}

/** Tells the error and sets the exit code. */
export function reportFailure(error: unknown, json: boolean): void {
  const mistake = isMistake(error)
  process.exitCode = mistake ? 2 : 1
  const message = error instanceof Error ? error.message : String(error)
  const code = BanyanError.isInstance(error) ? error.code : mistake ? 'E_CLI_ARGUMENT' : 'E_UNEXPECTED'
  if (json) printJson({ error: { code, message } })
  const hint = BanyanError.isInstance(error) ? error.hint : undefined
  const line = hint !== undefined && message.endsWith(`. ${hint}`) ? message.slice(0, -hint.length - 2) : message
  remark(`banyan: ${line.replaceAll('\n', ' ')}`)
  if (hint !== undefined) remark(`  ${hint}`)
  if (!BanyanError.isInstance(error) && !mistake && error instanceof Error && error.stack !== undefined && process.env.BANYAN_DEBUG === '1')
    remark(error.stack)
}
