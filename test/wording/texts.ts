/** The texts that people read: documents, comments of settings files, and the literals and comments of the code. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A file in which all that is no text is blanked out; offsets and lines are those of the file. */
export interface Text {
  /** From the root, with `/`. */
  file: string;
  content: string;
}

/** Start and end of a text in its file. */
type Span = readonly [start: number, end: number];

/** Stands for code: what stands on both sides of it is not one sentence. */
export const BLANK = '\u00a6';
/** A statement that queries the record, or a part of one: `where` is one of its words. */
const SQL =
  /\b(?:select|insert|update|delete|join)\b[\s\S]*\bwhere\b|\bfrom auto_promotion\.|^\s*(?:where|and)\b[\s\S]*[=<>(]/i;

const blank = (text: string) => text.replace(/\S/g, BLANK);

/** Blanks out everything but these spans, which don't overlap. */
function only(source: string, spans: readonly Span[]): string {
  let at = 0;
  let kept = '';
  for (const [start, end] of [...spans].sort(([a], [b]) => a - b)) {
    kept += blank(source.slice(at, start)) + source.slice(start, end);
    at = end;
  }
  return kept + blank(source.slice(at));
}

function except(source: string, spans: readonly Span[]): string {
  return spans.reduce(
    (text, [start, end]) => text.slice(0, start) + blank(text.slice(start, end)) + text.slice(end),
    source,
  );
}

function spansOf(source: string, form: RegExp): Span[] {
  return [...source.matchAll(form)].map(({ index, 0: found }) => [index, index + found.length]);
}

const HASH_COMMENT = /^[ \t]*#.*$/gm;

/** Prose of a Markdown file: code between backticks is blanked out, and fenced blocks but for their comments. */
export function markdownText(source: string): string {
  const prose = source.replace(/^```.*?^```$/gms, (block) => only(block, spansOf(block, HASH_COMMENT)));
  return prose.replace(/`[^`\n]+`/g, blank);
}

/** Comments that begin with `#`, as in YAML and `.env` files. */
export function hashComments(source: string): string {
  return only(source, spansOf(source, HASH_COMMENT)).replace(/^([ \t]*)#/gm, '$1 ');
}

/** Text of the literals, templates and comments of a TypeScript file, and of the elements of a `.tsx` one. */
export function codeText(source: string, { tsx = false } = {}): string {
  const { texts, patterns } = literalsOf(source, tsx);
  const comments = spansOf(except(source, [...texts, ...patterns]), /\/\*[\s\S]*?\*\/|\/\/.*$/gm);
  const said = texts.filter(([start, end]) => !SQL.test(source.slice(start, end)));
  // A sentence goes on over the marks at the start of a comment's lines.
  return only(source, [...said, ...comments]).replace(/^([ \t]*)(?:\*(?!\/)|\/\/)/gm, '$1 ');
}

interface Node {
  type: string;
  span: { start: number; end: number };
}

/** `texts`: insides of string literals and the parts of templates; `patterns`: regular expressions. */
function literalsOf(source: string, tsx: boolean): { texts: Span[]; patterns: Span[] } {
  // Spans count bytes from the first token on: the semicolon puts that at the start of the file.
  const program = parseSync(`;${source}`, { syntax: 'typescript', tsx });
  const bytes = Buffer.from(`;${source}`);
  const offsetOf = (byte: number) => bytes.subarray(0, byte - program.span.start).toString().length - 1;
  const texts: Span[] = [];
  const patterns: Span[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && 'span' in value) {
      const { type, span } = value as Node;
      if (type === 'StringLiteral') texts.push([offsetOf(span.start) + 1, offsetOf(span.end) - 1]);
      if (type === 'TemplateElement' || type === 'JSXText')
        texts.push([offsetOf(span.start), offsetOf(span.end)]);
      if (type === 'RegExpLiteral') patterns.push([offsetOf(span.start), offsetOf(span.end)]);
    }
    Object.values(value).forEach(visit);
  };
  visit(program);
  return { texts, patterns };
}

function readText(file: string): Text {
  const source = readFileSync(path.join(ROOT, file), 'utf8');
  if (file.endsWith('.md')) return { file, content: markdownText(source) };
  if (!/\.tsx?$/.test(file)) return { file, content: hashComments(source) };
  return { file, content: codeText(source, { tsx: file.endsWith('x') }) };
}

/** Of one file, or of the code and documents in a folder and below it. `place`: its path from the root. */
export function textsOf(place: string): Text[] {
  if (/\.\w+$/.test(place)) return [readText(place)];
  return readdirSync(path.join(ROOT, place), { recursive: true, encoding: 'utf8' })
    .map((name) => `${place}/${name.replaceAll(path.sep, '/')}`)
    .filter((name) => /\.(ts|tsx|md)$/.test(name))
    .sort()
    .map(readText);
}
