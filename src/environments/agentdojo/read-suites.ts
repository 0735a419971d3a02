// Reads AgentDojo's own suites from a folder of its data: start states, tasks, injections. Nothing of it is kept here.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importPeer } from '../../models/import-peer.ts'
import { type InjectionTask, type Suite, toolsOf, type UserTask, type WrittenCall } from './suite.ts'
import type { World } from './world.ts'

interface Row {
  readonly suite: string
  readonly id: string
  readonly prompt?: string
  readonly goal?: string
  readonly groundTruthOutput?: string
  readonly groundTruthCalls: readonly WrittenCall[]
}

/** Where the data is looked for: `agentdojo` in `BANYAN_SHARED`, else in `../shared/data` beside the project. */
function suitesFolder(): string {
  const beside = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
  return resolve(process.env.BANYAN_SHARED || beside, 'agentdojo')
}

/**
 * The four suites, with one part of their tasks.
 * @param part folder of the tasks. Default `dev`.
 * @returns undefined where the data is not there.
 * @throws BanyanError E_PEER_MISSING where it is, and the package `yaml` is not.
 */
export async function readSuites(folder = suitesFolder(), part = 'dev'): Promise<Suite[] | undefined> {
  if (!existsSync(join(folder, part, 'user-tasks.jsonl'))) return undefined
  const users = rows(join(folder, part, 'user-tasks.jsonl'))
  const injections = rows(join(folder, part, 'injection-tasks.jsonl'))
  return Promise.all(
    Object.entries(toolsOf).map(async ([name, tools]) => {
      const environment = join(folder, 'environments', name)
      const places = (await readYaml(join(environment, 'injection_vectors.yaml'))) as Record<string, { default: string }>
      return {
        name,
        tools,
        world: (await readYaml(join(environment, 'environment.yaml'))) as World,
        places: Object.fromEntries(Object.entries(places).map(([place, value]) => [place, value.default])),
        users: users.filter(({ suite }) => suite === name).map(userTask),
        injections: injections.filter(({ suite }) => suite === name).map(injectionTask),
      }
    }),
  )
}

function userTask({ id, prompt = '', groundTruthOutput, groundTruthCalls }: Row): UserTask {
  return { id, prompt, ...(groundTruthOutput && { output: groundTruthOutput }), calls: groundTruthCalls }
}

function injectionTask({ id, goal = '', groundTruthCalls }: Row): InjectionTask {
  return { id, goal, calls: groundTruthCalls }
}

function rows(path: string): Row[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

async function readYaml(path: string): Promise<unknown> {
  const { parse } = await importPeer({ package: 'yaml@2', purpose: "reading AgentDojo's worlds", load: () => import('yaml') })
  const included: Promise<void>[] = []
  const found: Record<string, unknown> = {}
  const customTags = [
    {
      tag: '!include',
      resolve(file: string) {
        included.push(
          readYaml(join(dirname(path), file)).then((value) => {
            found[file] = value
          }),
        )
        return `include ${file}`
      },
    },
  ]
  const document = parse(readFileSync(path, 'utf8'), { customTags }) as Record<string, unknown>
  await Promise.all(included)
  if (included.length === 0) return document
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, found[String(value).replace(/^include /, '')] ?? value]))
}
