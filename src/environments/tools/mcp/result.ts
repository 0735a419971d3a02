// What a call of an MCP tool gives, as a search keeps it: structured JSON where there is some, else text. It knows no connection.
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Json } from '../../../core/common.ts'
import { BanyanError } from '../../../core/errors.ts'
import type { JsonSchemaCheck } from '../json-schema.ts'

export interface ReadResultOptions {
  readonly tool: string
  /** By the schema that the tool promises for its structured results. */
  readonly check: JsonSchemaCheck | undefined
  readonly mostCharacters: number
}

/**
 * Text parts are joined by line breaks; of pictures and sounds only what they are is kept.
 *
 * @throws BanyanError E_MCP_TOOL with the tool's own words when it failed, E_MCP_OUTPUT when the result is not as the tool promises.
 */
export function readResult(result: CallToolResult, { tool, check, mostCharacters }: ReadResultOptions): Json {
  const parts = result.content.map(partOf)
  const text = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('\n')
  if (result.isError === true)
    throw new BanyanError('E_MCP_TOOL', cut(text, mostCharacters) || `the tool ${tool} failed and does not say why`)
  const structured = result.structuredContent as Json | undefined
  if (check !== undefined) {
    const problems = structured === undefined ? ['there is no structured result'] : check(structured)
    if (problems.length > 0)
      throw new BanyanError('E_MCP_OUTPUT', `the result of ${tool} is not as the tool promises: ${problems.join('; ')}`, {
        hint: 'That is a fault of the server; whether the call had an effect, only the server knows.',
      })
  }
  if (structured !== undefined) {
    const length = JSON.stringify(structured).length
    return length <= mostCharacters ? structured : cut(JSON.stringify(structured), mostCharacters)
  }
  if (parts.every((part) => typeof part === 'string')) return cut(text, mostCharacters)
  return text.length <= mostCharacters ? parts : cut(text, mostCharacters)
}

function partOf(part: CallToolResult['content'][number]): Json {
  switch (part.type) {
    case 'text':
      return part.text
    case 'image':
    case 'audio':
      return { type: part.type, mimeType: part.mimeType, base64Characters: part.data.length }
    case 'resource':
      return 'text' in part.resource
        ? part.resource.text
        : { type: 'resource', uri: part.resource.uri, base64Characters: part.resource.blob.length }
    case 'resource_link':
      return { type: 'resource_link', uri: part.uri, name: part.name }
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}… (${text.length - most} characters more)`
}
