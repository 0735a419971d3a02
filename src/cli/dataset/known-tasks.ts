// Files of tasks as datasets use them: their reference answers with the environment's grader, or the names of tasks that are held out.
import { createReadStream } from 'node:fs'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { formatNamed } from '../../experiments/formats/named.ts'
import { graderFor } from '../../experiments/graders.ts'
import { readTasks, type TaskFile } from '../../experiments/task-file.ts'
import { setupNamed } from '../../front/setups/index.ts'
import { type References, taskName } from '../../learning/data/index.ts'

/**
 * The references of a file's tasks. A task is found by its digest, as it stands in the file or with its defaults filled.
 * @throws `E_TASK_FILE`, `E_FORMAT_UNKNOWN`, `E_GRADER_UNKNOWN`, `E_CLI_ARGUMENT`.
 */
export async function referencesOf(file: string, environment: string, format: string | undefined): Promise<References> {
  const { records } = await tasksOf('--references', file, environment, format)
  const grader = graderFor(environment)
  const known = new Map<string, { readonly task: Json; readonly reference: Json | undefined }>()
  for (const { task, reference } of records) for (const name of namesOf(environment, task)) known.set(name, { task, reference })
  return (task) => {
    const found = namesOf(environment, task).flatMap((name) => known.get(name) ?? [])[0]
    if (found === undefined) return undefined
    const { reference } = found
    return {
      answer: reference,
      grade: async (answer) => (await grader.grade(found.task, answer, reference)).correct,
    }
  }
}

/** Digests of a file's tasks. @throws as `referencesOf` does. */
export async function heldOutOf(file: string, environment: string, format: string | undefined): Promise<ReadonlySet<string>> {
  const { records } = await tasksOf('--held-out', file, environment, format)
  return new Set(records.flatMap(({ task }) => namesOf(environment, task)))
}

function namesOf(environment: string, task: Json): readonly string[] {
  const filled = setupNamed(environment).task.safeParse(task)
  const { id, digests } = taskName(task, filled.success ? (filled.data as Json) : task)
  return [id, ...digests]
}

async function tasksOf(option: string, file: string, environment: string, format: string | undefined): Promise<TaskFile> {
  try {
    return await readTasks(createReadStream(file, 'utf8'), { format: formatNamed(format, environment), name: file })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (BanyanError.isInstance(cause) || typeof code !== 'string') throw cause
    throw new BanyanError('E_CLI_ARGUMENT', `the file of ${option} cannot be read (${code})`, { seen: file, cause })
  }
}
