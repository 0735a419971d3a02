// Long texts, kept once each by the SHA-256 of their UTF-8 bytes. Prompts repeat most of what was asked before them.
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** Texts of more UTF-16 units than this are kept apart. */
const longText = 512

export interface Texts {
  /** Keeps a long text for a run (its key) and returns its number; undefined for a text that stays where it is. Call it in a transaction. */
  keep(run: number, text: string): number | undefined
  textOf(id: number): string | undefined
  /** Lets go of a run's texts, and drops those that no other run uses. Call it in a transaction. */
  drop(run: number): void
}

/** The text table of a database of the present version. */
export function texts(database: DatabaseSync): Texts {
  const find = database.prepare('SELECT id FROM texts WHERE digest = ?')
  const add = database.prepare('INSERT INTO texts (digest, body) VALUES (?, ?)')
  const body = database.prepare('SELECT body FROM texts WHERE id = ?')
  const use = database.prepare('INSERT OR IGNORE INTO run_texts (run, text) VALUES (?, ?)')
  const release = database.prepare('DELETE FROM run_texts WHERE run = ? RETURNING text')
  const dropUnused = database.prepare('DELETE FROM texts WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM run_texts WHERE text = ?1)')
  return {
    keep(run, text) {
      // UTF-8 cannot hold half a surrogate pair, JSON's escapes can.
      if (text.length <= longText || !text.isWellFormed()) return undefined
      const digest = createHash('sha256').update(text).digest()
      const row = find.get(digest) as { id: number } | undefined
      const id = row?.id ?? Number(add.run(digest, text).lastInsertRowid)
      use.run(run, id)
      return id
    },
    textOf(id) {
      return (body.get(id) as { body: string } | undefined)?.body
    },
    drop(run) {
      for (const { text } of release.all(run) as { text: number }[]) dropUnused.run(text)
    },
  }
}
